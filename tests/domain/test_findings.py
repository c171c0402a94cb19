from dataclasses import replace

import pytest

from curator.domain.clip import Clip
from curator.domain.decision import State
from curator.domain.fact import Edges, Transcript, Word
from curator.domain.findings import FINDING_KEYS, WholeSet, findings_of
from curator.domain.span import Span
from curator.domain.target import read_target

RATE = 22_050
LOOP = "thank you very much " * 8
WHOLE = WholeSet(read_target("xtts_v2"), voice_threshold=0.75, pace=(8.0, 25.0))
TEXT = "and now for the next question of the evening"
GOOD = Clip(
    id=1,
    recording_id=1,
    recording="show.wav",
    rate=RATE,
    span=Span(0, 3 * RATE),
    pause_group=0,
    state=State.UNDECIDED,
    text=TEXT,
    text_decided=False,
    emotion=None,
    transcript=Transcript(TEXT, (Word(0, 2 * RATE, TEXT, 0.95),), "en", 0.95, 0.01, 1.0),
    edges=Edges(0.0, 0.1, None, None),
    map=None,
    scores={"snr": 40.0, "clipping": 0.0, "bandwidth": 11_000.0, "speaker_similarity": 0.9},
)


def keys(clip):
    return {finding.key for finding in findings_of(clip, WHOLE)}


def scored(**scores):
    return replace(GOOD, scores={**GOOD.scores, **scores})


def test_nothing_is_found_in_a_good_clip():
    assert keys(GOOD) == set()


@pytest.mark.parametrize(
    ("clip", "key"),
    [
        (replace(GOOD, edges=Edges(0.0, 0.8, None, 70_000)), "cut_word"),
        (scored(speaker_similarity=0.6), "other_voice"),
        (scored(clipping=0.01), "clipped"),
        (replace(GOOD, span=Span(0, 12 * RATE)), "too_long"),
        (replace(GOOD, span=Span(0, RATE // 4)), "too_short"),
        (replace(GOOD, text="", transcript=replace(GOOD.transcript, text="", words=())), "no_text"),
        (replace(GOOD, transcript=replace(GOOD.transcript, confidence=0.3)), "doubtful_text"),
        (replace(GOOD, transcript=replace(GOOD.transcript, text=LOOP)), "invented"),
        (replace(GOOD, text=f"{TEXT} ☃"), "unknown_characters"),
        (replace(GOOD, text="…!?"), "no_letters"),
        (replace(GOOD, text=f"{TEXT} " * 6), "text_too_long"),
        (replace(GOOD, text=TEXT * 3, text_decided=True), "odd_pace"),
        (replace(GOOD, text="one two three of them", text_decided=True), "odd_pace"),
        (scored(snr=10.0), "noisy"),
        (scored(bandwidth=3_400.0), "narrow_band"),
        (scored(trail_silence=2.0), "silence"),
        (scored(loudness=-50.0), "quiet"),
        (scored(dnsmos_ovrl=1.2), "poor_quality"),
        (scored(overlap=0.6, overlap_start=1.2, overlap_stop=2.0), "overlap"),
        (scored(voice_change=0.5, voice_change_at=1.5), "two_voices"),
        (scored(music=0.95), "music"),
    ],
)
def test_each_fault_is_found_and_said_in_a_sentence(clip, key):
    assert key in keys(clip)
    assert key in FINDING_KEYS
    for finding in findings_of(clip, WHOLE):
        assert finding.sentence[0].isupper()
        assert finding.sentence[-1] in ".?"


def test_a_language_the_target_lacks_is_not_a_finding_of_each_clip():
    foreign = replace(GOOD, transcript=replace(GOOD.transcript, language="is"))
    assert keys(foreign) == set()


def test_the_project_language_judges_a_typed_text_without_a_transcript():
    typed = replace(GOOD, text=f"{TEXT} ☃", text_decided=True, transcript=None)
    assert keys(typed) == set()
    english = replace(WHOLE, language="en")
    assert {each.key for each in findings_of(typed, english)} == {"unknown_characters"}


def test_what_a_person_wrote_is_not_called_invented():
    invented = replace(GOOD, transcript=replace(GOOD.transcript, text=LOOP, confidence=0.1))
    assert keys(replace(invented, text_decided=True)) == set()


def test_the_nearest_pause_is_named_where_there_is_one():
    (finding,) = findings_of(replace(GOOD, edges=Edges(0.0, 0.9, None, 70_560)), WHOLE)
    assert finding.sentence == "Ends inside a word; the nearest pause is at 3.20 s."


def test_it_is_said_when_two_speak_at_once_and_how_sure_that_is():
    (doubtful,) = findings_of(scored(overlap=0.6, overlap_start=1.2, overlap_stop=2.0), WHOLE)
    assert doubtful.sentence == "Overlapping speech from 1.2 to 2.0 s?"
    assert doubtful.severity == "warning"
    (sure,) = findings_of(scored(overlap=0.95), WHOLE)
    assert sure.severity == "error"


def test_errors_come_before_warnings():
    found = findings_of(scored(bandwidth=3_000.0, clipping=0.2), WHOLE)
    assert [finding.severity for finding in found] == ["error", "warning"]


def test_no_voice_chosen_finds_no_other_voice():
    alone = replace(WHOLE, voice_threshold=None)
    assert findings_of(scored(speaker_similarity=0.1), alone) == ()
