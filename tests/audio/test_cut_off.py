"""Containers whose end is missing: noted wherever they claim more, and never on a whole file."""

import shutil
import subprocess
from pathlib import Path

import pytest

from curator.audio.byte_view import FileRange
from curator.audio.cut_off import is_cut_off
from curator.audio.intake import take_in
from tests.helpers.sounds import speech_like, write_coded

pytestmark = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs the ffmpeg program")

RATE = 48_000
SECONDS = 3.0
ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
ASF_DATA = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
NOTE = "it is cut off: its container claims more than is there"

FAST = ("-movflags", "+faststart")
FORMS = {
    "mp4": ("mp4", "aac", FAST),
    "mp4 with its index at the end": ("mp4", "aac", ()),
    "m4a": ("m4a", "aac", FAST),
    "mov of 16 bit": ("mov", "pcm_s16le", FAST),
    "mp4 of fragments": ("mp4", "aac", ("-movflags", "+frag_keyframe+empty_moov+default_base_moof",
                                       "-frag_duration", "500000")),
    "mp4 of alac": ("m4a", "alac", FAST),
    "mp4 of opus": ("mp4", "libopus", FAST),
    "3gp": ("3gp", "aac", FAST),
    "mkv": ("mkv", "libopus", ()),
    "mkv of 16 bit": ("mkv", "pcm_s16le", ()),
    "mkv of flac": ("mka", "flac", ()),
    "webm": ("webm", "libopus", ()),
    "webm of vorbis": ("webm", "libvorbis", ()),
    "live webm": ("webm", "libopus", ("-live", "1")),
    "live mkv in clusters of 0.2 s": ("mkv", "aac", ("-live", "1", "-cluster_time_limit", "200")),
    "avi": ("avi", "mp3", ()),
    "wma": ("wma", "wmav2", ()),
    "flv": ("flv", "mp3", ("-ar", "44100")),
    "mp4 of indexed fragments": ("mp4", "aac", ("-movflags", "+frag_keyframe+empty_moov+dash"
                                               "+global_sidx", "-frag_duration", "500000")),
}  # fmt: skip
"""(extension, codec, options) of FFmpeg."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, Path]:
    """A file of each form with three seconds of sound."""
    folder = tmp_path_factory.mktemp("whole")
    source = write_coded(folder / "a.mka", speech_like(SECONDS, RATE), RATE, "flac", "matroska")
    files = {}
    for number, (name, (suffix, codec, options)) in enumerate(FORMS.items()):
        files[name] = folder / f"{number}.{suffix}"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", source, "-c:a", codec, *options, files[name]],
            check=True,
        )
    return files


def demuxer(path: Path) -> str:
    by_suffix = {"mkv": "matroska", "mka": "matroska", "webm": "matroska", "wma": "asf"}
    return by_suffix.get(
        path.suffix[1:], path.suffix[1:] if path.suffix in (".avi", ".flv") else "mov"
    )


@pytest.mark.parametrize("name", FORMS)
def test_a_whole_file_is_never_called_cut_off(whole, tmp_path, name):
    assert take_in(whole[name], tmp_path / "cache").notes == ()
    padded = tmp_path / "padded"
    for after in (bytes(4096), b"TAG" + bytes(125), b"\x00\x01", b"free"):
        padded.write_bytes(whole[name].read_bytes() + after)
        assert not is_cut_off(FileRange(padded), demuxer(whole[name]))


@pytest.mark.parametrize("name", [name for name in FORMS if "at the end" not in name])
@pytest.mark.parametrize("kept", [0.5, 0.8, 0.9, 0.95, 0.99, "all but a byte"])
def test_a_missing_end_is_noted_once(whole, tmp_path, name, kept):
    content = whole[name].read_bytes()
    content = content[: content.rfind(b"mfra") - 4] if b"mfra" in content else content
    length = len(content) - 1 if isinstance(kept, str) else round(kept * len(content))
    path = tmp_path / f"cut{whole[name].suffix}"
    path.write_bytes(content[:length])
    intake = take_in(path, tmp_path / "cache")
    about = [note for note in intake.notes if "cut off" in note or "ends early" in note]
    assert len(about) == 1, intake.notes


def test_a_fragment_without_the_end_of_its_index_does_not_cost_the_file(whole, tmp_path):
    """FFmpeg refuses such a file as a whole; all fragments before are read."""
    content = whole["mp4 of fragments"].read_bytes()
    path, before = tmp_path / "cut.mp4", tmp_path / "before.mp4"
    last = content.rfind(b"moof") - 4
    before.write_bytes(content[:last])
    samples = take_in(before, tmp_path / "cache").samples
    assert samples > (SECONDS - 1.5) * RATE
    for more in (1, 4, 8, 20, 100, 150):
        path.write_bytes(content[: last + more])
        intake = take_in(path, tmp_path / "cache")
        assert intake.samples == samples
        assert (NOTE in intake.notes) == (more >= 8)  # less is not known to be a box


def test_a_cut_is_found_where_the_length_in_seconds_hides_it(whole, tmp_path):
    for name in ("mp4", "mkv", "webm", "live webm"):
        content = whole[name].read_bytes()
        path = tmp_path / f"cut{whole[name].suffix}"
        path.write_bytes(content[: -len(content) // 10])  # 0.3 s
        assert take_in(path, tmp_path / "cache").notes[-1] == NOTE


@pytest.mark.parametrize(
    ("name", "boundary"), [("mp4 of indexed fragments", b"moof"), ("flv", None), ("wma", None)]
)
def test_a_cut_exactly_between_two_parts_is_noted_by_the_stated_size(
    whole, tmp_path, name, boundary
):
    content = whole[name].read_bytes()
    if boundary:
        length = content.rfind(boundary) - 4
    elif name == "flv":
        length = len(content) - 4 - int.from_bytes(content[-4:])  # before the last tag
    else:
        packet = int.from_bytes(content[content.find(ASF_PROPERTIES) + 92 :][:4], "little")
        length = content.find(ASF_DATA) + 50
        length += (len(content) - length) // packet * packet - packet
    path = tmp_path / f"cut{whole[name].suffix}"
    path.write_bytes(content[:length])
    assert is_cut_off(FileRange(path), demuxer(path))
    notes = take_in(path, tmp_path / "cache").notes
    assert len([note for note in notes if "cut off" in note or "ends early" in note]) == 1


@pytest.mark.parametrize("name", ["flv", "wma", "mp4 of indexed fragments"])
def test_damaged_sizes_are_read_without_an_error(whole, tmp_path, name):
    content = whole[name].read_bytes()
    path = tmp_path / "damaged"
    for at in range(0, 1200, 7):
        for filler in (b"\xff" * 8, bytes(8), b"\x7f\xf0" + bytes(6)):
            path.write_bytes(content[:at] + filler + content[at + 8 :])
            is_cut_off(FileRange(path), demuxer(whole[name]))


@pytest.mark.parametrize("name", ["flv", "wma"])
def test_a_live_writer_that_leaves_the_size_open_is_believed(whole, tmp_path, name):
    content = bytearray(whole[name].read_bytes())
    if name == "flv":
        at = content.find(b"filesize") + 9
        content[at : at + 8] = bytes(8)
    else:
        content[content.find(ASF_PROPERTIES) + 88] |= 1
    path = tmp_path / f"live{whole[name].suffix}"
    path.write_bytes(content[:-100])
    assert not is_cut_off(FileRange(path), demuxer(path))
