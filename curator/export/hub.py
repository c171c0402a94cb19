"""Upload of an export to a data set repository on Hugging Face, private by default."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from curator.domain.clip_query import parse
from curator.domain.decision import State
from curator.domain.errors import CuratorError, printable
from curator.domain.foreign_files import read_bounded
from curator.domain.recording import Recording
from curator.export.formats import format_of
from curator.store.project import Project

if TYPE_CHECKING:
    from huggingface_hub import HfApi

MOST_FILES = 10_000
"""Files that a folder of a repository may hold."""

LARGEST_CARD = 1 << 26
"""Bytes of a data card."""

NAME = re.compile(r"[\w.-]+/[\w.-]+")

LICENCES = {
    "cc0": "cc0-1.0",
    "cc0-1.0": "cc0-1.0",
    "cc-by-4.0": "cc-by-4.0",
    "cc-by-sa-4.0": "cc-by-sa-4.0",
    "cc-by-nc-4.0": "cc-by-nc-4.0",
    "cc-by-nc-sa-4.0": "cc-by-nc-sa-4.0",
    "cc-by-3.0": "cc-by-3.0",
    "apache-2.0": "apache-2.0",
    "mit": "mit",
}
"""Names of licences on Hugging Face, by the stated licence in lower case with hyphens."""

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))


@dataclass(frozen=True, slots=True)
class Destination:
    """Repository ``OWNER/NAME``; is_public: visible to everybody."""

    name: str
    is_public: bool = False


def require_pushable(project: Project, form_key: str, where: Destination) -> list[Recording]:
    """Recordings of the kept clips. Raises CuratorError if the export must not be uploaded."""
    if not NAME.fullmatch(where.name):
        raise CuratorError(f"{printable(where.name)!r} names no repository.", "Give OWNER/NAME.")
    form = format_of(form_key)
    if not form.has_sounds:
        raise CuratorError(f"{form.label} has no audio to upload.", "Choose another --format.")
    if form.absolute:
        raise CuratorError(
            f"{form.label} holds paths of this machine, which are of no use in a repository.",
            "Use --format audiofolder, parquet or webdataset.",
        )
    kept = project.clips.find(parse(f"state:{State.KEPT}"))
    if len(kept) > MOST_FILES and not form.pack:
        raise CuratorError(
            f"A folder on Hugging Face holds {MOST_FILES} files, and {len(kept)} clips are kept.",
            "Use --format parquet or webdataset.",
        )
    used = {clip.recording_id for clip in kept}
    recordings = [recording for recording in project.recordings.all() if recording.id in used]
    for what in ("licence", "consent"):
        without = [each for each in recordings if not getattr(each, what).strip()]
        if without:
            raise CuratorError(
                f"The {what} of {printable(without[0].name)} is not stated; the set must not be "
                "uploaded.",
                "State it in the table of recordings (Intake page), or import the file again with "
                f"--{what}.",
            )
    return recordings


def push(out: Path, where: Destination, recordings: Sequence[Recording], clips: int) -> str:
    """Upload the folder of an export; address of the repository.

    Raises CuratorError without huggingface_hub or a token, if the repository is public although a
    private one is asked for, and if the upload fails; it then says how to continue.
    """
    hub = _hub()
    api = hub.HfApi()
    if not hub.get_token():
        raise CuratorError("You are not logged in to Hugging Face.", "Run: hf auth login")
    with _as_sentences(out, where):
        address = api.create_repo(
            where.name, repo_type="dataset", private=not where.is_public, exist_ok=True
        )
        _require_private(api, where)
        api.upload_file(
            path_or_fileobj=readme(out, recordings, clips),
            path_in_repo="README.md",
            repo_id=where.name,
            repo_type="dataset",
            commit_message="Add the data card",
        )
        api.upload_folder(
            folder_path=out,
            repo_id=where.name,
            repo_type="dataset",
            commit_message=f"Add {clips} clips",
        )
    return str(address)


def readme(out: Path, recordings: Sequence[Recording], clips: int) -> bytes:
    """Card of the repository: metadata for its search, then the data card."""
    card = read_bounded(out / "data_card.md", LARGEST_CARD).decode()
    size = next((name for most, name in SIZES if clips < most), "100K<n<1M")
    lines = [
        "---",
        *_licence(recordings),
        "task_categories:\n- text-to-speech",
        f"size_categories:\n- {size}",
        "tags:\n- audio\n- voice-curator",
        "---",
    ]
    return ("\n".join(lines) + f"\n\n{card}").encode()


def _licence(recordings: Sequence[Recording]) -> list[str]:
    """Licence as Hugging Face names it; other licences are those of the data card."""
    stated = {recording.licence.strip() for recording in recordings}
    names = {LICENCES.get(re.sub(r"[\s_]+", "-", licence.lower())) for licence in stated}
    (name,) = names if len(names) == 1 else (None,)
    if name:
        return [f"license: {name}"]
    listed = json.dumps("; ".join(sorted(stated)), ensure_ascii=False)  # JSON is YAML
    return ["license: other", f"license_name: {listed}", "license_link: README.md"]


def _require_private(api: "HfApi", where: Destination) -> None:
    """Refuse a repository that was public before."""
    if not where.is_public and not api.dataset_info(where.name).private:
        raise CuratorError(
            f"{where.name} exists and is public.", "Choose another name, or add --public."
        )


def _hub() -> ModuleType:
    try:
        import huggingface_hub
    except ImportError as error:
        raise CuratorError(
            "Uploading needs the package huggingface_hub.",
            'Install it: pip install "voice-curator[hub]"',
        ) from error
    return huggingface_hub


@contextmanager
def _as_sentences(out: Path, where: Destination) -> Iterator[None]:
    from huggingface_hub.errors import HfHubHTTPError

    # Its bases: OSError, and the error of its HTTP client, which differs between versions.
    bases = (base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception))
    failures: tuple[type[Exception], ...] = (*bases, RuntimeError, ValueError)
    try:
        yield
    except failures as error:
        cause = error.__cause__ or error  # uploads wrap what happened
        reason = printable(str(cause).strip().split("\n")[0]) or type(cause).__name__
        visibility = "" if where.is_public else " --private"
        raise CuratorError(
            f"The upload to {where.name} failed: {reason}",
            f"The export is complete. Continue: hf upload {where.name} {printable(str(out))} "
            f"--repo-type dataset{visibility}",
        ) from error
