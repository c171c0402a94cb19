"""Fine-tunes the DVAE: the network whose codes the GPT learns to predict.

XTTS does not speak through the DVAE. It only names the sounds that the GPT is taught, so a better
DVAE helps a GPT that is trained on its codes afterwards, and harms one that is not.

The codebook follows the clips as a running mean, as it does in coqui's DVAE. Coqui's own update
takes the state in dvae.pth for granted; a file without one would have its codes flung away at the
first step. Here the means begin at the codes as they are, and a code that is not used stays.
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
    Place,
    judged,
    note,
    restore,
    save,
)
from trainer.backends.xtts.codes import STRIDE, frames_of, hear
from trainer.bundle.manifest import Clip
from trainer.bundle.sampler import Schedule, Update
from trainer.errors import TrainingFailed
from trainer.optim.early_stopping import Patience
from trainer.optim.schedule import learning_rate
from trainer.runs import checkpoint
from trainer.runs.events import EventLog
from trainer.runs.run import Run
from trainer.seeded_random import generator

FRAMES_PER_SECOND = 22050 / 256
STAYS = 1.0  # of a code's weight at the start, in frames: one that was unused moves gently


def open_work(
    run: Run,
    dvae: Any,  # noqa: ANN401 - coqui-tts has no types
    schedule: Schedule,
    mels: Mels,
    held_out: Sequence[tuple[Clip, torch.Tensor]],
    device: torch.device,
) -> CodebookTraining:
    """The work at its newest whole checkpoint, or at its beginning."""
    settings = run.config.codebook
    dvae.to(device).eval()
    before = hear(dvae, held_out, device)
    for part in ("encoder", "decoder"):
        getattr(dvae, part).requires_grad_(requires_grad=part in settings.learn)
    learning = [value for value in dvae.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(
        # With nothing but the codebook learning, there is still a schedule to carry.
        learning or [torch.zeros(1, requires_grad=True, device=device)],
        lr=settings.lr,
        betas=run.config.optim.betas,
        weight_decay=0.0,
    )
    weight, total = _as_it_is(dvae, schedule, mels, settings.clips, device)
    work = CodebookTraining(
        run, dvae, before, schedule, mels, held_out, device, optimizer, Place(), weight, total
    )
    if not restore(work):
        note(work, run.events(), before)
    return work


def fine_tune(work: CodebookTraining, pause: Event, show: Any) -> bool:  # noqa: ANN401
    """Learn until the last step or until it gets no better; False if a pause was asked for.

    show: called with (step, total, l2 of the update, which is None if it was skipped).
    """
    config, place, log = work.run.config, work.place, work.run.events()
    settings = config.codebook
    patience = Patience(config.stop.patience, 0.0)
    for epoch, index, update in _positions(work):
        if place.step >= settings.steps:
            break
        place.epoch, place.index = epoch, index
        found = _update(work, update, log)
        place.index += 1
        place.step += 1
        last = place.step >= settings.steps
        if last or place.step % settings.every_steps == 0:
            note(work, log, hear(work.dvae, work.held_out, work.device))
            save(work)
            show(place.step, settings.steps, found)
            if patience.exhausted(judged(place.series)):
                break
        else:
            show(place.step, settings.steps, found)
            if pause.is_set():
                save(work)
        if pause.is_set() and not last:
            return False
    return True


def best_weights(work: CodebookTraining) -> dict[str, torch.Tensor]:
    """The DVAE of the step that did best on clips it never learnt from."""
    return checkpoint.load(work.run.checkpoints, work.place.best).tensors("weights")


def quantise(dvae: Any, flat: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
    """The nearest code of each frame. flat: (frames, dim)."""
    embed = dvae.codebook.embed
    distance = flat.square().sum(1, keepdim=True) - 2 * flat @ embed + embed.square().sum(0)
    found: torch.Tensor = distance.argmin(dim=1)
    return found


def losses(
    dvae: Any,  # noqa: ANN401
    mels: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Mean squared error of the mel, distance to the codes, and the codes and frames behind it.

    mels: (clips, 80, frames), frames a multiple of STRIDE. As in coqui's DVAE in training.
    """
    inner = dvae.encoder(mels).transpose(1, 2)  # (clips, codes, dim)
    flat = inner.reshape(-1, inner.shape[2])
    codes = quantise(dvae, flat.detach())
    chosen = dvae.codebook.embed.t()[codes]
    apart = functional.mse_loss(flat, chosen)
    passed = (flat + (chosen - flat).detach()).view_as(inner).transpose(1, 2)
    again = dvae.decoder(passed)
    return functional.mse_loss(again, mels), apart, codes, flat.detach()


def _update(work: CodebookTraining, update: Update, log: EventLog) -> float | None:
    """One update of the weights and of the codebook; None if it was skipped."""
    config, place = work.run.config, work.place
    mels = _windows(work, update)
    error, apart, codes, flat = losses(work.dvae, mels)
    loss = error + config.codebook.commitment * apart
    learning = work.optimizer.param_groups[0]["params"]
    if loss.requires_grad:
        torch.autograd.backward(loss)
    norm = torch.nn.utils.clip_grad_norm_(learning, config.optim.clip or float("inf"))
    value, size = torch.stack([loss.detach(), norm.detach()]).tolist()
    if not (np.isfinite(value) and np.isfinite(size)):
        work.optimizer.zero_grad(set_to_none=True)
        _skip(work, update, log)
        return None
    place.bad = 0
    rate = learning_rate(place.step, config.codebook.steps, config.codebook.lr, config.sched)
    work.optimizer.param_groups[0]["lr"] = rate
    work.optimizer.step()
    work.optimizer.zero_grad(set_to_none=True)
    if "codebook" in config.codebook.learn:
        _follow(work, codes, flat)
    return error.item()


def _skip(work: CodebookTraining, update: Update, log: EventLog) -> None:
    place = work.place
    place.bad += 1
    clips = [work.schedule.clips[at].id for at in update]
    log.add("skipped", step=place.step + 1, epoch=place.epoch, clips=clips, in_a_row=place.bad)
    if place.bad >= work.run.config.stop.max_nonfinite:
        raise TrainingFailed(
            f"The loss was not a number {place.bad} times in a row, last at step {place.step + 1}.",
            "Lower codebook.lr, or look at the clips named in events.jsonl.",
        )


def _follow(work: CodebookTraining, codes: torch.Tensor, flat: torch.Tensor) -> None:
    """Move each code towards the mean of the frames that chose it."""
    keep = work.run.config.codebook.decay
    embed = work.dvae.codebook.embed  # (dim, codes)
    counts = torch.bincount(codes, minlength=embed.shape[1]).to(flat.dtype)
    sums = torch.zeros_like(work.total.t()).index_add_(0, codes, flat).t()
    work.weight.mul_(keep).add_(counts, alpha=1 - keep)
    work.total.mul_(keep).add_(sums, alpha=1 - keep)
    used = counts > 0
    embed[:, used] = work.total[:, used] / work.weight[used]


def _as_it_is(
    dvae: Any,  # noqa: ANN401
    schedule: Schedule,
    mels: Mels,
    clips: int,
    device: torch.device,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Running means that give the codebook as it is, each code as weighty as it is frequent."""
    embed = dvae.codebook.embed
    counts = torch.zeros(embed.shape[1], device=device)
    with torch.inference_mode():
        for clip in schedule.clips:
            codes = dvae.get_codebook_indices(mels[clip.id][None].float().to(device))[0]
            counts += torch.bincount(codes, minlength=len(counts))
    weight = (counts * (clips / len(schedule.clips)) + STAYS).clone()
    return weight, embed.detach() * weight


def _windows(work: CodebookTraining, update: Update) -> torch.Tensor:
    """Windows of equal length out of the update's clips, (clips, 80, frames); nothing is padded."""
    clips = [work.schedule.clips[at] for at in update]
    most = int(work.run.config.codebook.window_s * FRAMES_PER_SECOND)
    frames = min(most, *(frames_of(clip) for clip in clips)) // STRIDE * STRIDE
    cut = []
    for clip in clips:
        draw = generator(work.run.config.run.seed, "window", work.place.epoch, clip.id)
        start = int(draw.integers(frames_of(clip) - frames + 1))
        cut.append(work.mels[clip.id][:, start : start + frames])
    return torch.stack(cut).float().to(work.device)


def _positions(work: CodebookTraining) -> "Sequence[tuple[int, int, Update]] | Any":  # noqa: ANN401
    """Epoch, index and clips of every update from the place on, without end."""
    epoch, index = work.place.epoch, work.place.index
    while True:
        plan = work.schedule.epoch(epoch)
        if not plan:
            raise TrainingFailed("An epoch hears no clip; the weights are too small.")
        for at in range(index, len(plan)):
            yield epoch, at, plan[at]
        epoch, index = epoch + 1, 0
