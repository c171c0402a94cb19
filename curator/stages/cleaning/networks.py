"""Third-party enhancement networks; only verified and complete weights are loaded.

The programs around these networks download by themselves, go on with random weights when that
fails, and pass over weights that do not fit. Here only the networks are used: a file that was not
verified is never opened, and one weight that is missing or left over is an error.
"""

import pickle
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curator.audio.waveform import Samples
from curator.domain.errors import MissingModel
from curator.stages.cleaning.cleaners import Equipment
from curator.stages.cleaning.stream import Pieces, Sound, in_pieces
from curator.weights.catalogue import listed_model
from curator.weights.folder import verified_folder

if TYPE_CHECKING:
    import torch

# In torch's message, after its advice on how to load the file unsafely.
REFUSED_GLOBAL = re.compile(r"GLOBAL (\S+) was not an allowed global")

Forward = Callable[["torch.Tensor"], "torch.Tensor"]
"""(samples,) to (samples,), at least as many."""


def device_for(equipment: Equipment) -> str:
    """cuda where there is one and it is not refused, else cpu; MissingModel when it is demanded."""
    import torch

    if equipment.device != "cpu" and torch.cuda.is_available():
        return "cuda"
    if equipment.device == "cuda":
        raise MissingModel(
            "torch finds no GPU it can use.", "Use --device cpu, or run: curator doctor."
        )
    torch.set_num_threads(max(1, equipment.threads))
    return "cpu"


def weights_of(model: str, file: str, *allowed: object) -> Mapping[str, Any]:
    """Content of a verified file of a model.

    allowed: classes, or (object, pickled name), that it may name beside tensors.
    """
    import torch

    path = verified_folder(model) / file
    try:
        with torch.serialization.safe_globals(list(allowed)):  # type: ignore[arg-type]
            state: Mapping[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError, ValueError, OSError) as error:
        raise _unreadable(model, path, _reason(error)) from error
    if not isinstance(state, dict):
        raise _unreadable(model, path, "it holds no weights by name")
    return state


def numpy_scalars() -> list[object]:
    """Entries of ``allowed`` for pickled numpy numbers, under the names of numpy 1 and 2."""
    scalar = np._core.multiarray.scalar  # type: ignore[attr-defined]
    names = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
    # The unpickler also checks the type of each dtype that it restores.
    dtypes = [type(np.dtype(name)) for name in ("f8", "f4", "f2", "i8", "i4", "?")]
    return [*((scalar, name) for name in names), np.dtype, *dtypes]


def fill(network: "torch.nn.Module", weights: Mapping[str, Any], model: str) -> None:
    """Give a network its weights: each of them, and nothing else."""
    plain = {key.removeprefix("module."): value for key, value in weights.items()}
    try:
        network.load_state_dict(plain, strict=True)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise MissingModel(
            f"The weights of {model} are not those of its network ({reason}).",
            f"Get them again: curator models get {model}.",
        ) from error
    network.requires_grad_(requires_grad=False).eval()


def clearvoice_network(
    build: Callable[[], "torch.nn.Module"], model: str, device: str
) -> "torch.nn.Module":
    """A network of ClearVoice that is one file, with its weights, on a device."""
    weights = weights_of(model, "last_best_checkpoint.pt")
    network = build()
    fill(network, weights.get("model", weights), model)
    return network.to(device)


def piecewise(
    sound: Sound, pieces: Pieces, forward: Forward, device: str, shortest: int
) -> Iterator[Samples]:
    """A recording through a network, piece by piece. shortest: what it takes, filled up to it."""
    import torch

    def process(piece: Samples) -> Samples:
        padded = np.pad(piece, (0, max(0, shortest - piece.size)))
        with torch.inference_mode():
            output = forward(torch.from_numpy(padded).to(device))
        samples = output.reshape(-1)[: piece.size].float().cpu().numpy()
        if samples.size < piece.size:
            samples = np.pad(samples, (0, piece.size - samples.size))
        return np.nan_to_num(samples.astype(np.float32, copy=False))

    return in_pieces(sound, pieces, process)


def padded_to(sound: "torch.Tensor", window: int, hop: int) -> "torch.Tensor":
    """The sound filled up with silence, so that whole windows reach to its end."""
    import torch

    short = max(0, window - sound.numel())
    rest = (sound.numel() + short - window) % hop
    return torch.nn.functional.pad(sound, (0, short + (hop - rest if rest else 0)))


def _reason(error: Exception) -> str:
    """The refused name, or torch's first line without its advice to load unsafely."""
    named = REFUSED_GLOBAL.search(str(error))
    return named[1] if named else str(error).partition("\n")[0].partition("Weights only")[0]


def _unreadable(model: str, path: Path, reason: str) -> MissingModel:
    published = any(file.name == path.name and file.sha256 for file in listed_model(model).files)
    if published:  # and its hash was verified, so the download is complete
        advice = "It is the published file; update voice-curator, or report this line."
    else:
        advice = f"Delete it and get it again: curator models get {model}."
    return MissingModel(f"{path} contains more than weights ({reason}).", advice)
