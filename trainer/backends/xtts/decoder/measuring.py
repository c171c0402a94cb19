"""Measures of copy-synthesis and of test sentences, before and after the fine-tuning."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from trainer.backends.xtts.decoder.comparison import COPY, SPEECH, Values
from trainer.backends.xtts.decoder.latents import DecoderClips
from trainer.backends.xtts.decoder.spectra import RATE, mel_distance
from trainer.backends.xtts.decoder.training import copy_synthesis
from trainer.backends.xtts.speaker import XttsSpeaker
from trainer.bundle.manifest import Bundle, Clip
from trainer.evaluate.acoustics import Frames
from trainer.evaluate.measures import Sample, VoiceStatistics, measure_all
from trainer.evaluate.plan import voices_of
from trainer.evaluate.samples import as_sample, held_out, read_real, voice_of
from trainer.evaluate.sentences import Sentence
from trainer.speech.sound import Sound
from trainer.speech.synthesis import SpeechRequest, SynthesisSettings, synthesise
from trainer.speech.transcriber import Transcriber

MEASURED_CLIPS = 48  # held-out clips, evenly spread; each is transcribed twice


class Measuring:
    """Measures decoders on the same clips and sentences. seed: of the speech."""

    def __init__(
        self,
        bundle: Bundle,
        clips: DecoderClips,
        device: torch.device,
        sentences: Sequence[Sentence],
        seed: int,
    ) -> None:
        self._bundle, self._clips, self._device = bundle, clips, device
        step = -(-len(clips.held_out) // MEASURED_CLIPS)
        self._copied = clips.held_out[::step]
        self._transcriber = Transcriber(device=str(device))
        self._real = {
            real.clip.id: real.sample
            for real in read_real(bundle, self._copied, None)
            if real.sample is not None
        }
        self._voice: VoiceStatistics = voice_of(bundle, read_real(bundle, held_out(bundle), None))
        usual = [
            value
            for sample in self._real.values()
            if (value := measure_all(sample, self._voice).get("roughness")) is not None
        ]
        self._roughness = float(np.mean(usual)) if usual else None
        self._sentences, self._seed = sentences, seed

    def rows(self, vocoder: nn.Module, voice: Path) -> Mapping[str, Sequence[Values]]:
        """Values of each sample. vocoder: decoder of ``voice``, an export or a base."""
        copies = [self._copy(vocoder, clip) for clip in self._copied]
        spoken: list[Values] = []
        if self._sentences:
            speaker = XttsSpeaker(voice, self._device)
            spoken = [self._spoken(speaker, sentence) for sentence in self._sentences]
        return {COPY: copies, SPEECH: spoken}

    def _copy(self, vocoder: nn.Module, clip: Clip) -> Values:
        wave = copy_synthesis(vocoder, self._clips, clip, self._device).cpu()
        real = torch.from_numpy(self._clips.wave(clip))
        samples = min(len(wave), len(real))
        distance = float(mel_distance(wave[None, :samples], real[None, :samples]))
        sound = Sound(np.clip(np.nan_to_num(wave.numpy()), -1.0, 1.0), RATE)
        sample = as_sample(sound, [clip.text], clip.language, self._transcriber)
        original = self._real.get(clip.id)
        error = f0_error(sample.frames, original.frames) if original is not None else None
        return {**self._values(sample), "mel_distance": distance, "f0_error": error}

    def _spoken(self, speaker: XttsSpeaker, sentence: Sentence) -> Values:
        clips = sorted(self._bundle.part("eval"), key=lambda clip: clip.id)
        prompt, _ = voices_of(sentence, clips)
        settings = SynthesisSettings(endings=False)  # the network is measured, not its control
        prompts = [self._bundle.audio(prompt)]
        request = SpeechRequest(sentence.text, sentence.language, prompts, self._seed, settings)
        speech = synthesise(speaker, request, self._voice.prior, self._transcriber)
        texts = [sentence.text, *sentence.also]
        return self._values(as_sample(speech.sound, texts, sentence.language, self._transcriber))

    def _values(self, sample: Sample) -> dict[str, float | None]:
        values = measure_all(sample, self._voice)
        roughness = values.get("roughness")
        if roughness is not None and self._roughness is not None:
            values["roughness_error"] = abs(roughness - self._roughness)
        return values


def f0_error(one: Frames, other: Frames) -> float | None:
    """Mean absolute pitch difference in semitones where both are voiced; None if nowhere."""
    count = min(len(one.pitch), len(other.pitch))
    differences = np.abs(one.pitch[:count] - other.pitch[:count])
    both = differences[np.isfinite(differences)]
    return float(both.mean()) if both.size else None
