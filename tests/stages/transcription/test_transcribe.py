import dataclasses
from itertools import pairwise
from types import SimpleNamespace

import jiwer
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.fact import ClipFact, Word
from curator.domain.span import Span
from curator.stages import Failed
from curator.stages.segmentation.pauses import Pause
from curator.stages.transcription import transcribe
from curator.stages.transcription.packing import ROOM
from curator.stages.transcription.transcribe import (
    TranscribeClips,
    TranscribeRecordings,
    pieces_to_hear,
    transcript_of,
    words_of_clip,
)
from curator.stages.transcription.transcribers import Hypothesis, HypothesisWord
from curator.stages.transcription.transcribers.faster_whisper import (
    FasterWhisper,
    KeepingEncoder,
    described,
)
from curator.stages.transcription.word_times import glued, settle
from tests.helpers.recordings import (
    a_clip_sound,
    a_recording_sound,
    a_transcript,
    as_int16,
    joined,
    lj_speech,
)
from tests.helpers.sounds import silence, speech_like


@pytest.fixture(scope="module")
def tiny():
    return FasterWhisper("tiny.en", "cpu")


@pytest.fixture(scope="module")
def normalise():
    from whisper_normalizer.english import EnglishTextNormalizer

    return EnglishTextNormalizer()


class FakeWhisper:
    """Hears one word in the middle of each stretch of sound in a window."""

    name = "fake"
    windows_at_once = 2
    recordings_at_once = 32

    def __init__(self):
        self.windows = []

    def language_of(self, sound):
        return "de"

    def listen(self, windows, language):
        self.windows += list(windows)
        return [self._heard(window, language) for window in windows]

    def _heard(self, window, language):
        loud = np.concatenate([[False], np.abs(window) > 0, [False]]).astype(np.int8)
        edges = np.flatnonzero(np.diff(loud)).reshape(-1, 2) / 16_000
        words = tuple(
            HypothesisWord(a, b, f" {language}{n}", 0.9)
            for n, (a, b) in enumerate(edges)
            if b - a > 0.05
        )
        return Hypothesis(words, 0.1)


class BrokenWhisper(FakeWhisper):
    """Cannot hear anything."""

    def listen(self, windows, language):
        raise RuntimeError("out of memory")


def test_a_word_belongs_to_the_clip_that_holds_its_middle():
    transcript = a_transcript((0.0, 0.6, "good"), (0.6, 1.4, "evening"), (1.4, 2.0, "all"))
    first = words_of_clip(transcript, Span(0, 15_000))
    second = words_of_clip(transcript, Span(15_000, 32_000))
    assert (first.text, second.text) == ("good", "evening all")


@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=8, unique=True),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 100)), max_size=20),
)
def test_clips_that_meet_share_out_every_word_once(cuts, words):
    edges = [0, *sorted(cuts), 2000]
    transcript = a_transcript(*((a, a + d, f"w{n}") for n, (a, d) in enumerate(words)), rate=1)
    clips = [Span(a, b) for a, b in pairwise(edges)]
    shared = [word for clip in clips for word in words_of_clip(transcript, clip).words]
    assert sorted(shared, key=lambda w: w.text) == sorted(transcript.words, key=lambda w: w.text)


def test_a_clip_without_words_has_an_empty_transcript():
    found = words_of_clip(a_transcript((0.0, 0.5, "hello")), Span(32_000, 64_000))
    assert (found.text, found.words, found.confidence) == ("", (), 0.0)


def test_text_is_joined_as_the_language_is_written():
    words = [Word(0, 1, "谢", 1.0), Word(1, 2, "谢", 1.0)]
    assert transcript_of(words, "zh", 0.0).text == "谢谢"
    assert transcript_of(words, "en", 0.0).text == "谢 谢"


def test_a_word_that_whisper_parts_is_one_word():
    heard = Hypothesis(
        (HypothesisWord(0.0, 0.4, " forty", 0.9), HypothesisWord(0.4, 0.7, "-two.", 0.8)),
        no_speech=0.0,
    )
    (word,) = glued(heard, "en")
    assert (word.text, word.start, word.stop, word.probability) == ("forty-two.", 0, 11_200, 0.8)


def a_pause(start_s, stop_s):
    return Pause(int(start_s * 16_000), int(stop_s * 16_000), int((start_s + stop_s) * 8_000), 0.05)


@pytest.mark.parametrize(
    ("word", "start_s", "stop_s", "why"),
    [
        ((0.5, 0.9, "here"), 0.5, 0.9, "outside every pause nothing is moved"),
        ((0.9, 2.3, "and"), 2.0, 2.3, "its longest part is after the pause"),
        ((0.95, 2.3, "it."), 0.95, 1.0, "what ends a sentence is spoken before the pause"),
        ((1.3, 1.5, "well"), 1.0, 1.0, "nearer to the end of the speech before"),
        ((1.7, 1.9, "well"), 2.0, 2.0, "nearer to the start of the speech after"),
    ],
)
def test_word_times_are_moved_out_of_pauses(word, start_s, stop_s, why):
    words = [Word(int(word[0] * 16_000), int(word[1] * 16_000), word[2], 1.0)]
    (settled,) = settle(words, [a_pause(1.0, 2.0)], 48_000)
    assert (settled.start / 16_000, settled.stop / 16_000) == (start_s, stop_s), why


def test_settled_words_stay_in_order():
    words = [
        Word(0, 8_000, "a", 1.0),
        Word(20_000, 22_000, "b", 1.0),
        Word(21_000, 50_000, "c", 1.0),
    ]
    settled = settle(words, [a_pause(1.0, 2.0)], 64_000)
    assert [word.text for word in settled] == ["a", "b", "c"]
    assert [word.start for word in settled] == sorted(word.start for word in settled)


def test_speech_without_a_pause_is_parted_into_windows():
    probabilities = np.full(3_000, 0.9, np.float32)
    probabilities[800] = 0.4
    found = pieces_to_hear(probabilities, 3_000 * 512)
    assert all(piece.samples <= ROOM for piece in found)
    assert found[0].stop == 800 * 512 + 256
    assert [a.stop for a in found[:-1]] == [b.start for b in found[1:]]


def test_clips_are_packed_and_each_gets_its_own_words():
    sound = np.ones(16_000 * 30, np.int16)
    item = a_recording_sound(sound, rate=48_000)
    clips = [
        a_clip_sound(item, Span.from_seconds(n * 3.0, n * 3.0 + 2.0, 48_000), n) for n in range(10)
    ]
    whisper = FakeWhisper()
    facts = list(TranscribeClips(whisper).run(clips))
    assert [fact.clip_id for fact in facts] == list(range(10))
    assert [len(fact.fact.words) for fact in facts] == [1] * 10
    assert len(whisper.windows) == 1
    for fact, clip in zip(facts, clips, strict=True):
        (word,) = fact.fact.words
        assert abs(word.start - clip.span.start) < 10
        assert abs(word.stop - clip.span.stop) < 10


def test_clips_of_two_languages_are_not_heard_together():
    item = a_recording_sound(np.ones(16_000 * 10, np.int16))
    clips = [
        dataclasses.replace(a_clip_sound(item, Span(0, 16_000), n), language=language)
        for n, language in enumerate(["en", "hu", "hu", ""])
    ]
    facts = list(TranscribeClips(FakeWhisper()).run(clips))
    assert [fact.fact.language for fact in facts] == ["en", "hu", "hu", "de"]


def test_clips_that_cannot_be_heard_fail_one_by_one_with_the_reason():
    item = a_recording_sound(np.ones(16_000 * 4, np.int16))
    clips = [a_clip_sound(item, Span(0, 16_000), 3), a_clip_sound(item, Span(0, 9_000), 4)]
    failed = list(TranscribeClips(BrokenWhisper()).run(clips))
    assert [each.item for each in failed] == [3, 4]
    assert all(isinstance(each, Failed) and "out of memory" in each.reason for each in failed)


@pytest.mark.model
def test_a_recording_that_cannot_be_heard_fails_and_the_next_is_heard():
    bad = a_recording_sound(as_int16(speech_like(3.0, 16_000)))
    good = a_recording_sound(as_int16(silence(1.0, 16_000)))
    first, second = TranscribeRecordings(BrokenWhisper()).run([bad, good])
    assert isinstance(first, Failed)
    assert first.item == bad.recording.id
    assert second.transcript.text == ""


def spoken(monkeypatch, seconds, languages):
    """Recordings that are speech from end to end, by their language."""
    everywhere = lambda samples16: np.full(len(samples16) // 512, 0.9, np.float32)  # noqa: E731
    monkeypatch.setattr(transcribe, "speech_probabilities", everywhere)
    items = []
    for number, language in enumerate(languages):
        item = a_recording_sound(np.ones(int(16_000 * seconds), np.int16), 48_000, None, language)
        recording = dataclasses.replace(item.recording, id=number)
        items.append(dataclasses.replace(item, recording=recording))
    return items


def test_short_recordings_share_windows_and_each_gets_its_own_words(monkeypatch):
    items = spoken(monkeypatch, 2.0, ["en"] * 10)
    whisper = FakeWhisper()
    transcripts = list(TranscribeRecordings(whisper).run(items))
    assert [each.recording_id for each in transcripts] == list(range(10))
    assert len(whisper.windows) == 1
    for each in transcripts:
        (word,) = each.transcript.words
        assert 0 <= word.start < 48_000 / 4
        assert abs(word.stop - 2 * 48_000) < 10


def test_short_recordings_of_two_languages_are_not_heard_together(monkeypatch):
    items = spoken(monkeypatch, 2.0, ["en", "hu", "", "en"])
    whisper = FakeWhisper()
    transcripts = list(TranscribeRecordings(whisper).run(items))
    assert [each.transcript.language for each in transcripts] == ["en", "hu", "de", "en"]
    assert [each.transcript.text[:2] for each in transcripts] == ["en", "hu", "de", "en"]
    assert len(whisper.windows) == 3


def test_a_long_recording_reports_how_far_it_is(monkeypatch):
    told = []
    items = spoken(monkeypatch, 100.0, ["en"])
    stage = TranscribeRecordings(
        FakeWhisper(), follow=lambda recording, seconds: told.append((recording.id, seconds))
    )
    list(stage.run(items))
    assert len(told) > 3
    assert [number for number, _ in told] == [0] * len(told)
    seconds = [seconds for _, seconds in told]
    assert seconds == sorted(seconds)
    assert seconds[-1] > 99.0


def test_a_long_recording_between_short_ones_keeps_its_place(monkeypatch):
    short, long = spoken(monkeypatch, 2.0, ["en"] * 2), spoken(monkeypatch, 40.0, ["en"])
    items = [
        dataclasses.replace(item, recording=dataclasses.replace(item.recording, id=number))
        for number, item in enumerate([short[0], long[0], short[1]])
    ]
    transcripts = list(TranscribeRecordings(FakeWhisper()).run(items))
    assert [each.recording_id for each in transcripts] == [0, 1, 2]


def test_one_recording_that_cannot_be_heard_does_not_stop_those_of_its_window(monkeypatch):
    class Choosy(FakeWhisper):
        def listen(self, windows, language):
            if any(len(window) > 16_000 * 3 for window in windows):
                raise RuntimeError("out of memory")
            return super().listen(windows, language)

    items = spoken(monkeypatch, 2.0, ["en"] * 3)
    items[1] = dataclasses.replace(items[1], samples16=np.ones(16_000 * 5, np.int16))
    first, second, third = TranscribeRecordings(Choosy()).run(items)
    assert isinstance(second, Failed)
    assert first.transcript.text
    assert third.transcript.text


def test_what_a_shared_window_leaves_empty_or_unsure_is_heard_alone(monkeypatch):
    class Distracted(FakeWhisper):
        """Hears nothing in windows of several recordings."""

        def listen(self, windows, language):
            heard = super().listen(windows, language)
            shared = [len(window) > 16_000 * 3 for window in windows]
            return [
                Hypothesis((), 0.2) if several else one
                for several, one in zip(shared, heard, strict=True)
            ]

    items = spoken(monkeypatch, 2.0, ["en"] * 3)
    whisper = Distracted()
    transcripts = list(TranscribeRecordings(whisper).run(items))
    assert all(each.transcript.text for each in transcripts)
    assert len(whisper.windows) == 4


@pytest.mark.model
def test_silence_says_nothing(tiny):
    item = a_recording_sound(np.zeros(16_000 * 40, np.int16))
    (found,) = TranscribeRecordings(tiny).run([item])
    assert (found.transcript.text, found.transcript.words) == ("", ())
    assert found.made_by.options == "tiny.en"


@pytest.mark.model
def test_the_language_is_detected_when_nobody_gives_it(tiny):
    item = a_recording_sound(as_int16(speech_like(3.0, 16_000)), language="")
    (found,) = TranscribeRecordings(tiny).run([item])
    assert found.transcript.language == "en"


@pytest.mark.model
@pytest.mark.real_speech
@pytest.mark.parametrize("gap_s", [0.3, 2.0])
def test_lj_speech_as_one_recording_is_heard_well(tiny, normalise, real_speech, gap_s):
    clips = lj_speech(real_speech)
    sound, spans = joined([samples for samples, _ in clips], gap_s)
    item = a_recording_sound(as_int16(sound))
    (found,) = TranscribeRecordings(tiny).run([item])
    heard = [words_of_clip(found.transcript, span).text for span in spans]
    said = [text for _, text in clips]
    assert jiwer.wer([normalise(t) for t in said], [normalise(t) for t in heard]) <= 0.15
    for word in found.transcript.words:
        middle = (word.start + word.stop) / 2
        assert any(span.start - 1_600 <= middle <= span.stop + 1_600 for span in spans), word


@pytest.mark.model
@pytest.mark.real_speech
def test_lj_speech_clip_by_clip_is_heard_well(tiny, normalise, real_speech):
    clips = lj_speech(real_speech)
    sound, spans = joined([samples for samples, _ in clips], 0.5)
    item = a_recording_sound(as_int16(sound))
    sounds = [a_clip_sound(item, span, number) for number, span in enumerate(spans)]
    facts = list(TranscribeClips(tiny).run(sounds))
    assert all(isinstance(fact, ClipFact) for fact in facts)
    said = [normalise(text) for _, text in clips]
    assert jiwer.wer(said, [normalise(fact.fact.text) for fact in facts]) <= 0.15


@pytest.mark.model
def test_a_repeated_hearing_gives_the_same_words(tiny):
    window = speech_like(4.0, 16_000, seed=5)
    assert tiny.listen([window], "en") == tiny.listen([window], "en")


def test_a_folder_is_named_by_its_weights(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.bin").write_bytes(b"12345")
    assert described(tmp_path / "mine") == "mine-5"
    assert described("base") == "base"


def test_a_doubtful_hearing_is_heard_again_without_its_loop():
    whisper = FasterWhisper.__new__(FasterWhisper)
    asked = []

    def hear(sound, no_repeat_ngram_size=0, **options):
        asked.append(no_repeat_ngram_size)
        texts = [" hello"] if no_repeat_ngram_size else [" no"] * 60
        words = [SimpleNamespace(start=0.1, end=0.5, word=w, probability=0.9) for w in texts]
        return [SimpleNamespace(seek=0, words=words, no_speech_prob=0.1, avg_logprob=-0.2)], None

    whisper._model = SimpleNamespace(supported_languages=["en"])
    whisper._batches = SimpleNamespace(transcribe=hear)
    whisper._encoder = KeepingEncoder(lambda features: features)
    whisper.windows_at_once = 1
    (heard,) = whisper.listen([np.zeros(16_000, np.float32)], "en")
    assert heard.text == "hello"
    assert asked == [0, 3]


def test_an_unsure_hearing_of_what_is_no_speech_is_left_empty():
    whisper = FasterWhisper.__new__(FasterWhisper)
    words = [SimpleNamespace(start=0.1, end=0.5, word=" you", probability=0.1)]
    segment = SimpleNamespace(seek=0, words=words, no_speech_prob=0.9, avg_logprob=-1.7)
    whisper._model = SimpleNamespace(supported_languages=["en"])
    whisper._batches = SimpleNamespace(transcribe=lambda *a, **k: ([segment], None))
    whisper._encoder = KeepingEncoder(lambda features: features)
    whisper.windows_at_once = 1
    (heard,) = whisper.listen([np.zeros(16_000, np.float32)], "en")
    assert heard.text == ""
