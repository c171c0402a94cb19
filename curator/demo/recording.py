"""Generator of a three-minute quiz-show recording with faults at known positions.

The voices are synthetic, the rest is as broadcasts are: stereo at 44.1 kHz, every speaker in a room
and at a level of their own, background noise with one noisier passage, one turn of the host driven
into full scale, and one that breaks off inside a word.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
import soundfile
import soxr

from curator.audio.waveform import Samples, Waveform
from curator.demo.acoustics import (
    Stereo,
    background,
    in_room,
    room,
    speech_rms,
    stretches,
)
from curator.demo.script import HOST, Script, ScriptLine, read_script
from curator.demo.truth import CLIPPED, CUT, NoisyPassage, Sentence, Truth, Utterance
from curator.demo.voices import contestant_sentence, contestant_voices, host_sentences
from curator.domain.progress import NoProgress, Progress
from curator.domain.span import Span

RATE = 44_100
LEVEL_DBFS = -20.0
"""The host's usual level of speech; peaks stand about 15 dB above it."""
SNR_DB = 30.0
NOISY_SNR_DB = 20.0
OVERDRIVE_DB = 14.0
"""Additional gain of the clipped turn."""
FULL_SCALE = 32767 / 32768
TURN_GAP_S = (0.4, 0.9)
SECTION_GAP_S = (2.0, 3.0)
SENTENCE_GAP_S = (0.2, 0.35)
LEAD_S = 1.0
"""Background before the first word."""
CUT_REST_S = 0.1
"""Minimum continuous speech on both sides of the cut."""


@dataclass(frozen=True, slots=True)
class DemoRecording:
    """A recording and its ground truth. truth_path: ``truth`` as JSON."""

    path: Path
    truth_path: Path
    truth: Truth


@dataclass(frozen=True, slots=True)
class _Turn:
    """Synthesised script line: clean sentences at RATE and at their level."""

    line: ScriptLine
    sentences: tuple[Samples, ...]
    fault: str


def make_recording(
    folder: Path,
    seed: int = 0,
    name: str = "quiz_show",
    progress: Progress = NoProgress(),  # noqa: B008 - it has no state
) -> DemoRecording:
    """Write ``name.wav`` and ``name.truth.json`` into ``folder``.

    seed: 0 is the demo's; another changes the order of the rounds, the gaps, the noise, the pace of
    the voices, who the contestants are and where the faults lie. Odd seeds break off inside the
    show, with the background going on; even ones at the very end, as when a tape runs out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    script = read_script()
    lines = script.lines(seed)
    voices = _cast(lines, seed)
    random = Random(f"recording {seed}")
    faults = _faults(lines, random, at_end=seed % 2 == 0)
    turns = [
        _Turn(line, sentences, faults.get(number, ""))
        for number, (line, sentences) in enumerate(
            zip(lines, _spoken(script, lines, voices, seed, progress), strict=True)
        )
    ]
    utterances, samples, cut_at = _laid_out(turns, random)
    sound = _mixed(turns, utterances, samples, cut_at, seed)
    noisy = _noisy_passage(utterances, lines, random)
    sound += _noise(samples, noisy, seed)
    sound = _broken_off(sound, utterances, cut_at, seed)
    clipped = next(u for u in utterances if u.fault == CLIPPED)
    np.clip(sound, -FULL_SCALE, FULL_SCALE, out=sound)
    at_full_scale = np.abs(sound[clipped.span.start : clipped.span.stop]) >= FULL_SCALE
    truth = Truth(
        seed=seed,
        rate=RATE,
        samples=len(sound),
        snr_db=SNR_DB,
        noisy=noisy,
        cut_at=cut_at,
        clipped_fraction=float(np.mean(at_full_scale)),
        voices=voices,
        utterances=tuple(_heard(u, cut_at) if u.fault == CUT else u for u in utterances),
    )
    path, truth_path = folder / f"{name}.wav", folder / f"{name}.truth.json"
    soundfile.write(path, sound, RATE, subtype="PCM_16")
    truth.save(truth_path)
    return DemoRecording(path, truth_path, truth)


def _cast(lines: Sequence[ScriptLine], seed: int) -> dict[str, str]:
    """Who speaks with which voice."""
    others = sorted({line.speaker for line in lines} - {HOST})
    chosen = contestant_voices(len(others), seed)
    return {HOST: "piper:en_US-joe-medium", **dict(zip(others, chosen, strict=True))}


def _faults(lines: Sequence[ScriptLine], random: Random, *, at_end: bool) -> dict[int, str]:
    """Which line gets which fault, by its number."""
    hosts = [number for number, line in enumerate(lines) if line.speaker == HOST]
    last_of_sections = [
        number
        for number in hosts[3:-6]
        if lines[number].section != lines[min(number + 1, len(lines) - 1)].section
    ]
    cut = hosts[-1] if at_end else random.choice(last_of_sections)
    loud = [
        number
        for number in hosts[1:-1]
        if number != cut and lines[number].category in ("excitement", "confirmation", "question")
    ]
    return {cut: CUT, random.choice(loud): CLIPPED}


def _spoken(
    script: Script,
    lines: Sequence[ScriptLine],
    voices: dict[str, str],
    seed: int,
    progress: Progress,
) -> list[tuple[Samples, ...]]:
    """The clean sentences of every line at RATE and at their level, silence around them removed."""
    random = Random(f"pace {seed}")
    pace = {speaker: random.uniform(0.95, 1.08) if seed else 1.0 for speaker in voices}
    level_db = {speaker: random.uniform(-5.0, 2.0) for speaker in voices}
    level_db[HOST] = 0.0
    spoken: dict[int, list[Waveform]] = {}
    by_pace: dict[float, list[int]] = {}
    done = 0
    progress.started("sample", sum(len(line.sentences) for line in lines), 0.0)
    for number, line in enumerate(lines):
        if line.speaker == HOST:
            stretch = round(pace[HOST] * script.speed.get(line.category or "", 1.0), 3)
            by_pace.setdefault(stretch, []).append(number)
        else:
            spoken[number] = [
                contestant_sentence(text, voices[line.speaker], pace[line.speaker])
                for text in line.sentences
            ]
            done += len(line.sentences)
            progress.progressed(done, 0.0)
    for stretch, numbers in by_pace.items():
        waves = iter(host_sentences([s for n in numbers for s in lines[n].sentences], stretch))
        for number in numbers:
            spoken[number] = [next(waves) for _ in lines[number].sentences]
            done += len(lines[number].sentences)
        progress.progressed(done, 0.0)
    return [
        tuple(
            _at_level(
                wave,
                LEVEL_DBFS + level_db[line.speaker] + script.level_db.get(line.category or "", 0.0),
            )
            for wave in spoken[number]
        )
        for number, line in enumerate(lines)
    ]


def _at_level(wave: Waveform, level_dbfs: float) -> Samples:
    """Resampled to RATE, from its first to its last audible sample, at the level wanted."""
    voice = soxr.resample(wave.samples, wave.rate, RATE)
    heard = stretches(voice, RATE)
    gain = 10 ** (level_dbfs / 20) / speech_rms(voice, heard)
    return np.asarray(voice[heard[0].start : heard[-1].stop] * gain, dtype=np.float32)


def _laid_out(turns: Sequence[_Turn], random: Random) -> tuple[list[Utterance], int, int]:
    """Where everything is said, how many samples that takes, and where the cut turn breaks off."""
    at = round(LEAD_S * RATE)
    utterances: list[Utterance] = []
    cut_at = 0
    for turn, after in zip(turns, [*turns[1:], None], strict=True):
        sentences: list[Sentence] = []
        for text, voice in zip(turn.line.sentences, turn.sentences, strict=True):
            if sentences:
                at += round(random.uniform(*SENTENCE_GAP_S) * RATE)
            heard = tuple(span.shifted(at) for span in stretches(voice, RATE))
            sentences.append(Sentence(text, Span(at, at + voice.size), heard))
            at += voice.size
        utterance = Utterance(turn.line.speaker, turn.line.category, tuple(sentences), turn.fault)
        if turn.fault == CUT:
            cut_at = _inside_a_word(turn, utterance)
            at = cut_at
        utterances.append(utterance)
        if after:
            same = after.line.section == turn.line.section
            at += round(random.uniform(*(TURN_GAP_S if same else SECTION_GAP_S)) * RATE)
    return utterances, at, cut_at


def _inside_a_word(turn: _Turn, utterance: Utterance) -> int:
    """The loudest place of the last sentence's second half with sound all around it."""
    sentence, voice = utterance.sentences[-1], turn.sentences[-1]
    rest, window = round(CUT_REST_S * RATE), RATE // 50
    power = np.convolve(np.square(voice, dtype=np.float64), np.ones(window), "same")
    allowed = np.zeros(voice.size, dtype=bool)
    for sounding in stretches(voice, RATE, closure_ms=0):
        allowed[sounding.start + rest : max(sounding.start + rest, sounding.stop - rest)] = True
    allowed[: voice.size // 2] = False
    if not allowed.any():  # a sentence of short sounds: its loudest one
        allowed[voice.size // 2 :] = True
    return sentence.span.start + int(np.argmax(np.where(allowed, power, -1.0)))


def _mixed(
    turns: Sequence[_Turn], utterances: Sequence[Utterance], samples: int, cut_at: int, seed: int
) -> Stereo:
    """Every speaker in a room of their own, no background; the cut turn up to the cut."""
    speakers = sorted({turn.line.speaker for turn in turns})
    rooms = {
        speaker: room(RATE, 0.18, 16.0, seed)
        if speaker == HOST
        else room(RATE, 0.35, 9.0, seed + number)
        for number, speaker in enumerate(speakers, start=1)
    }
    sound = np.zeros((samples + RATE, 2), dtype=np.float32)
    for turn, utterance in zip(turns, utterances, strict=True):
        gain = 10 ** (OVERDRIVE_DB / 20) if turn.fault == CLIPPED else 1.0
        for sentence, voice in zip(utterance.sentences, turn.sentences, strict=True):
            recorded = voice[: cut_at - sentence.span.start] if turn.fault == CUT else voice
            heard = in_room(recorded * np.float32(gain), rooms[turn.line.speaker])
            stop = min(sentence.span.start + len(heard), len(sound))
            sound[sentence.span.start : stop] += heard[: stop - sentence.span.start]
    return sound[:samples]


def _noisy_passage(
    utterances: Sequence[Utterance], lines: Sequence[ScriptLine], random: Random
) -> NoisyPassage:
    """One of the rounds, with half a second on both sides."""
    rounds = sorted({line.section for line in lines} - {lines[0].section, lines[-1].section})
    chosen = random.choice(rounds)
    spans = [u.span for u, line in zip(utterances, lines, strict=True) if line.section == chosen]
    return NoisyPassage(Span(spans[0].start - RATE // 2, spans[-1].stop + RATE // 2), NOISY_SNR_DB)


def _noise(samples: int, noisy: NoisyPassage, seed: int) -> Stereo:
    """The background at its level, rising and falling over half a second around the passage."""
    usual = LEVEL_DBFS - SNR_DB
    corners = [noisy.span.start - RATE // 2, noisy.span.start, noisy.span.stop]
    corners.append(noisy.span.stop + RATE // 2)
    raised = LEVEL_DBFS - noisy.snr_db
    level_db = np.interp(np.arange(samples), corners, [usual, raised, raised, usual])
    gain = (10 ** (level_db / 20)).astype(np.float32)
    return background(samples, RATE, seed) * gain[:, None]


def _broken_off(sound: Stereo, utterances: Sequence[Utterance], cut_at: int, seed: int) -> Stereo:
    """The recording ends at the cut, or jumps there to background, without the room's tail."""
    cut = next(u for u in utterances if u.fault == CUT)
    if utterances[-1] is cut:
        return sound[:cut_at]
    following = utterances[utterances.index(cut) + 1].span.start
    level = 10 ** ((LEVEL_DBFS - SNR_DB) / 20)
    sound[cut_at:following] = background(following - cut_at, RATE, seed + 1) * level
    return sound


def _heard(utterance: Utterance, cut_at: int) -> Utterance:
    """The cut turn with only what was recorded of it; its last sentence keeps its whole text."""
    sentence = utterance.sentences[-1]
    recorded = tuple(
        Span(span.start, min(span.stop, cut_at))
        for span in sentence.stretches
        if span.start < cut_at
    )
    shorter = Sentence(sentence.text, Span(sentence.span.start, cut_at), recorded)
    return replace(utterance, sentences=(*utterance.sentences[:-1], shorter))
