"""Measure what help with speech changes, on a base that speaks: endings, candidates, rate.

    python -m tests.base.claims BASE SPEECH --claims endings candidates rate --sentences 100

SPEECH is the bundle that the base was trained on, or its beginning, by tests.base.speech.
Both ways of a claim speak the same texts with the same seeds and prompts. Prints a line of JSON for
each claim and length of text: means of both ways, and their difference with the 95 % interval of
the pairs. Candidates are ranked by a smaller Whisper than the one that counts word errors.
"""

import argparse
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.base.measure import PROMPT_S, WHISPER
from tests.base.sentences import long_sentences, short_phrases
from trainer.backends.xtts.speaker import XttsSpeaker
from trainer.bundle.manifest import read_bundle
from trainer.evaluate.measures import VoiceStatistics, measure_all
from trainer.evaluate.samples import as_sample, held_out, voice_of
from trainer.output import print_line
from trainer.report.statistics import mean_interval
from trainer.speech.speaker import SamplingSettings
from trainer.speech.synthesis import SpeechRequest, SynthesisSettings, synthesise
from trainer.speech.transcriber import Transcriber

RANKING_WHISPER = "tiny.en"
MEASURES = ("wer", "run_on", "early_stop", "length_ratio")
LENGTHS = {"short": short_phrases, "long": long_sentences}

Values = dict[str, float]
Speak = Callable[[str, int, SynthesisSettings], Values]


@dataclass(frozen=True, slots=True)
class Claim:
    """Two ways to speak that are compared."""

    without: SynthesisSettings
    given: SynthesisSettings


def claims(sampling: SamplingSettings, rate: float | None) -> Mapping[str, Claim]:
    """Claims by name. rate: usual letters per second of the speaker."""
    off = SynthesisSettings(endings=False, candidates=1, sampling=sampling)
    once = SynthesisSettings(candidates=1, sampling=sampling)
    return {
        "endings": Claim(off, once),
        "default": Claim(off, SynthesisSettings(sampling=sampling)),
        "candidates": Claim(once, SynthesisSettings(candidates=3, sampling=sampling)),
        "rate": Claim(once, SynthesisSettings(candidates=1, rate=rate, sampling=sampling)),
    }


def compare(texts: Sequence[str], claim: Claim, speak: Speak) -> dict[str, dict[str, object]]:
    """Means of each measure both ways, and the difference with its interval."""
    pairs = [
        (speak(text, seed, claim.without), speak(text, seed, claim.given))
        for seed, text in enumerate(texts)
    ]
    result: dict[str, dict[str, object]] = {}
    for name in MEASURES:
        before, after = (np.array([pair[way][name] for pair in pairs]) for way in (0, 1))
        result[name] = {
            "without": round(float(before.mean()), 4),
            "with": round(float(after.mean()), 4),
            "difference": round(float((after - before).mean()), 4),
            "interval": mean_interval((after - before).tolist()),
        }
    return result


def speaking(base: Path, speech: Path) -> tuple[Speak, VoiceStatistics]:
    """Function that speaks and measures a text, and the pace of the bundle's speaker."""
    bundle = read_bundle(speech)
    speaker, transcriber, ranking = XttsSpeaker(base), *map(Transcriber, (WHISPER, RANKING_WHISPER))
    prompts = [bundle.audio(clip) for clip in held_out(bundle) if clip.duration_s >= PROMPT_S]
    voice = voice_of(bundle, ())

    def speak(text: str, seed: int, settings: SynthesisSettings) -> Values:
        request = SpeechRequest(text, "en", [prompts[seed % len(prompts)]], seed, settings)
        sound = synthesise(speaker, request, voice.prior, ranking).sound
        values = measure_all(as_sample(sound, [text], "en", transcriber), voice)
        return {name: float(values.get(name) or 0.0) for name in MEASURES}

    return functools.cache(speak), voice  # claims share the speech without their help


def main() -> None:
    """Print the comparisons as JSON lines."""
    parser = argparse.ArgumentParser(description="Measure claims on a small base.")
    parser.add_argument("base", type=Path)
    parser.add_argument("speech", type=Path, help="bundle with its own voices")
    parser.add_argument("--claims", nargs="+", default=["endings", "candidates", "rate"])
    parser.add_argument("--sentences", type=int, default=100, help="of each length")
    parser.add_argument("--lengths", nargs="+", choices=LENGTHS, default=list(LENGTHS))
    parser.add_argument("--temperature", type=float, help="default: of the base")
    given = parser.parse_args()
    speak, voice = speaking(given.base, given.speech)
    known = claims(SamplingSettings(temperature=given.temperature), voice.rate)
    for name in given.claims:
        for length in given.lengths:
            texts = LENGTHS[length](given.sentences)
            row = {"claim": name, "texts": length, "count": len(texts)}
            print_line(json.dumps(row | compare(texts, known[name], speak)))


if __name__ == "__main__":
    main()
