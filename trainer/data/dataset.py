"""The clips of a run: checked, encoded, split and scheduled."""

from dataclasses import dataclass

from trainer.backends import Backend
from trainer.bundle.manifest import Bundle, Clip
from trainer.bundle.preflight import Preflight, counts, preflight
from trainer.bundle.sampler import Schedule
from trainer.config import TrainConfig
from trainer.data.features import Prepared, Progress, prepare
from trainer.data.prompts import Prompts
from trainer.errors import TrainerError
from trainer.families import target_of
from trainer.runs.distributed import World
from trainer.target import read_target


@dataclass(frozen=True, slots=True)
class Dataset:
    """Clips of a run with their features, schedules and prompts.

    evaluation: None if the bundle has no evaluation clips.
    """

    bundle: Bundle
    checked: Preflight
    prepared: Prepared
    training: Schedule
    evaluation: Schedule | None
    prompts: Prompts


def build_dataset(
    backend: Backend,
    bundle: Bundle,
    config: TrainConfig,
    progress: Progress = lambda _d, _t: None,
    world: World | None = None,
) -> Dataset:
    """Check, encode and schedule the clips; TrainerError if too many are unusable.

    world: ranks among which the clips to encode are divided; None: only this process.
    """
    checked = check_clips(backend, bundle, config)
    prepared = prepare(backend, bundle, checked.usable, config, progress, world)
    splits = {"train": [], "eval": []}  # type: dict[str, list[Clip]]
    for clip in checked.usable:
        splits[clip.split].append(clip)

    def schedule(clips: list[Clip]) -> Schedule:
        lengths = [backend.length(clip) for clip in clips]
        return Schedule(
            clips, lengths, config.sampler, config.optim.effective_clips, config.run.seed
        )

    voices: dict[str, list[Clip]] = {}
    for clip in splits["train"]:
        voices.setdefault(clip.speaker, []).append(clip)
    arrays = {key: features.arrays for key, features in prepared.by_clip.items()}
    backend.fit(checked.usable, arrays)
    prompts = Prompts(voices, prepared.by_clip, config.data, config.run.seed, backend.prompt_units)
    evaluation = schedule(splits["eval"]) if splits["eval"] else None
    return Dataset(bundle, checked, prepared, schedule(splits["train"]), evaluation, prompts)


def check_clips(backend: Backend, bundle: Bundle, config: TrainConfig) -> Preflight:
    """Check every clip against the target's limits and the backend's tokenizer."""
    target = read_target(target_of(config))
    if config.adapt.extend:  # characters missing from the vocabulary become new tokens
        target = target.with_characters(
            {character for clip in bundle.clips for character in clip.text}
        )
    checked = preflight(bundle, target)
    checked = checked.without(backend.reject(checked.usable))
    reasons = ", ".join(f"{key} {count}" for key, count in counts(checked.rejected).items())
    if not any(clip.split == "train" for clip in checked.usable):
        raise TrainerError(
            f"No training clip is usable ({reasons or 'the bundle has none'}).",
            "Run `trainer check` to list each clip with its reason.",
        )
    if checked.rejected_share > config.data.max_rejected:
        raise TrainerError(
            f"{len(checked.rejected)} of {len(bundle.clips)} clips are unusable ({reasons}).",
            "Repair them, or raise data.max_rejected.",
        )
    return checked


def steps_of(schedule: Schedule, epochs: float) -> int:
    """Number of updates in ``epochs`` epochs, at least 1."""
    return max(1, round(len(schedule.epoch(0)) * epochs))
