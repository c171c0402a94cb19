import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curator.domain.clip_query import parse
from curator.domain.decision import choose_voice, drop, give_emotion, keep, recut, undecide
from curator.domain.errors import CuratorError
from curator.domain.fact import (
    ClipFact,
    Edges,
    MapPoint,
    NewClip,
    Producer,
    RecordingCut,
    Score,
    Transcript,
)
from curator.domain.span import Span
from tests.helpers.factories import (
    RATE,
    SCORE,
    SEGMENT,
    TRANSCRIBE,
    a_cut,
    a_finding,
    a_project,
    a_recording,
    a_transcript,
    an_empty_project,
    found,
    say,
    score,
    some_clips,
)

AGAIN = Producer("segment", 2)


def spans_in_seconds(project):
    return [(span.start / RATE, span.stop / RATE) for _, _, span in project.clips.spans()]


def test_a_clip_is_seen_with_everything_known_of_it(project):
    clip = project.clips.ids()[0]
    span = project.clips.get(clip).span
    transcript = a_transcript("Welcome to the show", span)
    edges, point = Edges(0.1, 0.9, None, 99), MapPoint(0.5, -1.5, 3)
    project.facts.add([found(project, clip, fact) for fact in (transcript, edges, point)])
    score(project, clip, snr=20.5, clipping=0.0)
    project.facts.set_findings({clip: [a_finding("cut_word"), a_finding("clipped", "warning")]})
    project.decisions.apply(keep([clip]))
    project.decisions.apply(give_emotion([clip], "greeting"))
    seen = project.clips.get(clip)
    assert (seen.recording, seen.rate, seen.seconds) == ("show.wav", RATE, 4.0)
    assert (seen.state, seen.emotion, seen.text) == ("kept", "greeting", "Welcome to the show")
    assert (seen.transcript, seen.edges, seen.map) == (transcript, edges, point)
    assert seen.scores == {"snr": 20.5, "clipping": 0.0}
    assert [finding.key for finding in seen.findings] == ["cut_word", "clipped"]


def test_a_clip_nobody_has_looked_at_has_nothing(project):
    seen = project.clips.get(project.clips.ids()[0])
    assert (seen.text, seen.transcript, seen.edges, seen.map) == ("", None, None, None)
    assert (seen.scores, seen.findings, seen.emotion, seen.state) == ({}, (), None, "undecided")


def test_clips_come_by_recording_and_time(project):
    other = a_recording(project, "/speech/another.wav")
    some_clips(project, other, 2)
    last = project.clips.ids(parse("recording:show"))[-1]
    project.decisions.apply(recut(last, Span(1, 2)))
    order = [(clip.recording_id, clip.span) for clip in project.clips.find()]
    assert order == sorted(order)
    assert project.clips.ids() == [clip.id for clip in project.clips.find()]
    assert [clip for clip, _, _ in project.clips.spans()] == project.clips.ids()


def test_a_clip_that_is_not_there_is_an_error_in_a_sentence(project):
    with pytest.raises(CuratorError, match="There is no clip 77"):
        project.clips.get(77)


def test_a_file_name_that_is_not_text_is_shown_escaped(project):
    odd = a_recording(project, "/speech/bad\udcff\n\u202ename.wav")
    clip = some_clips(project, odd, 1)[0]
    assert project.clips.get(clip).recording == "bad\\xff\\n\\u202ename.wav"
    assert project.recordings.get(odd.id).path.name == "bad\udcff\n\u202ename.wav"
    assert project.clips.ids(parse("recording:name.wav")) == [clip]


def test_segmenting_again_replaces_clips_without_decisions_and_their_facts(project):
    recording = project.recordings.all()[0]
    old = project.clips.ids()
    say(project, old[0], "gone")
    assert project.clips.replace_cut(a_cut(recording, [(2.0, 7.0), (7.5, 9.0)], AGAIN)) == 2
    assert spans_in_seconds(project) == [(2.0, 7.0), (7.5, 9.0)]
    assert not set(old) & set(project.clips.ids())
    assert project._database.read("SELECT COUNT(*) FROM transcript").fetchone() == (0,)


def test_ids_of_removed_clips_are_never_given_again(tmp_path):
    with an_empty_project(tmp_path) as project:
        recording = a_recording(project)
        seen = set()
        for i in range(4):
            ids = project.clips.ids()
            project.clips.replace_cut(a_cut(recording, [(i, i + 3.0), (i + 5.0, i + 8.0)]))
            assert not seen & set(project.clips.ids())
            seen |= set(ids) | set(project.clips.ids())
            project.close()
            project = type(project).open(project.path)
        project.close()


def test_segmenting_again_keeps_every_clip_somebody_decided_about(project):
    recording = project.recordings.all()[0]
    kept, dropped, moved, felt, voiced, undecided = project.clips.ids()
    project.decisions.apply(keep([kept]))
    project.decisions.apply(drop([dropped]))
    project.decisions.apply(recut(moved, Span.from_seconds(30, 31, RATE)))
    project.decisions.apply(give_emotion([felt], "tension"))
    project.decisions.apply(choose_voice([voiced], "that one"))
    project.decisions.apply(keep([undecided]))
    project.decisions.apply(undecide([undecided]))
    before = {clip.id: clip for clip in project.clips.find()}
    project.clips.replace_cut(a_cut(recording, [(100.0, 104.0)], AGAIN))
    after = {clip.id: clip for clip in project.clips.find()}
    assert {clip: after[clip] for clip in (kept, dropped, moved, felt, voiced)} == {
        clip: before[clip] for clip in (kept, dropped, moved, felt, voiced)
    }
    assert undecided not in after
    assert len(after) == 6
    assert project.decisions.voice() == (voiced,)


def test_a_new_clip_that_mostly_covers_a_decided_one_is_left_out(project):
    recording = project.recordings.all()[0]
    first = project.clips.ids()[0]  # 0 s to 4 s
    project.decisions.apply(keep([first]))
    mostly, half, touching = (0.5, 10.0), (2.0, 5.0), (4.0, 6.0)
    assert project.clips.replace_cut(a_cut(recording, [mostly], AGAIN)) == 1
    assert spans_in_seconds(project) == [(0.0, 4.0)]
    # half of the shorter is just not more than half
    project.decisions.apply(recut(first, Span.from_seconds(0.0, 3.5, RATE)))
    assert project.clips.replace_cut(a_cut(recording, [half, touching], AGAIN)) == 3
    assert spans_in_seconds(project) == [(0.0, 3.5), half, touching]


def test_a_clip_cut_at_the_same_samples_stays_with_its_facts(project):
    recording = project.recordings.all()[0]
    first, *others = project.clips.ids()
    say(project, first, "still here")
    new = NewClip(project.clips.get(first).span, 7)
    project.clips.replace_cut(RecordingCut(recording.id, AGAIN, (new,)))
    assert project.clips.ids() == [first]
    assert project.clips.get(first).text == "still here"
    assert project.clips.get(first).pause_group == 7
    assert others


def test_a_staying_clip_joins_the_pause_group_it_lies_in_now(project):
    recording = project.recordings.all()[0]
    first, second, *_ = project.clips.ids()  # 0-4 s, 5-9 s
    project.decisions.apply(keep([first, second]))
    cut = [
        NewClip(Span.from_seconds(0.1, 4.1, RATE), 11),
        NewClip(Span.from_seconds(20.0, 24.0, RATE), 12),
    ]
    project.clips.replace_cut(RecordingCut(recording.id, AGAIN, tuple(cut)))
    assert project.clips.get(first).pause_group == 11
    assert project.clips.get(second).pause_group == 11  # the nearer of the two
    project.clips.replace_cut(RecordingCut(recording.id, AGAIN, ()))
    assert project.clips.get(first).pause_group == 11


def test_a_recording_is_segmented_once_for_each_version(project):
    other = a_recording(project)
    assert project.facts.recordings_missing(SEGMENT) == [other.id]
    first = project.recordings.all()[0]
    assert project.facts.recordings_missing(AGAIN) == [first.id, other.id]
    project.clips.replace_cut(a_cut(other, [], AGAIN))
    assert project.facts.recordings_missing(AGAIN) == [first.id]
    assert project.facts.recordings_missing(SEGMENT) == [other.id]


def test_other_recordings_keep_their_clips(project):
    other = a_recording(project)
    some_clips(project, other, 2)
    project.clips.replace_cut(a_cut(other, [], AGAIN))
    assert project.clips.count() == 6


def test_a_clip_is_moved_until_it_is_back_where_it_was_cut(project):
    clip = project.clips.ids()[0]
    assert project.clips.moved() == set()
    project.decisions.apply(recut(clip, Span(3, 50_000)))
    assert project.clips.moved() == {clip}
    project.decisions.undo()
    assert project.clips.moved() == set()


def test_spans_can_be_asked_for_some_clips(project):
    first, second, *_ = project.clips.ids()
    assert [clip for clip, _, _ in project.clips.spans([second, first, 99])] == [first, second]
    assert project.clips.spans([]) == []


stretches = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 12)), min_size=0, max_size=12, unique=True
).map(lambda pairs: [Span(start * RATE, (start + length) * RATE) for start, length in pairs])


@settings(max_examples=25, deadline=None)
@given(first=stretches, second=stretches, data=st.data())
def test_whatever_is_cut_no_decision_is_lost_and_nothing_is_there_twice(
    tmp_path_factory, first, second, data
):
    with a_project(tmp_path_factory.mktemp("cut"), 0) as project:
        recording = project.recordings.all()[0]
        project.clips.replace_cut(a_cut(recording, first))
        chosen = (
            data.draw(st.lists(st.sampled_from(project.clips.ids()), unique=True)) if first else []
        )
        project.decisions.apply(keep(chosen))
        before = project.clips.find(parse("state:kept"))
        project.clips.replace_cut(a_cut(recording, second, AGAIN))
        assert project.clips.find(parse("state:kept")) == before
        decided = [clip.span for clip in before]
        new = [clip.span for clip in project.clips.find(parse("-state:kept"))]
        assert sorted(new) == sorted(
            span
            for span in second
            if all(2 * span.overlap(d) <= min(span.samples, d.samples) for d in decided)
        )
        assert project.verify() == []


def test_a_fact_that_comes_too_late_for_a_removed_clip_is_passed_over(project):
    recording = project.recordings.all()[0]
    clip = project.clips.ids()[0]
    late = found(project, clip, Score("snr", 3.0))
    project.clips.replace_cut(a_cut(recording, [(50.0, 55.0)], AGAIN))
    project.facts.add([late])
    assert project.facts.missing(SCORE, Score) == project.clips.ids()


def test_a_fact_found_while_somebody_moved_the_edge_is_about_the_old_span(project):
    clip = project.clips.ids()[0]
    old = project.clips.get(clip).span
    project.decisions.apply(recut(clip, Span(9, 99_999)))
    project.facts.add([ClipFact(clip, old, TRANSCRIBE, a_transcript("old"))])
    assert project.clips.get(clip).transcript is None
    assert clip in project.facts.missing(TRANSCRIBE, Transcript)
    project.decisions.undo()
    assert project.clips.get(clip).text == "old"
    assert clip not in project.facts.missing(TRANSCRIBE, Transcript)
