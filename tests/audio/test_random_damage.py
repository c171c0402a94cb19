"""Files cut off or with bytes changed at random places: read as FFmpeg does, noted, or refused."""

import random
import shutil
import subprocess

import pytest

from curator.audio.intake import take_in
from curator.domain.errors import UnreadableAudio
from tests.helpers.fuzz import counted, times
from tests.helpers.sounds import speech_like, write_coded, write_sound

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed"),
    pytest.mark.timeout(3600),
]

CASES = 6
RATE = 48_000
SOUNDFILE = {"wav": "WAV", "flac": "FLAC", "aiff": "AIFF", "w64": "W64", "caf": "CAF", "ogg": "OGG"}
CODED = {
    "mp3": ("libmp3lame", "mp3"), "m4a": ("aac", "mp4"), "opus": ("libopus", "ogg"),
    "mkv": ("libopus", "matroska"),
}  # fmt: skip


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    speech = speech_like(1.5, RATE)
    for suffix, form in SOUNDFILE.items():
        write_sound(
            folder / f"a.{suffix}",
            speech,
            RATE,
            format=form,
            subtype="VORBIS" if form == "OGG" else "PCM_16",
        )
    for suffix, (codec, container) in CODED.items():
        write_coded(folder / f"a.{suffix}", speech, RATE, codec, container)
    return folder


def damaged(content: bytes, draw: random.Random) -> bytes:
    """The first part of a file, or all of it with up to five bytes changed."""
    if draw.random() < 0.4:
        return content[: draw.randrange(len(content))]
    changed = bytearray(content)
    for _ in range(draw.randint(1, 5)):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def length_by_ffmpeg(path) -> int:
    """Samples of the first sound track; 0 where FFmpeg decodes none."""
    done = subprocess.run(
        ["ffmpeg", "-v", "quiet", "-i", str(path), "-map", "0:a:0", "-ac", "1", "-f", "s16le", "-"],
        capture_output=True, check=False,
    )  # fmt: skip
    return len(done.stdout) // 2


@pytest.mark.parametrize("suffix", [*SOUNDFILE, *CODED])
def test_damage_is_read_as_ffmpeg_reads_it_or_said(sounds, tmp_path, suffix):
    whole = (sounds / f"a.{suffix}").read_bytes()
    length = take_in(sounds / f"a.{suffix}", tmp_path).samples
    for seed in range(times(CASES)):
        path = tmp_path / f"{seed}.{suffix}"
        path.write_bytes(damaged(whole, random.Random(f"{suffix} {seed}")))
        try:
            with counted(f"recordings: {suffix}", seed):
                taken = take_in(path, tmp_path / "cache")
        except UnreadableAudio:
            continue
        if taken.samples == length:
            continue
        # Of a CAF that is cut off, libsndfile reads up to four samples less than FFmpeg.
        missing = length_by_ffmpeg(path) - taken.samples
        assert taken.notes or 0 <= missing <= (4 if suffix == "caf" else 0), (
            seed,
            taken.samples,
            length,
        )
