"""The table of everything the network is told, as small integers: names and sizes, in the order of its input."""

from __future__ import annotations

from composer.encoding.vocabulary import FACTOR_SIZES, TICKS_PER_BEAT

ABSENT = -1
"""Id of a field that has nothing to say; it switches no input on."""
INTERVAL_REACH = 25
"""Larger leaps than this many semitones share the outermost ids."""
SOURCES = ("piano-midi.de", "mutopia", "nifc-chopin", "nifc-polish", "snortum")
"""Kinds of training material. The first is played expressively, the others are scores with flat or guessed dynamics."""
EXPRESSIVE = 0
REMAINING_SECONDS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 15.0, 20.0, 30.0, 60.0)
"""Edges of the bins of the seconds that remain until the end of the piece."""
MATCH_EDGES = (4, 6, 10, 20, 40)
"""Edges of the bins of a match's length in notes."""

ERAS = ("baroque", "classical", "romantic", "late-romantic", "impressionist", "ragtime")
COMPOSERS = {
    "bach": "baroque",
    "handel": "baroque",
    "scarlatti": "baroque",
    "haydn": "classical",
    "mozart": "classical",
    "clementi": "classical",
    "beethoven": "classical",
    "schubert": "romantic",
    "szymanowska": "romantic",
    "burgmüller": "romantic",
    "chopin": "romantic",
    "schumann": "romantic",
    "mendelssohn": "romantic",
    "liszt": "romantic",
    "brahms": "romantic",
    "mussorgsky": "romantic",
    "tchaikovsky": "romantic",
    "grieg": "romantic",
    "paderewski": "romantic",
    "żeleński": "romantic",
    "zarębski": "romantic",
    "stojowski": "late-romantic",
    "scriabin": "late-romantic",
    "rachmaninoff": "late-romantic",
    "albéniz": "late-romantic",
    "granados": "late-romantic",
    "szymanowski": "late-romantic",
    "debussy": "impressionist",
    "ravel": "impressionist",
    "satie": "impressionist",
    "joplin": "ragtime",
}
"""Composers of whom the corpus holds enough to be told apart, by surname, and their eras."""
COMING_SECONDS = 6.0
"""How far the description of the music to come looks ahead."""
DENSITY_EDGES = (1.0, 1.5, 2.0, 2.6, 3.4, 4.4, 5.7, 7.4, 9.6, 12.5, 16.0, 21.0)
"""Edges of the bins of notes a second, each 1.3 times the one before where most music lies."""
REGISTER_KEYS, LOUDNESS_IDS = 4, 2
"""Mean key and mean velocity id of the music to come are told in steps of so many."""

GAPS, INTERVALS, BAR_PLACES, CHORD_PLACES = FACTOR_SIZES["gap"], 2 * INTERVAL_REACH + 1, 49, 8
TEMPO_LEVELS, TEMPO_DEVIATIONS, VELOCITY_DEVIATIONS, BAR_LENGTHS, BASS_DISTANCES = 52, 21, 17, 18, 49

STEP_FIELDS = {
    "gap": GAPS,
    "pitch": FACTOR_SIZES["pitch"],
    "duration": FACTOR_SIZES["duration"],
    "velocity": FACTOR_SIZES["velocity"],
    "tempo": FACTOR_SIZES["tempo"],
    "pedal": FACTOR_SIZES["pedal"],
    "interval": INTERVALS,
    "above_bass": BASS_DISTANCES,
    "chord_position": CHORD_PLACES,
    "phase": TICKS_PER_BEAT,
    "bar_position": BAR_PLACES,
    "bar_length": BAR_LENGTHS,
    "tempo_level": TEMPO_LEVELS,
    "tempo_deviation": TEMPO_DEVIATIONS,
    "velocity_deviation": VELOCITY_DEVIATIONS,
    "remaining": len(REMAINING_SECONDS) + 1,
    "source": len(SOURCES),
    "match_length": len(MATCH_EDGES) + 1,
    "match_gap": GAPS,
    "match_interval": INTERVALS,
    "match_duration": FACTOR_SIZES["duration"],
    "bar_ago_gap": GAPS,
    "half_ago_gap": GAPS,
    "beat_ago_gap": GAPS,
    "two_bars_ago_gap": GAPS,
    "bars_ago_repeated": 3,
    "composer": len(COMPOSERS),
    "era": len(ERAS),
    "coming_density": len(DENSITY_EDGES) + 1,
    "coming_register": FACTOR_SIZES["pitch"] // REGISTER_KEYS,
    "coming_loudness": FACTOR_SIZES["velocity"] // LOUDNESS_IDS,
}
"""Input of the recurrent step: the last note, its place in time, the match, what followed a bar, two bars and a beat
ago, whether the last note repeats what stood one (1) or two bars ago (2), whose music it is, what is to come."""
WISHES = ("composer", "era", "coming_density", "coming_register", "coming_loudness")
"""Fields that are told in a part of the training, so that they can be asked for; ABSENT otherwise."""

NOTE_FIELDS = {
    "gap": {
        "gap": GAPS,
        "phase": TICKS_PER_BEAT,
        "bar_position": BAR_PLACES,
        "chord_position": CHORD_PLACES,
        "match_interval": INTERVALS,
        "bar_ago_interval": INTERVALS,
        "half_ago_interval": INTERVALS,
        "beat_ago_interval": INTERVALS,
        "two_bars_ago_interval": INTERVALS,
    },
    "pitch": {
        "pitch": FACTOR_SIZES["pitch"],
        "interval": INTERVALS,
        "match_duration": FACTOR_SIZES["duration"],
        "bar_ago_duration": FACTOR_SIZES["duration"],
    },
    "duration": {
        "duration": FACTOR_SIZES["duration"],
        "match_velocity": FACTOR_SIZES["velocity"],
        "bar_ago_velocity": FACTOR_SIZES["velocity"],
    },
    "velocity": {
        "velocity": FACTOR_SIZES["velocity"],
        "match_tempo": FACTOR_SIZES["tempo"],
        "match_pedal": FACTOR_SIZES["pedal"],
    },
    "tempo": {"tempo": FACTOR_SIZES["tempo"]},
}
"""What becomes known about the new note with each factor that is decoded; later heads see all earlier blocks."""
