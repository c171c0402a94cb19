import pytest

from curator.domain.clip_query import parse
from curator.domain.decision import correct_text, give_emotion, keep, recut
from curator.domain.fact import (
    Edges,
    MapPoint,
    Producer,
    RecordingTranscript,
    Score,
    SpeakerVector,
    Transcript,
)
from curator.domain.span import Span
from curator.store.project import Project
from tests.helpers.factories import (
    EMBED,
    SCORE,
    SEGMENT,
    TRANSCRIBE,
    a_finding,
    a_recording,
    a_transcript,
    a_vector,
    found,
    say,
    score,
)

OTHER_MODEL = Producer("transcribe", 1, "base")
NEXT_VERSION = Producer("transcribe", 2, "tiny.en")


@pytest.mark.parametrize(
    "fact",
    [a_transcript("hi"), Score("snr", 1.0), a_vector(), MapPoint(1, 2, 3), Edges(0, 1, 5, None)],
    ids=lambda fact: type(fact).__name__,
)
def test_a_fact_is_missing_until_it_is_found_by_this_very_producer(project, fact):
    clip, *others = project.clips.ids()
    maker = Producer("maker", 1, "fast")
    assert project.facts.missing(maker, type(fact)) == [clip, *others]
    project.facts.add([found(project, clip, fact, maker)])
    assert project.facts.missing(maker, type(fact)) == others
    for other in (Producer("maker", 2, "fast"), Producer("maker", 1, "exact"), SEGMENT):
        assert project.facts.missing(other, type(fact)) == [clip, *others]


def test_a_fact_about_another_span_counts_as_missing(project):
    clip = project.clips.ids()[0]
    say(project, clip, "hello")
    project.decisions.apply(recut(clip, Span(0, 50_000)))
    assert clip in project.facts.missing(TRANSCRIBE, Transcript)
    assert project.clips.get(clip).transcript is None


def test_the_newest_fact_is_seen_and_going_back_to_another_model_means_finding_it_again(project):
    clip = project.clips.ids()[0]
    say(project, clip, "tiny heard this")
    project.facts.add([found(project, clip, a_transcript("base heard that"), OTHER_MODEL)])
    assert project.clips.get(clip).text == "base heard that"
    assert clip in project.facts.missing(TRANSCRIBE, Transcript)
    assert clip not in project.facts.missing(OTHER_MODEL, Transcript)


def test_finding_everything_again_leaves_every_decision(project):
    clips = project.clips.ids()
    for clip in clips:
        say(project, clip, "machine")
    project.decisions.apply(keep(clips[:3]))
    project.decisions.apply(give_emotion(clips[1:], "tension"))
    project.decisions.apply(correct_text(clips[:2], "person"))
    before, journal = project.decisions.state_hash(), project.decisions.history()
    for clip in clips:
        project.facts.add([found(project, clip, a_transcript("another"), NEXT_VERSION)])
        score(project, clip, snr=1.0)
    project.facts.set_findings({clip: [a_finding()] for clip in clips})
    project.facts.add([found(project, clip, MapPoint(0, 0, 0)) for clip in clips])
    project.facts.forget("transcribe")
    assert project.decisions.state_hash() == before
    assert project.decisions.history() == journal
    assert [clip.text for clip in project.clips.find()] == ["person"] * 2 + [""] * 4


def test_forgetting_a_producer_forgets_all_its_versions_and_only_its_facts(project):
    first, second, *_ = project.clips.ids()
    say(project, first, "one")
    project.facts.add([found(project, second, a_transcript("two"), NEXT_VERSION)])
    score(project, first, snr=3.0)
    recording = project.recordings.all()[0]
    project.facts.add_transcript(RecordingTranscript(recording.id, TRANSCRIBE, a_transcript("all")))
    assert project.facts.forget("transcribe") == 3
    assert project.facts.recording_transcript(recording.id) is None
    assert project.facts.recordings_missing(TRANSCRIBE) == [recording.id]
    assert project.clips.get(first).scores == {"snr": 3.0}
    assert project.facts.forget("transcribe") == 0


def test_forgetting_segmentation_keeps_the_clips(project):
    project.facts.forget("segment")
    assert project.clips.count() == 6
    assert project.facts.recordings_missing(SEGMENT) == [1]


def test_the_words_of_a_recording_come_back_exactly(project):
    recording = a_recording(project)
    assert project.facts.recording_transcript(recording.id) is None
    transcript = a_transcript('It was "him" – Ő', confidence=1 / 3)
    project.facts.add_transcript(RecordingTranscript(recording.id, TRANSCRIBE, transcript))
    assert project.facts.recording_transcript(recording.id) == transcript
    assert project.facts.recordings_missing(TRANSCRIBE) == [1]
    newer = a_transcript("newer")
    project.facts.add_transcript(RecordingTranscript(recording.id, OTHER_MODEL, newer))
    assert project.facts.recording_transcript(recording.id) == newer
    assert project.facts.recordings_missing(TRANSCRIBE) == [1, recording.id]


def test_vectors_are_those_of_the_clips_as_they_are_cut(project):
    first, second, third, *_ = project.clips.ids()
    for clip in (third, first, second):
        project.facts.add([found(project, clip, a_vector(clip))])
    project.decisions.apply(recut(second, Span(0, 9_999)))
    assert project.facts.vectors() == [
        (first, a_vector(first).values),
        (third, a_vector(third).values),
    ]
    assert second in project.facts.missing(EMBED, SpeakerVector)


def test_a_clip_has_one_place_on_the_map_whatever_its_edges_were(project):
    clip = project.clips.ids()[0]
    project.facts.add([found(project, clip, MapPoint(0, 1, -1))])
    project.decisions.apply(recut(clip, Span(3, 50_000)))
    assert project.clips.get(clip).map is None
    assert project.facts.map_points() == {clip: MapPoint(0, 1, -1)}
    project.facts.add([found(project, clip, MapPoint(7, 7, 7))])
    project.decisions.undo()
    assert project.clips.get(clip).map is None
    assert project.facts.map_points() == {clip: MapPoint(7, 7, 7)}


def test_findings_replace_older_ones_of_the_same_clip_only(project):
    first, second, *_ = project.clips.ids()
    project.facts.set_findings({first: [a_finding("clipped")], second: [a_finding("cut_word")]})
    project.facts.set_findings({first: (), 999: [a_finding()]})
    assert project.clips.get(first).findings == ()
    assert [f.key for f in project.clips.get(second).findings] == ["cut_word"]


def test_findings_are_about_the_span_they_were_found_for(project):
    clip = project.clips.ids()[0]
    project.facts.set_findings({clip: [a_finding("cut_word")]})
    project.decisions.apply(recut(clip, Span(3, 50_000)))
    assert project.clips.get(clip).findings == ()
    assert project.clips.ids(parse("finding:cut_word")) == []
    project.decisions.undo()
    assert project.clips.ids(parse("finding:cut_word")) == [clip]


def test_facts_about_the_project_are_stored_replaced_and_forgotten(project):
    assert project.facts.project_fact("voice_threshold") is None
    project.facts.set_project_fact("voice_threshold", "0.75")
    project.facts.set_project_fact("voice_threshold", "0.8")
    assert project.facts.project_fact("voice_threshold") == "0.8"
    project.facts.set_project_fact("voice_threshold", None)
    assert project.facts.project_fact("voice_threshold") is None


def test_a_stage_that_fails_half_way_through_a_batch_stores_nothing_of_it(project):
    clip = project.clips.ids()[0]

    def stage():
        yield found(project, clip, Score("snr", 1.0))
        raise RuntimeError("the scorer broke")

    with pytest.raises(RuntimeError):
        project.facts.add(stage())
    assert project.clips.get(clip).scores == {}


def test_several_writes_are_one_or_none(project):
    clip = project.clips.ids()[0]

    def write():
        with project.writing(bulk=True):
            say(project, clip, "never mind")
            score(project, clip, snr=1.0)
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        write()
    assert project.clips.get(clip).transcript is None
    assert project.clips.get(clip).scores == {}
    score(project, clip, snr=2.0)
    assert project.clips.get(clip).scores == {"snr": 2.0}


def test_a_part_that_fails_can_be_let_go_without_losing_the_rest(project):
    clip = project.clips.ids()[0]

    def write_a_part():
        with project.writing(bulk=True):
            score(project, clip, clipping=1.0)
            raise RuntimeError("this part only")

    with project.writing(bulk=True):
        score(project, clip, snr=1.0)
        with pytest.raises(RuntimeError, match="this part only"):
            write_a_part()
    assert project.clips.get(clip).scores == {"snr": 1.0}


def test_a_reader_sees_what_is_stored_at_once_and_none_of_what_is_not(project):
    clip = project.clips.ids()[0]
    with Project.open(project.path, write=False) as reader:
        with project.writing(bulk=True):
            score(project, clip, snr=1.0)
            assert reader.clips.get(clip).scores == {}
        assert reader.clips.get(clip).scores == {"snr": 1.0}
        assert reader.facts.missing(SCORE, Score) == project.clips.ids()[1:]
