"""A loaded voice: an export, a checkpoint of a run, or a base."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from trainer.errors import BrokenRun, TrainerError, WrongUsage
from trainer.families import families, family_of
from trainer.foreign_files import read_bytes, read_json
from trainer.runs.files import scratch_folder
from trainer.speech.sound import Sound, write_sound
from trainer.speech.speaker import Speaker
from trainer.speech.synthesis import Check, SpeechRequest, stream, synthesise
from trainer.speech.transcriber import Transcriber
from trainer.voice.options import VoiceOptions
from trainer.voice.profile import VoiceProfile, read_profile, unknown_profile

DEFAULTS = VoiceOptions()


@dataclass(frozen=True, slots=True)
class SpokenText:
    """Synthesised text. rules: ending rules that were applied."""

    text: str
    language: str
    sound: Sound
    rules: tuple[str, ...]

    def save(self, path: str | Path) -> None:
        """Write a 16-bit WAV file, atomically."""
        path = Path(path).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_sound(path, self.sound)


class Voice:
    """A loaded voice with the rules of its speaker. Context manager; not thread-safe.

    profile: references, length prior and sampling settings. folder: of the references.
    """

    def __init__(
        self,
        profile: VoiceProfile,
        folder: Path,
        speaker: Speaker,
        transcriber: Transcriber | None = None,
    ) -> None:
        self.profile, self.folder, self.speaker = profile, folder, speaker
        self.transcriber = transcriber
        self._resources = ExitStack()

    @classmethod
    def open(
        cls,
        folder: str | Path,
        *,
        checkpoint: str = "best",
        bundle: Path | None = None,
        whisper: str = "",
    ) -> "Voice":
        """Load an export, a run (its ``checkpoint``) or a base.

        bundle: of the run, if it was moved. whisper: model that ranks candidates, "" for the
        installed one. Raises TrainerError if the folder is none of these.
        """
        from trainer.runs.run import ABOUT

        folder = Path(folder)
        transcriber = Transcriber(whisper)
        if (folder / ABOUT).is_file():
            return _open_run(cls, folder, checkpoint, bundle, transcriber)
        profile = read_profile(folder) or _older_profile(folder)
        for reference in profile.references:
            if not (folder / reference.file).is_file():
                raise BrokenRun(
                    f"{folder / reference.file} is missing, a reference of voice.json.",
                    "Export the voice again.",
                )
        return cls(profile, folder, _open_speaker(profile.family, folder), transcriber)

    def request(self, text: str, options: VoiceOptions = DEFAULTS) -> SpeechRequest:
        """The request of a text. Raises TrainerError for one without letters or references."""
        if not any(character.isalnum() for character in text):
            raise TrainerError("The text has no letters.", "Give a text to speak.")
        profile = self.profile
        references = options.references or tuple(
            self.folder / file for file in profile.reference_files(options.category)
        )
        if not references:
            raise TrainerError(
                f"{profile.name} has no reference clips.", "Give one with --reference WAV."
            )
        for path in references:
            if not path.is_file():
                raise TrainerError(f"The reference {path} does not exist.")
        settings = options.settings(profile.sampling_settings, profile.rate)
        language = options.language or profile.language
        return SpeechRequest(text, language, references, options.seed, settings)

    def speak(self, text: str, options: VoiceOptions = DEFAULTS, **changes: Any) -> SpokenText:  # noqa: ANN401
        """Synthesise a text. changes: fields of the options, such as category or seed."""
        request = self.request(text, changed(options, changes))
        speech = synthesise(self.speaker, request, self.profile.length_prior, self.transcriber)
        return SpokenText(text, request.language, speech.sound, speech.rules)

    def stream(
        self,
        text: str,
        options: VoiceOptions = DEFAULTS,
        *,
        check: Check | None = None,
        **changes: Any,  # noqa: ANN401
    ) -> Iterator[Sound]:
        """Yield the sound of a text in chunks. check: raises to cancel."""
        request = self.request(text, changed(options, changes))
        return stream(self.speaker, request, self.profile.length_prior, self.transcriber, check)

    @property
    def fingerprint(self) -> str:
        """Hash that identifies the model: its provenance and profile, or the sizes of its files."""
        digest = hashlib.sha256(repr(self.profile).encode())
        about = self.folder / "export.json"
        if about.is_file():
            digest.update(read_bytes(about))
        else:
            for path in sorted(self.folder.glob("*")):
                digest.update(f"{path.name} {path.stat().st_size}".encode())
        return digest.hexdigest()

    def close(self) -> None:
        """Release the temporary files and processes of the voice."""
        self._resources.close()

    def __enter__(self) -> "Voice":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


def changed(options: VoiceOptions, changes: dict[str, Any]) -> VoiceOptions:
    """Options with changed fields; WrongUsage for unknown ones."""
    unknown = sorted(set(changes) - set(VoiceOptions.__dataclass_fields__))
    if unknown:
        raise WrongUsage(f"There is no option {unknown[0]!r}.")
    return replace(options, **changes) if changes else options


def _open_run(
    cls: type[Voice],
    folder: Path,
    checkpoint: str,
    moved_bundle: Path | None,
    transcriber: Transcriber,
) -> Voice:
    """The voice of a checkpoint, by a temporary export beside it."""
    from trainer.backends.open_speaker import open_speaker
    from trainer.evaluate.voices import speaking
    from trainer.families import open_backend
    from trainer.runs.run import choose_checkpoint, open_run
    from trainer.speech.speaker import SamplingSettings
    from trainer.voice.export import voice_profile, write_export

    run = open_run(folder)
    bundle = run.bundle(moved_bundle)
    with ExitStack() as resources:
        if run.as_shipped or checkpoint == "0":
            profile = voice_profile(run, bundle, 0, SamplingSettings(), None)
            speaker = resources.enter_context(speaking(run, bundle, 0))
            profile = _with_files(profile, bundle.folder)
            voice = cls(profile, bundle.folder, speaker, transcriber)
        else:
            saved = choose_checkpoint(run, checkpoint)
            temporary = resources.enter_context(scratch_folder(run.folder / "speak"))
            export = temporary / "export"
            write_export(run, bundle, saved, export)
            if families()[run.config.model.backend].voice:
                voice = cls.open(export)
                voice.transcriber = transcriber
            else:
                profile = read_profile(export) or _older_profile(export)
                speaker = open_speaker(open_backend(run.config, bundle), export)
                voice = cls(profile, export, speaker, transcriber)
        voice._resources = resources.pop_all()
    return voice


def _with_files(profile: VoiceProfile, bundle: Path) -> VoiceProfile:
    """The profile with references in the bundle instead of an export."""
    import msgspec

    references = tuple(
        msgspec.structs.replace(reference, file=f"wavs/{Path(reference.file).name}")
        for reference in profile.references
        if (bundle / "wavs" / Path(reference.file).name).is_file()
    )
    return msgspec.structs.replace(profile, references=references)


def _older_profile(folder: Path) -> VoiceProfile:
    """Profile of a base, or of an export without voice.json."""
    if not folder.is_dir():
        raise TrainerError(f"There is no folder {folder}.", "Name an export, a run or a base.")
    references: Sequence[str] = ()
    family = family_of(folder, "")
    try:
        about = read_json(folder / "export.json")
        references = [str(name) for name in about["reference"]]
        family = str(about["identity"]["backend"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # a base has no export.json
    if family is None:
        raise TrainerError(
            f"{folder} is neither an export nor a run nor a base model.",
            "Name a folder written by `trainer export` or `trainer train`.",
        )
    return unknown_profile(folder.resolve().name, family, references)


def _open_speaker(family: str, folder: Path) -> Speaker:
    if family not in families():
        raise BrokenRun(f"{folder}: there is no model family {family!r}.", "Update the program.")
    voice = families()[family].voice
    if voice is None:
        raise WrongUsage(
            f"{folder} is of the family {family}, which opens no export by itself.",
            "Name the run it was exported from.",
        )
    speaker: Speaker = voice(folder)
    return speaker
