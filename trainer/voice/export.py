"""Export of a checkpoint: model files, references, ``voice.json`` and a model card."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.bundle.manifest import Bundle, Clip
from trainer.errors import TrainerError
from trainer.foreign_files import path_inside, read_bytes
from trainer.runs.checkpoint import Checkpoint
from trainer.runs.files import move_into_place, scratch_folder
from trainer.runs.run import Run
from trainer.speech.pace import pace_of
from trainer.speech.speaker import SamplingSettings
from trainer.voice.card import DATA_CARD, write_card
from trainer.voice.profile import Reference, Sampling, VoiceProfile, profile_prior, write_profile

REFERENCE_CLIPS = 3  # clips exported as reference audio, of the speaker and of each category
REFERENCE_S = 6.0  # the stock XTTS uses the first 6 s of each


def write_export(
    run: Run,
    bundle: Bundle,
    saved: Checkpoint,
    target: Path,
    sampling: SamplingSettings | None = None,
    rate: float | None = None,
) -> Mapping[str, object]:
    """Export a checkpoint into ``target``, atomically. sampling, rate: stored in voice.json."""
    from trainer.families import open_backend
    from trainer.training.codebook_check import refuse_stale_codes
    from trainer.training.session import load_weights

    refuse_stale_codes(run, saved)
    backend = open_backend(run.config, bundle)
    network = backend.network()
    backend.adapt(network)
    load_weights(network, saved, averaged=True)
    target = target.resolve()
    with scratch_folder(target) as temporary:
        report = dict(backend.export(network, temporary))
        identity = backend.identity()
        profile = voice_profile(run, bundle, saved.step, sampling or SamplingSettings(), rate)
        for reference in profile.references:
            _copy_reference(bundle, reference, temporary)
        about: dict[str, Any] = {
            "run": str(run.folder.resolve()),
            "step": saved.step,
            "identity": identity,
            "manifest_sha256": bundle.manifest_sha256,
            "reference": [reference.file for reference in profile.references if reference.default],
            **report,
        }
        (temporary / "export.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
        write_profile(temporary, profile)
        data_card = path_inside(bundle.folder, DATA_CARD)
        if data_card.is_file():
            (temporary / DATA_CARD).write_bytes(read_bytes(data_card))
        write_card(temporary, run, bundle, profile, identity)
        move_into_place(temporary, target)
    return report


def voice_profile(
    run: Run, bundle: Bundle, step: int, sampling: SamplingSettings, rate: float | None
) -> VoiceProfile:
    """Profile of the speaker of a bundle."""
    pace = pace_of(bundle)
    clips = bundle.part("train") or bundle.clips
    default = reference_clips(clips)
    chosen = {clip.id: (clip, True) for clip in default}
    for category in sorted({clip.emotion for clip in clips if clip.emotion}):
        for clip in reference_clips([clip for clip in clips if clip.emotion == category]):
            chosen.setdefault(clip.id, (clip, False))
    languages = sorted({clip.language for clip in clips})
    return VoiceProfile(
        name=run.folder.resolve().name,
        family=run.config.model.backend,
        step=step,
        language=clips[0].language,
        languages=tuple(languages),
        rate=rate,
        usual_rate=pace.rate,
        prior=profile_prior(pace.prior),
        sampling=Sampling(**sampling.given()),
        references=tuple(
            Reference(
                file=f"reference/{clip.id}.wav",
                category=clip.emotion,
                text=clip.text,
                seconds=round(clip.duration_s, 3),
                default=is_default,
            )
            for clip, is_default in chosen.values()
        ),
    )


def reference_clips(clips: "tuple[Clip, ...] | list[Clip]") -> list[Clip]:
    """Clips closest to 6 s, the reference audio of an export."""
    return sorted(clips, key=lambda clip: (abs(clip.duration_s - REFERENCE_S), clip.id))[
        :REFERENCE_CLIPS
    ]


def _copy_reference(bundle: Bundle, reference: Reference, folder: Path) -> None:
    path = folder / reference.file
    path.parent.mkdir(exist_ok=True)
    clip = next(clip for clip in bundle.clips if clip.id == path.stem)
    if not bundle.copy_audio(clip, path):
        raise TrainerError(
            f"{bundle.folder / clip.audio} is missing or was changed.", "Export the bundle again."
        )
