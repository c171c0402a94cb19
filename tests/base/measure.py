"""Word errors and similarity of a base on the held-out sentences.

python -m tests.base.measure BASE SPEECH, with the bundle of the speech it was trained on.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile

from tests.base.sentences import held_out_sentences
from trainer.backends.xtts.speaker import XttsSpeaker
from trainer.bundle.manifest import Bundle, Clip, read_bundle
from trainer.evaluate.measures import measure_all
from trainer.evaluate.samples import as_sample, held_out, read_real, voice_of
from trainer.output import print_line
from trainer.report.statistics import Interval, mean_interval
from trainer.speech.sound import Sound
from trainer.speech.speaker import SamplingSettings
from trainer.speech.transcriber import Transcriber

WHISPER = "base"
PROMPT_S = 2.0  # shortest voice prompt


@dataclass(frozen=True, slots=True)
class BaseMeasures:
    """Means over sentences. interval: of the word error rate, 95 %. texts: what Whisper read."""

    wer: float
    interval: Interval | None
    similarity: float | None
    seconds: float
    texts: Sequence[tuple[str, str]]


def measure_base(
    base: Path,
    speech: Path,
    sentences: Sequence[str],
    sampling: SamplingSettings,
    sounds: Path | None = None,
) -> BaseMeasures:
    """Speak and measure sentences, prompted with held-out clips. sounds: where to keep them."""
    bundle = read_bundle(speech)
    speaker, transcriber = XttsSpeaker(base), Transcriber(WHISPER)
    prompts = [clip for clip in held_out(bundle) if clip.duration_s >= PROMPT_S]
    voice = voice_of(bundle, read_real(bundle, prompts, None))
    rows, texts, seconds = [], [], []
    for number, text in enumerate(sentences):
        prompt = bundle.audio(prompts[number % len(prompts)])
        sound = speaker.synthesise(text, "en", [prompt], number, None, sampling)
        sample = as_sample(sound, [text], "en", transcriber)
        rows.append(measure_all(sample, voice))
        texts.append((text, sample.transcript or ""))
        seconds.append(sound.seconds)
        if sounds is not None:
            sounds.mkdir(parents=True, exist_ok=True)
            soundfile.write(sounds / f"{number:02d}.wav", sound.samples, sound.rate)
    errors = [float(row["wer"] or 0.0) for row in rows]
    similar = [value for row in rows if (value := row.get("similarity")) is not None]
    return BaseMeasures(
        float(np.mean(errors)),
        mean_interval(errors),
        float(np.mean(similar)) if similar else None,
        float(np.mean(seconds)),
        texts,
    )


def real_speech(bundle: Bundle, clips: Sequence[Clip]) -> float:
    """Word error rate of the same transcriber on real clips: the lowest that a base can reach."""
    transcriber = Transcriber(WHISPER)
    voice = voice_of(bundle, ())
    errors = []
    for clip in clips:
        samples, rate = soundfile.read(bundle.audio(clip), dtype="float32")
        sample = as_sample(Sound(samples, rate), [clip.text], "en", transcriber)
        errors.append(float(measure_all(sample, voice)["wer"] or 0.0))
    return float(np.mean(errors))


def main() -> None:
    """Print the measures of a base as JSON."""
    parser = argparse.ArgumentParser(description="Word errors of a small base.")
    parser.add_argument("base", type=Path)
    parser.add_argument("speech", type=Path, help="bundle with its own voices")
    parser.add_argument("--sentences", type=int, default=50)
    parser.add_argument("--temperature", type=float, default=0.5)
    parser.add_argument("--sounds", type=Path)
    given = parser.parse_args()
    sampling = SamplingSettings(temperature=given.temperature)
    texts = held_out_sentences()[: given.sentences]
    measures = measure_base(given.base, given.speech, texts, sampling, given.sounds)
    print_line(json.dumps(asdict(measures), indent=1))


if __name__ == "__main__":
    main()
