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
    "tempo": "Quarter notes a minute, 20 to 300; the seed's own by default",
    "temperature": "Boldness: 0.1 plain, 1 as trained, 2 wild",
    "random_seed": "The same number composes the same piece again; drawn by default",
    "key": "Key of the whole piece, such as F# minor, Bb or fis-moll; the seed's own by default",
    "mode": "major or minor: the seed is recast in it; its own by default",
    "density": "sparse, normal, dense, or notes a second, 0.5 to 16; like the seed by default",
    "register": "low, middle, high, or up or down by semitones, -24 to 24; like the seed by default",
    "dynamics": "pp, p, mp, mf, f or ff, soft or loud; like the seed by default",
    "creativity": "0 keeps to the seed's own ideas, 50 as trained, 100 departs from them; or plain, bold",
    "style": "Whose music it shall be like: a composer such as bach, or an era such as romantic",
    "engine": "notes, the default, or roll: the piano roll of 2016, frame by frame",
    "midi": "A MIDI file to continue, at most 1 MiB",
}
EXAMPLES = (
    "/compose seed:schumann length:30",
    "/compose seed:chopin:nocturne-e-flat tempo:60",
    "/compose seed:satie length:60 temperature:1.2",
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
            "Options of /compose, written as name:value:",
            *options,
            "",
            "For example:",
            *EXAMPLES,
        )
    )


HELP = help_text()
