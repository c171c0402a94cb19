"""``voice.json`` of an export: references, length prior and sampling settings of a voice."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from trainer.errors import BrokenRun, TrainerError
from trainer.foreign_files import UnsafeFile, path_inside, read_json
from trainer.runs.files import write_atomically
from trainer.speech.pace import UNKNOWN_PACE
from trainer.speech.prior import LengthPrior
from trainer.speech.speaker import SamplingSettings

FILE = "voice.json"
FORMAT = 1
DEFAULT_VOICE = "default"

Above0 = Annotated[float, msgspec.Meta(gt=0)]


class Reference(msgspec.Struct, frozen=True):
    """Reference clip. file: path in the export. category: None in a set without categories."""

    file: str
    category: str | None = None
    text: str = ""
    seconds: float = 0.0
    default: bool = False


class Prior(msgspec.Struct, frozen=True):
    """Seconds of speech by letters; see ``trainer.speech.prior.LengthPrior``."""

    start: float
    per_unit: Above0
    low: Above0
    high: Above0
    clips: int


class Sampling(msgspec.Struct, frozen=True):
    """Sampling settings; null is the default of the model."""

    temperature: Above0 | None = None
    top_p: Above0 | None = None
    repetition_penalty: Above0 | None = None


class VoiceProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Content of ``voice.json``.

    name: of the voice. family: model family. step: of the checkpoint, 0 for a base. language:
    default language. rate: letters per second to keep, null to leave it to the model. usual_rate:
    measured on the speaker's clips, null if unknown. references: clips of the speaker.
    """

    format: Literal[1] = 1
    name: str
    family: str
    step: int = 0
    language: str = "en"
    languages: tuple[str, ...] = ()
    rate: Above0 | None = None
    usual_rate: Above0 | None = None
    prior: Prior
    sampling: Sampling = Sampling()
    references: tuple[Reference, ...] = ()

    @property
    def length_prior(self) -> LengthPrior:
        """Seconds of speech by letters."""
        return LengthPrior(**msgspec.structs.asdict(self.prior))

    @property
    def sampling_settings(self) -> SamplingSettings:
        """Sampling settings of the voice."""
        return SamplingSettings(**msgspec.structs.asdict(self.sampling))

    @property
    def categories(self) -> tuple[str, ...]:
        """Categories that have a reference, sorted."""
        return tuple(sorted({ref.category for ref in self.references if ref.category}))

    def reference_files(self, category: str) -> list[str]:
        """Files of the references of a category, "" or "default" for the default ones."""
        if category in ("", DEFAULT_VOICE):
            chosen = [ref.file for ref in self.references if ref.default]
            return chosen or [ref.file for ref in self.references]
        chosen = [ref.file for ref in self.references if ref.category == category]
        if not chosen:
            available = ", ".join((DEFAULT_VOICE, *self.categories))
            raise TrainerError(f"This voice has no category {category!r}.", f"Use: {available}.")
        return chosen


def profile_prior(prior: LengthPrior) -> Prior:
    """The prior as a part of a profile."""
    return Prior(**asdict(prior))


def unknown_profile(name: str, family: str, references: Sequence[str] = ()) -> VoiceProfile:
    """Profile of a model without measurements of its speaker: a wide band of lengths."""
    return VoiceProfile(
        name=name,
        family=family,
        prior=profile_prior(UNKNOWN_PACE),
        references=tuple(Reference(file, default=True) for file in references),
    )


def write_profile(folder: Path, profile: VoiceProfile) -> None:
    """Write ``voice.json`` atomically."""
    data = msgspec.json.format(msgspec.json.encode(profile), indent=1) + b"\n"
    write_atomically(folder / FILE, data)


def read_profile(folder: Path) -> VoiceProfile | None:
    """Read ``voice.json``; None without one. Raises BrokenRun if it is invalid or newer."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        data: Mapping[str, object] = read_json(path)
        version = data.get("format")
        if isinstance(version, int) and version > FORMAT:
            raise BrokenRun(
                f"{path} was written by a newer version of this program (format {version}).",
                "Update the program.",
            )
        profile = msgspec.convert(data, VoiceProfile)
    except ValueError as error:
        raise BrokenRun(f"{path} is damaged: {error}.", "Export the voice again.") from error
    for reference in profile.references:
        try:
            path_inside(folder, reference.file)
        except UnsafeFile as error:
            raise BrokenRun(
                f"{path}: the reference {reference.file!r} is outside of the folder."
            ) from error
    return profile
