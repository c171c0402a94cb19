"""Fine-tuning loop of the decoder.

An update computes the gradients of generator and discriminators at the same weights, then steps
both. So a failed update (memory, non-finite loss) leaves neither changed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
import torch
from msgspec import structs
from torch import nn

from trainer.backends.xtts.decoder import losses
from trainer.backends.xtts.decoder.discriminators import Discriminators
from trainer.backends.xtts.decoder.latents import DecoderClips, Segments
from trainer.backends.xtts.decoder.spectra import mel_distance
from trainer.backends.xtts.decoder.state import DecoderTraining, restore, save
from trainer.bundle.manifest import Clip
from trainer.bundle.sampler import Update, updates_from
from trainer.config import TrainConfig
from trainer.errors import TrainingFailed
from trainer.machine.memory import is_out_of_memory, memory_mb
from trainer.optim.early_stopping import Patience
from trainer.optim.optimizer import make_optimizer, trainable_parameters
from trainer.optim.schedule import learning_rate
from trainer.runs.making import MakingPosition
from trainer.runs.run import Run
from trainer.seeded_random import number
from trainer.training.session import autocast, make_scaler, set_arithmetic

BETAS = (0.8, 0.99)  # HiFi-GAN

Show = Callable[[int, int, "UpdateLosses | None"], None]
"""Called with step, total steps and the losses of the update, None if it was skipped."""


@dataclass(frozen=True, slots=True)
class UpdateLosses:
    """Losses of an update. norms: of the gradients of generator and discriminators, unclipped."""

    mel: float
    stft: float
    adversarial: float
    features: float
    discriminator: float
    norms: tuple[float, float]

    @property
    def finite(self) -> bool:
        """Whether losses and gradients are finite."""
        return self.finite_losses and bool(np.isfinite(self.norms).all())

    @property
    def finite_losses(self) -> bool:
        """Whether the losses are finite."""
        values = (self.mel, self.stft, self.adversarial, self.features, self.discriminator)
        return bool(np.isfinite(values).all())

    def numbers(self) -> dict[str, float]:
        """Rounded values for the event log."""
        names = ("mel", "stft", "adversarial", "features", "discriminator")
        return {name: round(getattr(self, name), 5) for name in names}


def open_work(
    run: Run, vocoder: nn.Module, clips: DecoderClips, device: torch.device
) -> DecoderTraining:
    """Set up the fine-tuning, resumed from the newest valid checkpoint if there is one.

    vocoder: the stock ``waveform_decoder``, trained in place with its speaker conditioning.
    """
    config = run.config
    set_arithmetic(config)
    _set_trained(vocoder.to(device).eval(), config.decoder.stages)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(number(config.run.seed, "discriminators", 0) % 2**63)
        discriminators = Discriminators(config.decoder.discriminator_width)
    discriminators.to(device)
    work = DecoderTraining(
        run=run,
        vocoder=vocoder,
        discriminators=discriminators,
        optimizers=(
            _optimizer(vocoder, config, device),
            _optimizer(discriminators, config, device),
        ),
        scaler=make_scaler(config, device),
        clips=clips,
        device=device,
        position=MakingPosition(),
    )
    if not restore(work):
        evaluate_and_log(work, None, 0.0)
    return work


def fine_tune(work: DecoderTraining, pause: Event, show: Show) -> bool:
    """Train until the last step or early stopping; returns False after a pause request."""
    config, position = work.run.config, work.position
    settings = config.decoder
    patience = Patience(config.stop.patience, 0.0)

    def exhausted() -> bool:
        return patience.exhausted([point["mel_distance"] for point in position.series])

    if exhausted():  # stopped before it was killed
        return True
    started = time.monotonic()
    for epoch, index, update in updates_from(work.clips.schedule, position.epoch, position.index):
        if position.step >= settings.steps:
            break
        position.epoch, position.index = epoch, index
        update_losses = _step(work, update)
        position.index += 1
        position.step += 1
        last = position.step >= settings.steps
        due = last or position.step % settings.every_steps == 0
        if due:
            evaluate_and_log(work, update_losses, time.monotonic() - started)
            started = time.monotonic()
        if due or pause.is_set():
            save(work)
        show(position.step, settings.steps, update_losses)
        if due and exhausted():
            break
        if pause.is_set() and not last:
            return False
    return True


def evaluate_and_log(work: DecoderTraining, update: UpdateLosses | None, seconds: float) -> None:
    """Measure copy-synthesis of the held-out clips, and add it to the series and the log."""
    distances = held_out_distances(work)
    mean = float(np.mean(distances))
    position = work.position
    point = {"step": position.step, "mel_distance": round(mean, 6) if np.isfinite(mean) else 1e9}
    position.series.append(point)
    best = min(position.series, key=lambda entry: (entry["mel_distance"], entry["step"]))
    position.best = int(best["step"])
    work.run.events().add(
        "decoder",
        **point,
        losses=update.numbers() if update else None,
        seconds=round(seconds, 3),
        memory_mb=memory_mb(work.device),
    )


def held_out_distances(work: DecoderTraining) -> list[float]:
    """Mel distance of the copy-synthesis of each held-out clip, nepers."""
    distances = []
    for clip in work.clips.held_out:
        wave = copy_synthesis(work.vocoder, work.clips, clip, work.device)
        real = torch.from_numpy(work.clips.wave(clip)).to(work.device)
        samples = min(len(wave), len(real))
        distances.append(float(mel_distance(wave[None, :samples], real[None, :samples])))
    return distances


def copy_synthesis(
    vocoder: nn.Module, clips: DecoderClips, clip: Clip, device: torch.device
) -> torch.Tensor:
    """Audio of a clip from its own latents, float32 (samples,), 24 kHz."""
    with torch.inference_mode():
        embedding = clips.embedding(clip)[None].to(device)
        wave: torch.Tensor = vocoder(clips.frames(clip)[None].to(device), g=embedding)
        return wave.float().reshape(-1)


def _set_trained(vocoder: Any, stages: int) -> None:  # noqa: ANN401 - coqui-tts has no types
    """Train the last upsampling stages and the output layer, or all with 0."""
    vocoder.requires_grad_(requires_grad=not stages)
    if stages:
        first = max(0, len(vocoder.ups) - stages)
        blocks = len(vocoder.resblocks) // len(vocoder.ups)  # per stage
        for part in (vocoder.ups[first:], vocoder.resblocks[first * blocks :], vocoder.conv_post):
            part.requires_grad_(requires_grad=True)


def _optimizer(
    network: nn.Module, config: TrainConfig, device: torch.device
) -> torch.optim.Optimizer:
    settings = structs.replace(
        config.optim, lr=config.decoder.lr, betas=BETAS, weight_decay=0.0, eight_bit=False
    )
    return make_optimizer(network, settings, device)


def _step(work: DecoderTraining, update: Update) -> UpdateLosses | None:
    """Update both networks; None if the update was skipped because it was not finite."""
    config, position = work.run.config, work.position
    clips = [work.clips.schedule.clips[at] for at in update]
    place = (config.run.seed, position.epoch, position.index)
    segments = work.clips.segments(clips, config.decoder.segment_s, place)
    result = _gradients_in_memory(work, segments)
    if result.finite:
        position.bad = 0
        rate = learning_rate(position.step, config.decoder.steps, config.decoder.lr, config.sched)
        for _, optimizer in _trained(work):
            for group in optimizer.param_groups:
                group["lr"] = rate
            work.scaler.step(optimizer)
    work.scaler.update()
    _clear(work)
    if result.finite:
        return result
    if result.finite_losses and work.scaler.is_enabled():
        # Normal while fp16 searches its loss scale; the clips are not the cause.
        scale = work.scaler.get_scale()
        work.run.events().add("scaled", step=position.step + 1, scale=scale)
        return None
    _skip(work, clips)
    return None


def _skip(work: DecoderTraining, clips: Sequence[Clip]) -> None:
    """Log a non-finite update; TrainingFailed after too many in a row."""
    position, log = work.position, work.run.events()
    position.bad += 1
    ids, step = [clip.id for clip in clips], position.step + 1
    log.add("skipped", step=step, epoch=position.epoch, clips=ids, in_a_row=position.bad)
    if position.bad >= work.run.config.stop.max_nonfinite:
        raise TrainingFailed(
            f"The loss was not finite {position.bad} times in a row, last at step {step}.",
            "Lower decoder.lr, or check the clips listed in events.jsonl.",
        )


def _gradients_in_memory(work: DecoderTraining, segments: Segments) -> UpdateLosses:
    """Gradients of an update, in smaller parts if memory runs out."""
    rows = len(segments.waves)
    while True:
        size = max(1, rows >> work.position.halvings)
        parts = [slice(start, start + size) for start in range(0, rows, size)]
        try:
            return _gradients(work, segments, parts)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
        # Outside the handler, where the tensors of the failed attempt are released.
        _clear(work)
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if size == 1:
            raise TrainingFailed(
                "Out of memory with a segment of one clip.",
                "Lower decoder.segment_s or decoder.discriminator_width.",
            )
        work.position.halvings += 1
        work.run.events().add("halved", step=work.position.step, halvings=work.position.halvings)


def _gradients(work: DecoderTraining, segments: Segments, parts: Sequence[slice]) -> UpdateLosses:
    """Accumulate the gradients of both networks over the parts, clipped; returns the losses."""
    rows = len(segments.waves)
    sums = torch.zeros(5, device=work.device)
    for rows_of_part in parts:
        part = segments.part(rows_of_part, work.device)
        share = len(part.waves) / rows
        sums += share * _gradients_of_part(work, part, share)
    norms = [torch.zeros((), device=work.device)] * len(work.optimizers)
    limit = work.run.config.decoder.clip or float("inf")
    for at, (network, optimizer) in enumerate(_trained(work)):
        work.scaler.unscale_(optimizer)
        parameters = trainable_parameters(network).values()
        norms[at] = torch.nn.utils.clip_grad_norm_(parameters, limit)
    values = torch.cat([sums, torch.stack(norms).float()]).tolist()
    mel, stft, adversarial, features, discriminator, first, second = values
    return UpdateLosses(mel, stft, adversarial, features, discriminator, (first, second))


def _gradients_of_part(work: DecoderTraining, part: Segments, share: float) -> torch.Tensor:
    """Add the gradients of a part of the update; returns its losses.

    Mel, STFT, adversarial, feature and discriminator loss, shape (5,). share: of the rows of the
    update.
    """
    config = work.run.config
    settings, discriminators = config.decoder, work.discriminators
    discriminator = torch.zeros((), device=work.device)
    with autocast(config, work.device):
        generated = work.vocoder(part.frames, g=part.embeddings)
        if settings.adversarial:
            real_judged = discriminators(part.waves)
            judged = discriminators(generated.detach())
            discriminator = losses.discriminator_loss(real_judged, judged)
    if settings.adversarial:
        torch.autograd.backward(work.scaler.scale(discriminator * share))
    wave, real = generated.float().squeeze(1), part.waves.squeeze(1)
    mel, stft = mel_distance(wave, real), losses.stft_loss(wave, real)
    total = settings.mel_weight * mel + settings.stft_weight * stft
    adversarial = features = torch.zeros((), device=work.device)
    if settings.adversarial and work.position.step >= settings.adversarial_after:
        discriminators.requires_grad_(requires_grad=False)
        try:
            with autocast(config, work.device):
                judged = discriminators(generated)
                adversarial = losses.adversarial_loss(judged)
                features = losses.feature_loss(real_judged, judged)
        finally:
            discriminators.requires_grad_(requires_grad=True)
        total = total + adversarial + settings.feature_weight * features
    torch.autograd.backward(work.scaler.scale(total * share))
    return torch.stack([mel, stft, adversarial, features, discriminator]).detach().float()


def _trained(work: DecoderTraining) -> list[tuple[nn.Module, torch.optim.Optimizer]]:
    """Networks that are updated, with their optimizers."""
    pairs = list(zip((work.vocoder, work.discriminators), work.optimizers, strict=True))
    return pairs if work.run.config.decoder.adversarial else pairs[:1]


def _clear(work: DecoderTraining) -> None:
    for optimizer in work.optimizers:
        optimizer.zero_grad(set_to_none=True)
