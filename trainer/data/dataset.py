"""The clips of a run: judged, encoded, divided, and put in an order."""

from dataclasses import dataclass

from trainer.backends import Backend, target_of
from trainer.bundle.manifest import Bundle, Clip
from trainer.bundle.preflight import Preflight, counts, preflight
from trainer.bundle.sampler import Schedule
from trainer.config import TrainConfig
from trainer.data.features import Prepared, Progress, prepare
from trainer.data.prompts import Prompts
from trainer.errors import TrainerError
from trainer.target import read_target


@dataclass(frozen=True, slots=True)
class Material:
    """The clips of a run: who can be used, what they were encoded to, who is heard when.

    evaluation: None if the bundle has no clips for it.
    """

    bundle: Bundle
    judged: Preflight
    prepared: Prepared
    training: Schedule
    evaluation: Schedule | None
    prompts: Prompts


def gather(
    backend: Backend, bundle: Bundle, config: TrainConfig, progress: Progress = lambda _d, _t: None
) -> Material:
    """Judge and encode the clips; refuses a bundle of which too much cannot be used."""
    judged = judge(backend, bundle, config)
    prepared = prepare(backend, bundle, judged.usable, config, progress)
    parts = {"train": [], "eval": []}  # type: dict[str, list[Clip]]
    for clip in judged.usable:
        parts[clip.split].append(clip)

    def schedule(clips: list[Clip]) -> Schedule:
        lengths = [backend.length(clip) for clip in clips]
        return Schedule(
            clips, lengths, config.sampler, config.optim.effective_clips, config.run.seed
        )

    voices: dict[str, list[Clip]] = {}
    for clip in parts["train"]:
        voices.setdefault(clip.speaker, []).append(clip)
    backend.settle(judged.usable, {key: found.arrays for key, found in prepared.by_clip.items()})
    prompts = Prompts(voices, prepared.by_clip, config.data, config.run.seed, backend.prompt_units)
    evaluation = schedule(parts["eval"]) if parts["eval"] else None
    return Material(bundle, judged, prepared, schedule(parts["train"]), evaluation, prompts)


def judge(backend: Backend, bundle: Bundle, config: TrainConfig) -> Preflight:
    """Every clip judged by the shared limits and by the back-end's own tokenizer."""
    target = read_target(target_of(config))
    if config.adapt.extend:  # characters that the base does not know become tokens of their own
        target = target.knowing({sign for clip in bundle.clips for sign in clip.text})
    judged = preflight(bundle, target)
    judged = judged.without(backend.reject(judged.usable))
    why = ", ".join(f"{key} {many}" for key, many in counts(judged.rejected).items())
    if not any(clip.split == "train" for clip in judged.usable):
        raise TrainerError(
            f"None of the clips for training can be used ({why or 'there are none'}).",
            "`trainer check` names each clip with its reason.",
        )
    if judged.rejected_share > config.data.max_rejected:
        raise TrainerError(
            f"{len(judged.rejected)} of {len(bundle.clips)} clips cannot be used ({why}).",
            "Repair them, or raise data.max_rejected if that is meant.",
        )
    return judged


def steps_of(schedule: Schedule, epochs: float) -> int:
    """Updates in so many epochs."""
    return max(1, round(len(schedule.epoch(0)) * epochs))
