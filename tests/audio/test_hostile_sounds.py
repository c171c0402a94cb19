"""Files of sound and their descriptions that would be read for hours, or fit no recording."""

import json
import os
import struct

import pytest

from curator.audio.decode import open_sound
from curator.audio.derived import derived_path, derived_recording
from curator.audio.intake import content_hash, rebuild_cache, take_in
from curator.domain.errors import MissingSource, UnreadableAudio
from curator.domain.recording import MOST_CHANNELS, MOST_PARTS, Decoding, Recording
from curator.export.sources import source_fault
from tests.helpers.sounds import tone, write_sound

RATE = 16_000


def recorded(path, cache, **changes) -> Recording:
    taken = take_in(path, cache)
    values = {name: getattr(taken, name) for name in ("path", "content_hash", "size", "mtime_ns")}
    return Recording(1, rate=taken.rate, channels=1, samples=taken.samples, container="wav",
                     **values | changes)  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="no holes")
def test_a_file_that_is_mostly_a_hole_is_not_read(tmp_path):
    path = write_sound(tmp_path / "a.wav", tone(0.5))
    known = recorded(path, tmp_path / "cache", size=1 << 40)
    os.truncate(path, 1 << 40)
    for read in (content_hash, open_sound, lambda path: take_in(path, tmp_path / "cache")):
        with pytest.raises(UnreadableAudio, match="1100 GB of it are not stored"):
            read(path)
    fault = source_fault(known, thorough=True)
    assert fault is not None
    assert "1100 GB of it are not stored" in fault.sentence


def page(flags: int) -> bytes:
    return b"OggS" + struct.pack("<BBqIIIB", 0, flags, 0, 1, 0, 0, 0)


def test_thousands_of_streams_in_a_file_are_not_opened_one_by_one(tmp_path):
    path = write_sound(tmp_path / "a.ogg", tone(0.5), format="OGG", subtype="VORBIS")
    whole = path.read_bytes()
    path.write_bytes(whole + (page(2) + page(0)) * 30)
    notes = take_in(path, tmp_path / "cache").notes
    assert notes[-1] == "25 more files in it were left out"
    assert len(notes) < 10
    path.write_bytes(whole + (page(2) + page(0)) * (MOST_PARTS + 1))
    with pytest.raises(UnreadableAudio, match="more than 2,000 streams"):
        take_in(path, tmp_path / "cache")


GOOD = {"track": 1, "channel": 0, "gain": 0.5, "gaps": [[0, 5], [9, 1]], "parts": [7, 9]}
BAD = [
    {"track": -1}, {"track": "x"}, {"track": 1.5}, {"channel": -7}, {"channel": 10**12},
    {"channel": True}, {"gain": 0}, {"gain": -1}, {"gain": 1e308}, {"gain": "x"}, {"gain": None},
    {"gaps": [[5, 0]]}, {"gaps": [[5, -1]]}, {"gaps": [[5, 1], [5, 1]]}, {"gaps": [[-1, 1]]},
    {"parts": [0]}, {"parts": [5, 3]}, {"parts": [-5]}, {"parts": list(range(1, MOST_PARTS + 2))},
    {"gain": float("nan")}, {"gain": float("inf")}, {"gaps": 5}, {"other": 1},
]  # fmt: skip


def test_a_description_of_how_to_read_a_file_is_checked():
    decoding = Decoding.from_json(json.dumps(GOOD))
    assert Decoding.from_json(decoding.to_json()) == decoding
    assert Decoding.from_json("{}") == Decoding()
    for values in BAD:
        with pytest.raises((ValueError, TypeError)):
            Decoding.from_json(json.dumps(GOOD | values))


def test_a_channel_that_the_file_has_not_is_a_sentence(tmp_path):
    path = write_sound(tmp_path / "a.wav", tone(0.5))
    for channel in (1, MOST_CHANNELS - 1):
        known = recorded(path, tmp_path / "cache", decoding=Decoding(channel=channel))
        with pytest.raises(MissingSource, match=f"it has no channel {channel + 1}"):
            rebuild_cache(known, tmp_path / "cache")


@pytest.mark.parametrize("rate", [0, -5, "x", 1.5, None, 10**12])
def test_derived_sound_of_an_impossible_rate_is_made_again(tmp_path, rate):
    cache, key = tmp_path / "cache", "c" * 64
    known = recorded(write_sound(tmp_path / "a.wav", tone(0.5)), cache)
    path = derived_path(cache, known.cache_key, key)
    path.write_bytes(b"x" * 100)
    state = path.stat()
    about = {
        "source": known.cache_key, "key": key, "sha256": "0" * 64, "size": state.st_size,
        "mtime_ns": state.st_mtime_ns, "rate": RATE, "samples": 10, "gain": 1.0,
    }  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(about))
    assert derived_recording(known, cache, key) is not None
    path.with_suffix(".json").write_text(json.dumps(about | {"rate": rate}))
    assert derived_recording(known, cache, key) is None
