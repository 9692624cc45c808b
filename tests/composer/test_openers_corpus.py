"""The openers against the MIDI corpus: the same keys at the same beats as an independent transcription."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from symusic import Score as MidiScore

from composer.openers import find_opener, list_openers
from tests.corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

MUTOPIA, PIANO_MIDI, SNORTUM = CORPUS / "mutopia", CORPUS / "piano-midi.de", CORPUS / "snortum"
CHOPIN, POLISH = CORPUS / "nifc-chopin" / "chopin", CORPUS / "nifc-polish"
NEAR = 0.07
"""Beats: grace notes stand 1/24 to 1/12 of a beat before the note they lead to, depending on the transcriber."""

TRANSCRIPTIONS = {
    "albeniz:asturias": (PIANO_MIDI / "albeniz/alb_se5.mid", 0),
    "bach:invention-1": (MUTOPIA / "bachjs/bach-invention-01.mid", 0),
    "bach:invention-13": (MUTOPIA / "bachjs/bach-invention-13.mid", 0),
    "bach:musette": (MUTOPIA / "bachjs/anna-magdalena-22.mid", 0),
    "bach:prelude-c": (MUTOPIA / "bachjs/wtk1-prelude1.mid", 0),
    "badarzewska:maidens-prayer": (
        POLISH / "badarzewska/pl-wn--mus-iii-118-771--001_la-priere-d-une-vierge.mid",
        16,
    ),
    "beethoven:minuet-op49": (MUTOPIA / "beethovenlv/LVB_Sonate_49no2_2.mid", 0),
    "beethoven:moonlight": (PIANO_MIDI / "beethoven/mond_1.mid", 0),
    "beethoven:pathetique": (MUTOPIA / "beethovenlv/pathetique-2.mid", 0),
    "brahms:intermezzo-a": (MUTOPIA / "brahmsj/intermezzo.mid", 0),
    "brahms:waltz": (MUTOPIA / "brahmsj/waltz-op39-15.mid", 0),
    "burgmuller:arabesque": (MUTOPIA / "burgmullerjff/25EF-02.mid", 0),
    "burgmuller:ballade": (MUTOPIA / "burgmullerjff/25EF-15.mid", 0),
    "chopin:mazurka-b-flat": (CHOPIN / "007-1-KI-001.mid", 0),
    "chopin:nocturne-e-flat": (CHOPIN / "009-1-KI-002.mid", 5.5),
    "chopin:prelude-a-major": (PIANO_MIDI / "chopin/chpn-p7.mid", 2),
    "chopin:prelude-c-minor": (PIANO_MIDI / "chopin/chpn-p20.mid", 0),
    "chopin:prelude-e-minor": (MUTOPIA / "chopinff/Chop-28-4.mid", 0),
    "chopin:raindrop": (PIANO_MIDI / "chopin/chpn-p15.mid", 0),
    "clementi:sonatina": (PIANO_MIDI / "clementi/clementi_opus36_1_1.mid", 0),
    "cpe-bach:rondo": (MUTOPIA / "bachcpe/cpe-bach-rondo.mid", 0),
    "czerny:exercise-1": (MUTOPIA / "czernyc/Czerny_Op_821_No_001.mid", 0),
    "debussy:arabesque-1": (MUTOPIA / "debussyc/debussy_Arabesque_1.mid", 0),
    "debussy:clair-de-lune": (MUTOPIA / "debussyc/debussy_Ste_Bergamesq_Clair.mid", 0),
    "field:nocturne-5": (MUTOPIA / "fieldj/Field_Nocturne_5.mid", 0),
    "granados:oriental": (PIANO_MIDI / "granados/gra_esp_2.mid", 0),
    "grieg:mountain-king": (MUTOPIA / "griege/Dans_l_antre_du_roi_de_la_montagne.mid", 4),
    "grieg:waltz": (PIANO_MIDI / "grieg/grieg_walzer.mid", 0),
    "grieg:watchmans-song": (PIANO_MIDI / "grieg/grieg_waechter.mid", 3),
    "handel:sonatina": (MUTOPIA / "handelgf/sonatina-in-b-flat-major.mid", 0),
    "haydn:sonata-c": (PIANO_MIDI / "haydn/haydn_35_1.mid", 3),
    "joplin:entertainer": (MUTOPIA / "joplins/entertainer.mid", 7.5),
    "kuhlau:sonatina": (MUTOPIA / "kuhlauf/sonatine-1-allegro.mid", 0),
    "liszt:consolation-3": (MUTOPIA / "lisztf/liszt-consolation-no3.mid", 11),
    "mendelssohn:gondola-song": (
        MUTOPIA / "mendelssohn-bartholdyf/Lieder-ohne-Worte-Venetianisches-Gondellied-Op19-No6.mid",
        0,
    ),
    "mozart:fantasia-k397": (MUTOPIA / "mozartwa/Fantasia.mid", 0),
    "mozart:sonata-k545": (MUTOPIA / "mozartwa/K545-1.mid", 0),
    "mozart:theme-k331": (MUTOPIA / "mozartwa/KV331_1_1_tema.mid", 0),
    "mozart:turkish-march": (PIANO_MIDI / "mozart/mz_331_3.mid", 1),
    "mussorgsky:promenade": (MUTOPIA / "mussorgskym/promenade-1.mid", 11),
    "oginski:farewell": (POLISH / "oginski/pl-wnifc--6828-n_les-adieux-a-la-patrie.mid", 0),
    "petzold:minuet-g": (MUTOPIA / "bachjs/anna-magdalena-04.mid", 0),
    "rachmaninoff:prelude-c-sharp-minor": (MUTOPIA / "rachmaninoffs/rach-prelude-op3-no2.mid", 0),
    "rachmaninoff:prelude-g-minor": (PIANO_MIDI / "rachmaninoff/rac_op23_5.mid", 0),
    "rameau:tambourin": (MUTOPIA / "rameaujp/tambourin.mid", 0),
    "satie:gnossienne-1": (MUTOPIA / "satiee/no_1.mid", 0),
    "satie:gymnopedie-1": (MUTOPIA / "satiee/gymnopedie_1.mid", 12),
    "scarlatti:aria": (SNORTUM / "scarlatti/aria-k32.mid", 0),
    "scarlatti:toccata": (SNORTUM / "scarlatti/toccata-k141.mid", 0),
    "schubert:impromptu-a-flat": (PIANO_MIDI / "schubert/schuim-4.mid", 0),
    "schubert:impromptu-b-flat": (MUTOPIA / "schubertf/SchubertF-D935-3-Impromptu.mid", 0),
    "schubert:moment-musical": (MUTOPIA / "schubertf/MomentsNo3.mid", 0),
    "schumann:foreign-lands": (MUTOPIA / "schumannr/SchumannOp15No01.mid", 0),
    "schumann:happy-farmer": (MUTOPIA / "schumannr/schumann-op68-10-gai-laboureur.mid", 0),
    "schumann:knecht-ruprecht": (PIANO_MIDI / "schumann/scn68_12.mid", 0),
    "schumann:soldiers-march": (MUTOPIA / "schumannr/schumann-op68-02-marche-militaire.mid", 0),
    "schumann:traumerei": (MUTOPIA / "schumannr/SchumannOp15No07.mid", 0),
    "schumann:wild-rider": (MUTOPIA / "schumannr/schumann-op68-08-cavalier-sauvage.mid", 0),
    "scriabin:etude-c-sharp-minor": (MUTOPIA / "scriabina/scriabin_etude_2_1.mid", 0),
    "tchaikovsky:autumn-song": (PIANO_MIDI / "tchaikovsky/ty_oktober.mid", 0),
    "tchaikovsky:morning-prayer": (MUTOPIA / "tchaikovskypi/01MorningPrayer.mid", 0),
    "tchaikovsky:old-french-song": (MUTOPIA / "tchaikovskypi/16OldFrenchSong.mid", 0),
    "tchaikovsky:wooden-soldiers": (MUTOPIA / "tchaikovskypi/05MarchOfTheWoodenSoldiers.mid", 0),
}
"""Opener -> file of the corpus and the beat at which the opener begins in it."""

WITHOUT_TRANSCRIPTION = {"beethoven:fur-elise", "pachelbel:canon"}
"""Für Elise is held out of the corpus; Pachelbel's canon is no piano piece."""
SHARE = {"chopin:nocturne-e-flat": 0.85}
"""Share of notes that must agree where it is not 0.95: the transcription has three other left-hand notes there."""


def transcribed(path: Path, begin: float, end: float) -> set[tuple[float, int]]:
    """Keys struck in ``path`` from beat ``begin`` to before ``end``, as (beats after ``begin``, pitch)."""
    midi: Any = MidiScore(path, ttype="quarter")
    notes = [(note.time, note.pitch) for track in midi.tracks for note in track.notes]
    return {(beat - begin, pitch) for beat, pitch in notes if begin - 1e-6 <= beat < end - NEAR}


def share_found(notes: set[tuple[float, int]], among: set[tuple[float, int]]) -> float:
    """Share of ``notes`` that ``among`` holds, too, within ``NEAR`` beats."""
    found = [any(p == pitch and abs(b - beat) <= NEAR for b, p in among) for beat, pitch in notes]
    return sum(found) / len(found)


@needs_corpus
@pytest.mark.parametrize("slug", TRANSCRIPTIONS)
def test_notes_agree_with_an_independent_transcription(slug: str) -> None:
    """At least 95 % of an opener's notes are in the corpus, and of the corpus' notes in the opener."""
    path, begin = TRANSCRIPTIONS[slug]
    score = find_opener(slug).score
    ours = {(note.start, note.pitch) for note in score.notes}
    theirs = transcribed(path, begin, begin + score.end_beat)

    assert share_found(ours, theirs) >= SHARE.get(slug, 0.95), sorted(ours - theirs)
    assert share_found(theirs, ours) >= SHARE.get(slug, 0.95), sorted(theirs - ours)


def test_every_opener_is_compared_or_named_as_without_transcription() -> None:
    """No opener escapes the comparison unnoticed."""
    assert {opener.slug for opener in list_openers()} == TRANSCRIPTIONS.keys() | WITHOUT_TRANSCRIPTION
