"""What there is to ask for: commands, options and examples, at most 100 characters each, as Discord shows no more."""

from __future__ import annotations

COMMANDS = {
    "compose": "Continue an opener, a line of notes or a MIDI file",
    "openers": "The beginnings by great composers that can be continued",
    "history": "The pieces that you asked for",
    "top": "The best rated pieces",
    "piece": "Show a piece again",
    "settings": "What holds here: longest piece, channel, roles, limits",
    "privacy": "Show or delete everything that is stored about you, and whether I may learn from your pieces",
    "retrain": "Teach the network from what people liked",
    "model": "Which network composes, and the ones before it",
    "about": "Version, network and how busy things are",
    "help": "How to ask for a piece",
}
OPTIONS = {
    "seed": "What to continue: an opener such as schumann, or notes such as C5q E5q G5h",
    "length": "Length of the whole piece in seconds",
    "tempo": "Quarter notes a minute, 20 to 300",
    "temperature": "Boldness: 0.1 plain, 1 usual, 2 wild",
    "random_seed": "The same number composes the same piece again",
    "key": "Key of the whole piece, such as F# minor, Bb or fis-moll",
    "mode": "major or minor: the seed is recast in it",
    "density": "sparse, normal, dense, or notes a second, 0.5 to 16",
    "register": "low, middle, high, or semitones up or down, -24 to 24",
    "dynamics": "pp, p, mp, mf, f or ff, soft or loud",
    "creativity": "0 keeps to the seed's own ideas, 50 is usual, 100 departs from them",
    "style": "Whose music to lean to: a composer such as bach, or an era such as romantic",
    "engine": "notes, or roll: the piano roll of 2016, frame by frame",
    "midi": "A MIDI file to continue, at most 1 MiB",
}
EXAMPLES = (
    "/compose seed:schumann length:30",
    "/compose seed:chopin:nocturne-e-flat tempo:60",
    "/compose seed:schumann mode:minor register:low dynamics:p",
    "/compose seed:mozart style:debussy density:dense",
    "/compose seed:satie engine:roll",
    '/compose seed:"C5q E5q G5h"',
)


def help_text() -> str:
    """How to use the bot, for platforms where commands are typed."""
    commands = (f"/{name} - {what}" for name, what in COMMANDS.items())
    options = (f"{name}: {what}" for name, what in OPTIONS.items() if name != "midi")
    return "\n".join(
        (
            "I continue piano music. Name a beginning, write a few notes, or give me a MIDI file.",
            "",
            *commands,
            "",
            "Options of /compose, written as name:value; what is left out follows the seed:",
            *options,
            "",
            "For example:",
            *EXAMPLES,
        )
    )


HELP = help_text()
