"""Files whose headers or time stamps do not tell how much sound there is: all of it is read."""

import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from curator.audio.byte_view import FileRange
from curator.audio.decode import blocks
from curator.audio.intake import take_in
from curator.audio.sound_extent import sound_extent
from tests.helpers.sounds import speech_like, write_sound

RATE = 22_050
A, B = speech_like(1.3), speech_like(0.9)
BOTH = A.size + B.size


def pcm(sound: np.ndarray) -> bytes:
    return np.round(sound * 32767).astype("<i2").tobytes()


def wav(data: bytes, claim: int, riff: int | None = None, before: bytes = b"") -> bytes:
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    whole = (36 + claim) & 0xFFFFFFFF if riff is None else riff
    head = b"RIFF" + struct.pack("<I", whole) + b"WAVE" + before + fmt
    return head + b"data" + struct.pack("<I", claim) + data


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def id3(size: int = 700) -> bytes:
    return b"ID3\x04\x00\x00" + bytes([0, 0, size >> 7, size & 127]) + b"\0" * size


def stored(folder: Path, kind: str, sound: np.ndarray = A, subtype: str = "PCM_16") -> bytearray:
    path = folder / f"stored.{kind.lower()}"
    soundfile.write(path, sound, RATE, format=kind, subtype=subtype)
    return bytearray(path.read_bytes())


def patched(content: bytearray, at: int, form: str, *values: int) -> bytes:
    struct.pack_into(form, content, at, *values)
    return bytes(content)


def rf64(folder: Path, size: int) -> bytes:
    content = stored(folder, "RF64")
    return patched(content, content.index(b"ds64") + 16, "<Q", size)


def w64(folder: Path, size: int) -> bytes:
    content = stored(folder, "W64")
    return patched(content, content.index(b"data\xf3\xac\xd3\x11") + 16, "<Q", size)


def aiff(folder: Path, frames: int) -> bytes:
    content = stored(folder, "AIFF")
    struct.pack_into(">I", content, content.index(b"COMM") + 10, frames)
    return patched(content, content.index(b"SSND") + 4, ">I", 8 + 2 * frames)


def flac(folder: Path, samples: int) -> bytes:
    content = stored(folder, "FLAC")
    whole = int.from_bytes(content[21:26], "big") >> 36 << 36 | samples
    content[21:26] = whole.to_bytes(5, "big")
    return bytes(content)


def vorbis(folder: Path, sound: np.ndarray, rate: int = RATE) -> bytes:
    path = folder / "coded.ogg"
    soundfile.write(path, sound, rate, format="OGG", subtype="VORBIS")
    return path.read_bytes()


A_WAV, WHOLE = pcm(A), 2 * A.size
LIST = chunk(b"LIST", b"INFOISFT" + struct.pack("<I", 5) + b"Lavf\0")

FAULTS: dict[str, tuple[Callable[[Path], bytes], int, str]] = {
    "wav that is right": (lambda _: wav(A_WAV, WHOLE), A.size, ""),
    "wav of a recorder that lost power": (lambda _: wav(A_WAV, 8820), A.size, "claims 0.2 s"),
    "wav with size 0": (lambda _: wav(A_WAV, 0), A.size, "claims 0.0 s"),
    "wav with both sizes 0": (lambda _: wav(A_WAV, 0, 0), A.size, "claims 0.0 s"),
    "wav from a pipe of ffmpeg": (lambda _: wav(A_WAV, 0xFFFFFFFF, 0xFFFFFFFF), A.size, ""),
    "wav from a pipe of sox": (lambda _: wav(A_WAV, 0x7FFFF000 - 44, 0x7FFFF000), A.size, ""),
    "wav with the largest size": (lambda _: wav(A_WAV, 0x7FFFFFFF - 36), A.size, ""),
    "wav with a negative size": (lambda _: wav(A_WAV, 0x80000000), A.size, ""),
    "wav that is cut off": (lambda _: wav(A_WAV, 4 * WHOLE), A.size, "ends early"),
    "wav with chunks behind": (lambda _: wav(A_WAV, WHOLE) + LIST, A.size, ""),
    "wav of odd size without padding": (
        lambda _: wav(A_WAV + b"\1", WHOLE + 1) + LIST, A.size, ""),
    "wav with a tag behind": (lambda _: wav(A_WAV, WHOLE) + id3(), A.size, ""),
    "wav with a tag in front": (lambda _: id3() + wav(A_WAV, WHOLE), A.size, ""),
    "wav in reserved room": (lambda _: wav(A_WAV, WHOLE) + bytes(4096), A.size, ""),
    "wav with pictures in front": (
        lambda _: wav(A_WAV, 100, before=chunk(b"bext", b"x" * 70_001)), A.size, "claims 0.0 s"),
    "two wavs in one": (
        lambda _: wav(A_WAV, WHOLE) + wav(pcm(B), 2 * B.size), BOTH, "2 files in one"),
    "rf64 with size 0": (lambda f: rf64(f, 0), A.size, "claims 0.0 s"),
    "rf64 of a recorder that lost power": (lambda f: rf64(f, 8820), A.size, "claims 0.2 s"),
    "w64 of a recorder that lost power": (lambda f: w64(f, 24 + 8820), A.size, "claims 0.2 s"),
    "aiff of a recorder that lost power": (lambda f: aiff(f, 4410), A.size, "claims 0.2 s"),
    "aiff with size 0": (lambda f: aiff(f, 0), A.size, "claims 0.0 s"),
    "au with a size too small": (
        lambda f: patched(stored(f, "AU"), 8, ">I", 8820), A.size, "claims 0.2 s"),
    "caf of unknown size": (lambda f: caf(f, -1), A.size, ""),
    "caf of a recorder that lost power": (lambda f: caf(f, 4 + 8820), A.size, "claims 0.2 s"),
    "flac of unknown length": (lambda f: flac(f, 0), A.size, ""),
    "flac with a length too small": (lambda f: flac(f, 4410), A.size, "claims 0.2 s"),
    "flac with a tag in front": (lambda f: id3() + bytes(stored(f, "FLAC")), A.size, ""),
    "two flacs in one": (
        lambda f: bytes(stored(f, "FLAC")) + bytes(stored(f, "FLAC", B)), BOTH, "2 files in one"),
}  # fmt: skip
"""What the file is, its samples, and a part of what is said about it."""


def caf(folder: Path, size: int) -> bytes:
    content = stored(folder, "CAF")
    return patched(content, content.index(b"data") + 4, ">q", size)


@pytest.mark.parametrize("name", FAULTS)
def test_all_sound_is_read_and_what_was_done_is_said(tmp_path, name):
    content, samples, note = FAULTS[name]
    path = tmp_path / "recording.bin"
    path.write_bytes(content(tmp_path))
    intake = take_in(path, tmp_path / "cache")
    assert intake.samples == samples
    assert note in "; ".join(intake.notes) if note else intake.notes == ()
    read = np.concatenate(list(blocks(path, wanted=intake.decoding)))
    assert read.size == samples
    expected = np.concatenate([A, B])[:samples]
    assert np.corrcoef(read[: A.size], expected[: A.size])[0, 1] > 0.99
    assert np.corrcoef(read[-B.size :], expected[-B.size :])[0, 1] > 0.99


AS_FFMPEG = [name for name, (_, _, note) in FAULTS.items() if not note]


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs the ffmpeg program")
@pytest.mark.parametrize("name", AS_FFMPEG)
def test_the_length_is_that_of_the_decode_of_ffmpeg(tmp_path, name):
    path = tmp_path / "recording.bin"
    path.write_bytes(FAULTS[name][0](tmp_path))
    command = ["ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-f", "s16le", "-"]
    decoded = subprocess.run(command, capture_output=True, check=True).stdout
    assert take_in(path, tmp_path / "cache").samples == len(decoded) // 2


def test_a_size_beyond_4_gib_is_found_although_it_is_stored_modulo_2_to_the_32(tmp_path):
    path = tmp_path / "long.wav"
    size = (1 << 32) + 123_456
    path.write_bytes(wav(b"\1\2" * 1000, size & 0xFFFFFFFF))
    start = path.stat().st_size - 2000
    with path.open("r+b") as file:
        file.truncate(start + size)  # sparse
        file.seek(start + 123_456)
        file.write(b"\3\4" * 8)
        file.seek(start + size)
        file.write(LIST)
    extent = sound_extent(FileRange(path))
    assert extent is not None
    assert (extent.start, extent.stop, extent.beyond) == (start, start + size, 1 << 32)
    with path.open("r+b") as file:
        file.truncate(start + size)
    assert sound_extent(FileRange(path)) == extent


def test_sound_beyond_full_scale_is_scaled_and_sound_clipped_before_is_not(tmp_path):
    loud = write_sound(tmp_path / "loud.wav", A / np.abs(A).max() * 3, subtype="FLOAT")
    intake = take_in(loud, tmp_path / "cache")
    read = np.concatenate(list(blocks(loud, wanted=intake.decoding)))
    assert np.abs(read).max() == pytest.approx(32767 / 32768)
    assert np.corrcoef(read, A)[0, 1] == pytest.approx(1)
    assert intake.notes == (
        "its loudest sample is 3.00 times full scale; all of it was scaled to full scale",
    )
    clipped = write_sound(tmp_path / "clipped.wav", np.clip(A * 9, -1, 1), subtype="FLOAT")
    assert take_in(clipped, tmp_path / "cache").decoding.gain == 1


@pytest.mark.parametrize("rate", [RATE, 2 * RATE])
def test_ogg_streams_in_a_row_are_read_one_by_one_at_the_rate_of_the_first(tmp_path, rate):
    parts = [vorbis(tmp_path, A), vorbis(tmp_path, np.repeat(B, rate // RATE), rate)]
    lengths = []
    for content in parts:
        (tmp_path / "one.ogg").write_bytes(content)
        one = take_in(tmp_path / "one.ogg", tmp_path / "cache")
        lengths.append(round(one.samples * RATE / one.rate))
    (tmp_path / "both.ogg").write_bytes(b"".join(parts))
    both = take_in(tmp_path / "both.ogg", tmp_path / "cache")
    assert (both.rate, both.decoding.parts) == (RATE, (len(parts[0]),))
    assert both.samples == pytest.approx(sum(lengths), abs=1)
    assert both.notes[0] == "it is 2 files in one, which were read one by one"
    assert any("resampled" in note for note in both.notes) == (rate != RATE)
