"""Fine-tuning of the DVAE, the discrete autoencoder of audio codes.

The DVAE is not used in synthesis. It defines the code targets of the GPT, so a better DVAE helps a
GPT that is trained on its codes afterwards, and harms one that is not.

The codebook is updated by an exponential moving average (EMA), as in coqui's DVAE. Coqui's update
requires EMA state in dvae.pth and destroys the codes without it; here the averages start at the
present codes, and unused codes do not move.
"""

from collections.abc import Sequence
from threading import Event
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from trainer.backends.xtts.codebook_state import (
    CodebookTraining,
    Mels,
    record_evaluation,
    restore,
    save,
    stopping_series,
)
from trainer.backends.xtts.codes import STRIDE, evaluate, frames_of
from trainer.bundle.manifest import Clip
from trainer.bundle.sampler import Schedule, Update, updates_from
from trainer.errors import TrainingFailed
from trainer.optim.early_stopping import Patience
from trainer.optim.schedule import learning_rate
from trainer.runs import checkpoint
from trainer.runs.events import EventLog
from trainer.runs.making import MakingPosition
from trainer.runs.run import Run
from trainer.seeded_random import generator

FRAMES_PER_SECOND = 22050 / 256
EXTRA_FRAMES = 1.0  # initial weight of unused codes, which damps their updates


def open_work(
    run: Run,
    dvae: Any,  # noqa: ANN401 - coqui-tts has no types
    schedule: Schedule,
    mels: Mels,
    held_out: Sequence[tuple[Clip, torch.Tensor]],
    device: torch.device,
) -> CodebookTraining:
    """Set up the fine-tuning, resumed from the newest valid checkpoint if there is one."""
    settings = run.config.codebook
    dvae.to(device).eval()
    before = evaluate(dvae, held_out, device)
    for part in ("encoder", "decoder"):
        getattr(dvae, part).requires_grad_(requires_grad=part in settings.learn)
    trainable = [value for value in dvae.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(
        # A placeholder, because AdamW needs a parameter even if only the codebook is updated.
        trainable or [torch.zeros(1, requires_grad=True, device=device)],
        lr=settings.lr,
        betas=run.config.optim.betas,
        weight_decay=0.0,
    )
    weight, total = _initial_means(dvae, schedule, mels, settings.clips, device)
    position = MakingPosition()
    work = CodebookTraining(
        run, dvae, before, schedule, mels, held_out, device, optimizer, position, weight, total
    )
    if not restore(work):
        record_evaluation(work, run.events(), before)
    return work


def fine_tune(work: CodebookTraining, pause: Event, show: Any) -> bool:  # noqa: ANN401
    """Train until the last step or early stopping; returns False after a pause request.

    show: called with (step, total, L2 of the update or None if it was skipped).
    """
    config, position, log = work.run.config, work.position, work.run.events()
    settings = config.codebook
    patience = Patience(config.stop.patience, 0.0)
    if patience.exhausted(stopping_series(position.series)):  # stopped before it was killed
        return True
    for epoch, index, update in updates_from(work.schedule, position.epoch, position.index):
        if position.step >= settings.steps:
            break
        position.epoch, position.index = epoch, index
        error = _step(work, update, log)
        position.index += 1
        position.step += 1
        last = position.step >= settings.steps
        if last or position.step % settings.every_steps == 0:
            record_evaluation(work, log, evaluate(work.dvae, work.held_out, work.device))
            save(work)
            show(position.step, settings.steps, error)
            if patience.exhausted(stopping_series(position.series)):
                break
        else:
            show(position.step, settings.steps, error)
            if pause.is_set():
                save(work)
        if pause.is_set() and not last:
            return False
    return True


def best_weights(work: CodebookTraining) -> dict[str, torch.Tensor]:
    """DVAE weights of the step with the lowest L2 on the held-out clips."""
    return checkpoint.load(work.run.checkpoints, work.position.best).tensors("weights")


def quantise(dvae: Any, flat: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
    """Nearest code by frame, int64 (frames,). flat: (frames, dim)."""
    embed = dvae.codebook.embed
    distance = flat.square().sum(1, keepdim=True) - 2 * flat @ embed + embed.square().sum(0)
    codes: torch.Tensor = distance.argmin(dim=1)
    return codes


def losses(
    dvae: Any,  # noqa: ANN401
    mels: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Reconstruction loss, commitment loss, codes and encoder frames, as in coqui's DVAE.

    mels: (clips, 80, frames), frames a multiple of STRIDE.
    """
    encoded = dvae.encoder(mels).transpose(1, 2)  # (clips, codes, dim)
    flat = encoded.reshape(-1, encoded.shape[2])
    codes = quantise(dvae, flat.detach())
    chosen = dvae.codebook.embed.t()[codes]
    commitment = functional.mse_loss(flat, chosen)
    straight_through = (flat + (chosen - flat).detach()).view_as(encoded).transpose(1, 2)
    reconstructed = dvae.decoder(straight_through)
    return functional.mse_loss(reconstructed, mels), commitment, codes, flat.detach()


def _step(work: CodebookTraining, update: Update, log: EventLog) -> float | None:
    """Update weights and codebook; returns the L2 loss, None if skipped as non-finite."""
    config, position = work.run.config, work.position
    mels = _windows(work, update)
    error, commitment, codes, flat = losses(work.dvae, mels)
    loss = error + config.codebook.commitment * commitment
    trainable = work.optimizer.param_groups[0]["params"]
    if loss.requires_grad:
        torch.autograd.backward(loss)
    norm = torch.nn.utils.clip_grad_norm_(trainable, config.optim.clip or float("inf"))
    value, size = torch.stack([loss.detach(), norm.detach()]).tolist()
    if not (np.isfinite(value) and np.isfinite(size)):
        work.optimizer.zero_grad(set_to_none=True)
        _skip(work, update, log)
        return None
    position.bad = 0
    rate = learning_rate(position.step, config.codebook.steps, config.codebook.lr, config.sched)
    work.optimizer.param_groups[0]["lr"] = rate
    work.optimizer.step()
    work.optimizer.zero_grad(set_to_none=True)
    if "codebook" in config.codebook.learn:
        _update_codebook(work, codes, flat)
    return error.item()


def _skip(work: CodebookTraining, update: Update, log: EventLog) -> None:
    position = work.position
    position.bad += 1
    clips = [work.schedule.clips[at].id for at in update]
    log.add(
        "skipped", step=position.step + 1, epoch=position.epoch, clips=clips, in_a_row=position.bad
    )
    if position.bad >= work.run.config.stop.max_nonfinite:
        raise TrainingFailed(
            f"The loss was not finite {position.bad} times in a row, last at step"
            f" {position.step + 1}.",
            "Lower codebook.lr, or check the clips listed in events.jsonl.",
        )


def _update_codebook(work: CodebookTraining, codes: torch.Tensor, flat: torch.Tensor) -> None:
    """Move each code towards the mean of its assigned frames (EMA)."""
    decay = work.run.config.codebook.decay
    embed = work.dvae.codebook.embed  # (dim, codes)
    counts = torch.bincount(codes, minlength=embed.shape[1]).to(flat.dtype)
    sums = torch.zeros_like(work.total.t()).index_add_(0, codes, flat).t()
    work.weight.mul_(decay).add_(counts, alpha=1 - decay)
    work.total.mul_(decay).add_(sums, alpha=1 - decay)
    used = counts > 0
    embed[:, used] = work.total[:, used] / work.weight[used]


def _initial_means(
    dvae: Any,  # noqa: ANN401
    schedule: Schedule,
    mels: Mels,
    clips: int,
    device: torch.device,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Initial EMA state that reproduces the codebook, with weights by code frequency."""
    embed = dvae.codebook.embed
    counts = torch.zeros(embed.shape[1], device=device)
    with torch.inference_mode():
        for clip in schedule.clips:
            codes = dvae.get_codebook_indices(mels[clip.id][None].float().to(device))[0]
            counts += torch.bincount(codes, minlength=len(counts))
    weight = (counts * (clips / len(schedule.clips)) + EXTRA_FRAMES).clone()
    return weight, embed.detach() * weight


def _windows(work: CodebookTraining, update: Update) -> torch.Tensor:
    """Random windows of equal length of the clips, float32 (clips, 80, frames)."""
    clips = [work.schedule.clips[at] for at in update]
    max_frames = int(work.run.config.codebook.window_s * FRAMES_PER_SECOND)
    frames = min(max_frames, *(frames_of(clip) for clip in clips)) // STRIDE * STRIDE
    windows = []
    for clip in clips:
        random = generator(work.run.config.run.seed, "window", work.position.epoch, clip.id)
        start = int(random.integers(frames_of(clip) - frames + 1))
        windows.append(work.mels[clip.id][:, start : start + frames])
    return torch.stack(windows).float().to(work.device)
