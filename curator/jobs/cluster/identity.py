"""What has to be equal on all machines for equal facts: version, source code, model files."""

import functools
import hashlib
import socket
import subprocess
import sys
from pathlib import Path

import msgspec

from curator import __version__
from curator.domain.errors import CuratorError
from curator.domain.foreign_files import read_bounded
from curator.domain.resources import resources
from curator.environment.installed import module_command
from curator.stages.transcription.transcribers import DEFAULT, transcriber_keys
from curator.weights.folder import hash_of
from curator.weights.lookup import NEEDED, whisper_folder

SHORT = 8  # characters of a hash shown to people


class Identity(msgspec.Struct, frozen=True):
    """What a machine would compute with.

    source: hash of the program's code and data. model: hash of the transcriber's files, "" where
    it has none of its own to compare. trouble: why it cannot transcribe, or "".
    """

    host: str
    version: str
    source: str
    model: str = ""
    trouble: str = ""


def identity_here(transcriber: str) -> Identity:
    """Identity of this machine. transcriber: choice that must be loadable, or ""."""
    model, trouble = "", ""
    if transcriber:
        try:
            model = _model_hash(transcriber)
        except CuratorError as error:
            trouble = str(error)
    return Identity(socket.gethostname(), __version__, _source_hash(), model, trouble)


def identity_of_workers(transcriber: str) -> Identity:
    """Identity of the program that worker processes of this machine run.

    By such a process: Ray gives this one the driver's import paths, which it does not give those.
    Raises CuratorError if it does not run.
    """
    command = module_command(sys.executable, "curator.jobs.cluster.identity", transcriber)
    ran = subprocess.run(command, capture_output=True, check=False)
    try:
        return msgspec.json.decode(ran.stdout, type=Identity)
    except msgspec.DecodeError as error:
        last = ran.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise CuratorError(f"{' '.join(last) or error}") from error


def report(transcriber: str, token: str, text: str) -> tuple[Identity, bool]:
    """Identity of a node, and whether it sees a file of the project.

    Runs on the node, in a process of its own, so this module imports little.
    """
    try:
        is_shared = read_bounded(Path(token), len(text)) == text.encode()
    except OSError:
        is_shared = False
    return identity_of_workers(transcriber), is_shared


@functools.cache
def _source_hash() -> str:
    package = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for top, pattern in ((package, "*.py"), (resources(), "*")):
        for path in sorted(top.rglob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                name = path.relative_to(top).as_posix()
                digest.update(f"{name}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


@functools.cache
def _model_hash(transcriber: str) -> str:
    key, _, model = transcriber.partition(":")
    if key in transcriber_keys():
        if key != DEFAULT:
            return ""  # it finds and checks its files itself when it is loaded
        transcriber = model
    folder = whisper_folder(transcriber)
    return hash_of(*(folder / name for name in NEEDED))


def difference(node: Identity, here: Identity) -> str:
    """Why a node must not work for this machine, in a sentence that names it; "" if it may."""
    if node.version != here.version:
        return (
            f"{node.host} runs voice-curator {node.version}, this machine {here.version}. "
            "Install the same version on both."
        )
    if node.source != here.source:
        return (
            f"{node.host} runs another build of voice-curator {node.version} "
            f"({node.source[:SHORT]}, here {here.source[:SHORT]}). Install the same one on both."
        )
    if node.trouble:
        return f"{node.host} lacks a model: {node.trouble}"
    if node.model and here.model and node.model != here.model:
        return (
            f"{node.host} has other model files than this machine "
            f"({node.model[:SHORT]}, here {here.model[:SHORT]}). Copy the model to it again."
        )
    return ""


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(identity_here(sys.argv[1])))
