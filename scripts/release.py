"""Make a trained checkpoint the released one: ``python -m scripts.release CHECKPOINT LICENCE``.

Copies weights and network into ``composer/released`` (``composer/released_roll`` for the roll engine) and adds the
licence to the card. ``LICENCE`` is the short name of what ``LICENSE.md`` there grants, such as "CC BY-SA 3.0 DE";
``scripts/attribution.py`` writes the attribution.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from composer.checkpoints import MADE_ANEW, NETWORK, RELEASED, RELEASED_ROLL, ROLL, WEIGHTS, load_checkpoint, write_card


def main() -> None:
    """Release the checkpoint named on the command line."""
    if len(sys.argv) != 3:
        sys.exit('usage: python -m scripts.release CHECKPOINT "CC BY-SA 3.0 DE"')
    folder = Path(sys.argv[1])
    released = RELEASED_ROLL if load_checkpoint(folder).engine == ROLL else RELEASED
    sys.stdout.write(f"{release(folder, sys.argv[2], released)}\n")


def release(folder: Path, licence: str, released: Path) -> str:
    """Copy a verified checkpoint into ``released`` and return its id."""
    card = {name: value for name, value in load_checkpoint(folder).card.items() if name not in MADE_ANEW}
    for name in (WEIGHTS, NETWORK):
        shutil.copyfile(folder / name, released / name)
    return write_card(released, card | {"licence": f"{licence}; see LICENSE.md beside this file"}).id


if __name__ == "__main__":
    main()
