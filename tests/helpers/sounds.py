"""Sounds made up for tests, and files that hold them, or should and do not."""

import struct
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from curator.audio.waveform import Samples, Waveform

RATE = 22_050


def tone(seconds: float = 1.0, hz: float = 440.0, rate: int = RATE, level: float = 0.3) -> Samples:
    """A sine, ``level`` times full scale."""
    t = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def silence(seconds: float = 1.0, rate: int = RATE) -> Samples:
    """Zeros."""
    return np.zeros(round(seconds * rate), np.float32)


def one_sample() -> Samples:
    """The shortest sound there is."""
    return np.array([0.25], np.float32)


def noise(seconds: float = 1.0, rate: int = RATE, level: float = 0.1, seed: int = 0) -> Samples:
    """White noise with a root mean square of ``level``."""
    made = np.random.default_rng(seed).standard_normal(round(seconds * rate))
    return (level * made).astype(np.float32)


def at_snr(sound: Samples, snr_db: float, seed: int = 0) -> Samples:
    """``sound`` with white noise so much weaker than its own mean power."""
    power = float(np.mean(np.square(sound, dtype=np.float64)))
    made = np.random.default_rng(seed).standard_normal(sound.size)
    return (sound + made * np.sqrt(power / 10 ** (snr_db / 10))).astype(np.float32)


def clipped(sound: Samples, times: float = 4.0) -> Samples:
    """``sound`` made ``times`` louder and cut off at full scale."""
    return np.clip(sound * np.float32(times), -1.0, 1.0)


_FORMANTS = ((730, 1090), (270, 2290), (300, 870), (530, 1840), (570, 840))
"""Hz of the first two resonances of five vowels (Peterson and Barney, 1952)."""


def syllable(seconds: float, rate: int, pitch: float, vowel: int) -> Samples:
    """A buzz at ``pitch`` Hz with a vowel's resonances, rising and falling."""
    t = np.arange(round(seconds * rate)) / rate
    made = np.zeros(t.size)
    for harmonic in range(1, int(min(rate / 2.2, 4000) / pitch)):
        hz = harmonic * pitch
        gain = sum(1 / (1 + ((hz - formant) / 120) ** 2) for formant in _FORMANTS[vowel % 5])
        made += (gain + 0.02) / harmonic**0.5 * np.sin(2 * np.pi * hz * t)
    made *= np.hanning(t.size) ** 0.5
    return (0.3 * made / max(1e-9, np.abs(made).max())).astype(np.float32)


def speech_like(
    seconds: float = 5.0, rate: int = RATE, seed: int = 0, pitch: float = 120.0
) -> Samples:
    """Syllables in words with pauses between sentences; no words, but the rhythm of speech."""
    rng = np.random.default_rng(seed)
    parts: list[Samples] = [silence(0.3, rate)]
    wanted = round(seconds * rate)
    while sum(part.size for part in parts) < wanted:
        for _ in range(rng.integers(3, 9)):
            vowel, length = int(rng.integers(5)), rng.uniform(0.12, 0.25)
            parts += [syllable(length, rate, pitch * rng.uniform(0.85, 1.2), vowel)]
            parts += [silence(rng.uniform(0.01, 0.08), rate)]
        parts += [silence(rng.uniform(0.3, 0.9), rate)]
    return np.concatenate(parts)[:wanted]


def waveform(samples: Samples, rate: int = RATE) -> Waveform:
    """The samples with their rate."""
    return Waveform(samples, rate)


# Files that are as they should be ----------------------------------------------------------------


def write_sound(
    path: Path, sound: NDArray[np.float32 | np.int16], rate: int = RATE, **how: str
) -> Path:
    """Write by libsndfile.

    sound: (samples,) or (samples, channels), float32 or int16. how: format and subtype.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    how.setdefault("format", path.suffix[1:].upper())
    with path.open("wb") as file:  # any name, as libsndfile's own opening takes UTF-8 only
        soundfile.write(file, sound, rate, **how)
    return path


def write_coded(
    path: Path,
    sound: Samples,
    rate: int,
    codec: str,
    container: str,
    tracks: int = 1,
    *,
    video: bool = False,
    quick_start: bool = False,
) -> Path:
    """Write mono sound by FFmpeg, e.g. codec "aac" in container "ipod" for an m4a.

    tracks: how often the sound is in it. quick_start: an mp4's table of contents comes first.
    """
    options = {"movflags": "faststart"} if quick_start else {}
    sound = np.ascontiguousarray(sound)
    with path.open("w+b") as file, av.open(file, "w", format=container, options=options) as out:
        streams = [out.add_stream(codec, rate=rate, layout="mono") for _ in range(tracks)]
        picture = _add_video(out) if video else None
        for stream in streams:
            for at in range(0, sound.size, 960):
                frame = av.AudioFrame.from_ndarray(sound[None, at : at + 960], "fltp", "mono")
                frame.rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        if picture is not None:
            _write_frames(out, picture)
    return path


def write_silent_film(path: Path) -> Path:
    """A film without a sound track."""
    with av.open(str(path), "w", format="mp4") as out:
        _write_frames(out, _add_video(out))
    return path


def _add_video(out: av.container.OutputContainer) -> av.VideoStream:
    picture = out.add_stream("mpeg4", rate=10)
    picture.width = picture.height = 32
    picture.pix_fmt = "yuv420p"
    return picture


def _write_frames(out: av.container.OutputContainer, picture: av.VideoStream) -> None:
    for shade in range(0, 200, 20):
        pixels = np.full((32, 32, 3), shade, np.uint8)
        out.mux(picture.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
    out.mux(picture.encode(None))


# Files that are not as they should be ------------------------------------------------------------


def write_wav_claiming(
    path: Path, samples16: NDArray[np.int16], data_bytes: int, rate: int = RATE
) -> Path:
    """A mono PCM16 WAV whose header claims ``data_bytes`` of data, whatever it holds."""
    head = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    riff = min(0xFFFFFFFF, 36 + data_bytes)
    path.write_bytes(
        b"RIFF"
        + struct.pack("<I", riff)
        + b"WAVEfmt "
        + head
        + b"data"
        + struct.pack("<I", data_bytes)
        + samples16.astype("<i2").tobytes()
    )
    return path


def cut_off(path: Path, whole: Path, keep: float) -> Path:
    """The first part of another file's bytes. keep: 0..1."""
    data = whole.read_bytes()
    path.write_bytes(data[: round(len(data) * keep)])
    return path


def with_broken_values(sound: Samples, at: Iterable[int]) -> Samples:
    """NaN, +infinity and -infinity in turn at the samples given."""
    broken = sound.copy()
    for index, sample in enumerate(at):
        broken[sample] = (np.nan, np.inf, -np.inf)[index % 3]
    return broken


def write_bad_files(folder: Path) -> dict[str, Path]:
    """One file of every kind that cannot be imported, by what is wrong with it."""
    folder.mkdir(parents=True, exist_ok=True)
    good = write_sound(folder / ".good.wav", tone(0.5))

    def text(name: str, content: str) -> Path:
        (folder / name).write_text(content, encoding="utf-8")
        return folder / name

    made = {
        "empty": text("empty.wav", ""),
        "text": text("text.wav", "These are not the samples you are looking for.\n" * 9),
        "header cut off": cut_off(folder / "header.wav", good, 20 / good.stat().st_size),
        "zero-length data": write_wav_claiming(folder / "zero.wav", np.empty(0, np.int16), 0),
        "zeros": folder / "zeros.mp3",
        "random bytes": folder / "random.flac",
        "playlist": text("list.mp3", "#EXTM3U\n#EXTINF:1,\n.good.wav\n"),
        "silent film": write_silent_film(folder / "film.mp4"),
        "film cut off": cut_off(folder / "cut.mp4", folder / "film.mp4", 0.5),
        "folder": folder / "folder.wav",
        "missing": folder / "missing.wav",
    }
    made["zeros"].write_bytes(bytes(5000))
    made["random bytes"].write_bytes(np.random.default_rng(0).bytes(20_000))
    made["folder"].mkdir()
    good.unlink()
    return made


ODD_NAMES = (
    "🎤 quiz.wav",
    "שלום.wav",
    "two\nlines.wav",
    "-i.wav",
    "%03d.wav",
    "a:b.wav",
    "concat:a|b.wav",
    "pipe:.wav",
    "file:x.wav",
    "subfile,,start,0,end,9,,:x.wav",
    "a'b\"c#d?e.wav",
    "e\u0301.wav",
    "é.wav",
    "n" * 251 + ".wav",
    b"bytes-\xff\xfe.wav",
)
"""Names that some program somewhere takes for something else. Bytes: not UTF-8."""
