"""Any file people own becomes the same mono samples, or a one-line reason."""

import contextlib
import errno
import http.server
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from curator.audio.decode import blocks, probe
from curator.audio.encode import to_int16
from curator.audio.sniff import Container, sniff
from curator.domain.errors import UnreadableAudio
from tests.helpers.sounds import (
    ODD_NAMES,
    clipped,
    cut_off,
    noise,
    one_sample,
    silence,
    speech_like,
    tone,
    with_broken_values,
    write_bad_files,
    write_coded,
    write_sound,
    write_wav_claiming,
)


def decoded(path: Path) -> np.ndarray:
    return np.concatenate(list(blocks(path)))


@pytest.mark.parametrize(
    ("subtype", "steps"),
    [
        ("PCM_U8", 1 / 128),
        ("PCM_16", 1 / 32768),
        ("PCM_24", 1 / 8388608),
        ("PCM_32", 1e-7),
        ("FLOAT", 1e-7),
        ("DOUBLE", 1e-7),
        ("ULAW", 0.02),
        ("ALAW", 0.02),
    ],
)
def test_every_wav_coding_gives_the_samples_that_were_written(tmp_path, subtype, steps):
    sound = speech_like(1)
    path = write_sound(tmp_path / "a.wav", sound, subtype=subtype)
    found = decoded(path)
    assert found.size == sound.size
    assert np.abs(found - sound).max() <= steps


@pytest.mark.parametrize("container", ["AIFF", "AU", "CAF", "FLAC", "NIST", "RF64", "VOC", "W64"])
def test_lossless_containers_give_the_same_samples_as_wav(tmp_path, container):
    sound = to_int16(speech_like(1, rate=16_000))
    path = write_sound(tmp_path / "a.sound", sound, 16_000, format=container, subtype="PCM_16")
    np.testing.assert_array_equal(decoded(path), sound / np.float32(32768))


@pytest.mark.parametrize("rate", [8_000, 11_025, 37_800, 44_100, 192_000])
def test_any_rate_is_kept(tmp_path, rate):
    path = write_sound(tmp_path / "a.wav", tone(0.3, rate=rate), rate)
    assert (probe(path).rate, probe(path).samples) == (rate, round(0.3 * rate))


@pytest.mark.parametrize("channels", [1, 2, 3, 8, 32])
def test_channels_are_averaged(tmp_path, channels):
    each = np.stack([tone(0.2, hz=100 * (1 + index)) for index in range(channels)], axis=1)
    path = write_sound(tmp_path / "a.wav", each, subtype="FLOAT")
    assert probe(path).channels == channels
    assert np.abs(decoded(path) - each.mean(axis=1)).max() < 1e-6


def test_the_block_length_does_not_change_a_single_sample(tmp_path):
    each = np.stack([speech_like(2, seed=seed) for seed in range(3)], axis=1)
    path = write_sound(tmp_path / "a.flac", each)
    parts = list(blocks(path, seconds=0.0317))
    assert {part.size for part in parts[:-1]} == {round(0.0317 * 22_050)}
    np.testing.assert_array_equal(np.concatenate(parts), decoded(path))


@pytest.mark.parametrize(
    ("codec", "container", "rate"),
    [
        ("aac", "ipod", 44_100),
        ("aac", "mp4", 22_050),
        ("aac", "adts", 44_100),
        ("aac", "matroska", 44_100),
        ("aac", "mpegts", 44_100),
        ("aac", "flv", 44_100),
        ("mp2", "avi", 44_100),
        ("libopus", "opus", 48_000),
        ("libopus", "webm", 48_000),
        ("libmp3lame", "mp3", 44_100),
        ("wavpack", "wv", 44_100),
    ],
)
def test_coded_sound_is_found_whatever_the_file_is_called(tmp_path, codec, container, rate):
    sound = speech_like(2, rate=rate)
    path = write_coded(tmp_path / "called.wav", sound, rate, codec, container)
    found = decoded(path)
    assert probe(path).rate == rate
    assert probe(path).samples == found.size
    # Some containers do not say how much a coder put before and after: at most 3 packets.
    assert sound.size <= found.size <= sound.size + 3 * 1152
    near = np.correlate(found[: rate // 2 + 3456], sound[: rate // 2], "valid")
    energy = np.sum(np.square(sound[: rate // 2]))
    assert near.max() > 0.9 * energy


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
@pytest.mark.parametrize("container", ["matroska", "webm", "opus"])
def test_the_start_of_opus_is_skipped_whatever_rate_the_file_states(tmp_path, container, rate):
    path = write_coded(tmp_path / "a", speech_like(2, rate=rate), rate, "libopus", container)
    assert probe(path).samples == 96_000


def test_sound_comes_out_of_a_film(tmp_path):
    sound = speech_like(1, rate=44_100)
    path = write_coded(tmp_path / "a.mp4", sound, 44_100, "aac", "mp4", video=True)
    assert abs(probe(path).samples - sound.size) < 1152


@pytest.mark.parametrize("channels", [7, 8, 12])
def test_many_channels_of_coded_sound_are_averaged(tmp_path, channels):
    each = np.stack([tone(1, hz=100 * (1 + index)) for index in range(channels)], axis=1)
    path = write_sound(tmp_path / "a.ogg", each)
    assert probe(path).channels == channels
    middle = slice(500, 21_000)
    assert np.abs(decoded(path)[middle] - each.mean(axis=1)[middle]).max() < 0.02


def test_mp3_starts_and_ends_where_the_sound_did(tmp_path):
    sound = tone(1, rate=44_100)
    path = write_coded(tmp_path / "a.mp3", sound, 44_100, "libmp3lame", "mp3")
    found = decoded(path)
    assert found.size == sound.size
    assert np.abs(found[5000:-5000] - sound[5000:-5000]).max() < 0.02


def test_mp3_that_starts_in_the_middle_of_a_frame_is_still_mp3(tmp_path):
    path = write_coded(tmp_path / "a.mp3", speech_like(1), 44_100, "libmp3lame", "mp3")
    data = path.read_bytes()
    path.write_bytes(b"\x12\x34\x56" * 100 + data[700:])
    assert probe(path).samples > 15_000


def test_not_a_number_and_infinity_become_silence(tmp_path):
    sound = with_broken_values(tone(0.1), [5, 6, 700])
    found = decoded(write_sound(tmp_path / "a.wav", sound, subtype="FLOAT"))
    assert np.isfinite(found).all()
    assert not found[[5, 6, 700]].any()
    np.testing.assert_array_equal(np.delete(found, [5, 6, 700]), np.delete(sound, [5, 6, 700]))


def test_a_broken_channel_does_not_silence_the_other(tmp_path):
    both = np.stack([with_broken_values(tone(0.1), [9]), tone(0.1)], axis=1)
    found = decoded(write_sound(tmp_path / "a.wav", both, subtype="FLOAT"))
    assert found[9] == pytest.approx(tone(0.1)[9] / 2)


@pytest.mark.parametrize("sound", [one_sample(), silence(0.1), clipped(tone(0.1)), noise(0.1)])
def test_odd_sounds_are_sounds(tmp_path, sound):
    assert probe(write_sound(tmp_path / "a.wav", sound)).samples == sound.size


# Headers that lie ------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", [0xFFFFFFFF, 0x7FFFFFF0, 44_100 * 2 * 3600])
def test_a_wav_that_claims_more_than_it_holds_has_what_it_holds(tmp_path, claim):
    path = write_wav_claiming(tmp_path / "a.wav", np.arange(1000, dtype=np.int16), claim)
    assert probe(path).samples == 1000
    np.testing.assert_array_equal(decoded(path), np.arange(1000) / np.float32(32768))


@pytest.mark.parametrize("container", ["flac", "mp3", "ogg"])
def test_half_a_file_gives_about_half_its_sound(tmp_path, container):
    rate = 44_100
    whole = write_sound(tmp_path / f"a.{container}", speech_like(4, rate=rate), rate)
    half = cut_off(tmp_path / f"b.{container}", whole, 0.5)
    found = decoded(half)
    assert 0.25 < found.size / (4 * rate) < 0.75
    assert probe(half).samples == found.size
    np.testing.assert_allclose(found, decoded(whole)[: found.size], atol=1e-6)


def test_half_a_film_gives_about_half_its_sound(tmp_path):
    sound = speech_like(4, rate=44_100)
    whole = write_coded(tmp_path / "a.mkv", sound, 44_100, "aac", "matroska")
    found = decoded(cut_off(tmp_path / "b.mkv", whole, 0.5))
    assert 0.25 < found.size / sound.size < 0.75


def test_an_absurd_rate_is_refused(tmp_path):
    path = write_wav_claiming(tmp_path / "a.wav", np.zeros(9, np.int16), 18, rate=1_000_000_000)
    with pytest.raises(UnreadableAudio, match=r"a\.wav: .*1000000000 samples a second"):
        probe(path)


# Files that are not sound ----------------------------------------------------------------------

REASONS = {
    "empty": "it is empty",
    "text": "it is a text file",
    "header cut off": "it cannot be read as wav",
    "zero-length data": "it holds no samples",
    "zeros": "nothing but zero bytes",
    "random bytes": "not a kind of sound file",
    "playlist": "it is a playlist",
    "silent film": "it has video but no sound",
    "film cut off": "no track in it can be read",
    "folder": "it is a folder",
    "missing": "there is no such file",
}


@pytest.mark.parametrize("fault", REASONS)
def test_what_is_not_sound_is_refused_in_one_line_with_its_name(tmp_path, fault):
    path = write_bad_files(tmp_path / "bad")[fault]
    with pytest.raises(UnreadableAudio) as refused:
        probe(path)
    line = str(refused.value)
    assert line.startswith(f"{path.name}: ")
    assert REASONS[fault] in line
    assert "\n" not in line


def test_raw_bytes_called_vox_or_gsm_are_not_taken_for_sound(tmp_path):
    for name in ("a.vox", "a.gsm", "a.raw"):
        (tmp_path / name).write_bytes(np.random.default_rng(1).bytes(9000))
        with pytest.raises(UnreadableAudio, match="not a kind of sound file"):
            probe(tmp_path / name)


def test_a_device_is_not_opened():
    with pytest.raises(UnreadableAudio, match="not a file but a device"):
        probe(Path("/dev/zero"))


def test_a_disk_that_fails_in_the_middle_is_the_reason(tmp_path, monkeypatch):
    path = write_coded(tmp_path / "a.m4a", speech_like(9), 44_100, "aac", "ipod", quick_start=True)

    class Failing(io.FileIO):
        def read(self, size=-1):
            if self.tell() > 30_000:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return super().read(size)

    monkeypatch.setattr("curator.audio.byte_view.open_regular", Failing)
    with pytest.raises(UnreadableAudio, match=r"a\.m4a: it cannot be read \(Input/output error\)"):
        decoded(path)


@pytest.mark.skipif(sys.platform != "linux", reason="needs another user to fail to read as")
def test_without_permission_files_and_folders_are_refused_with_the_reason(tmp_path):
    write_sound(tmp_path / "a.wav", tone(0.1)).chmod(0)
    (tmp_path / "folder").mkdir(mode=0)
    program = (
        "import os, sys; from pathlib import Path\n"
        "from curator.audio.decode import probe\n"
        "from curator.audio.intake import files_below\n"
        "from curator.domain.errors import UnreadableAudio\n"
        "here = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECTORY)\n"
        "if os.geteuid() == 0: os.setuid(65534)\n"  # root reads everything
        "os.fchdir(here)\n"
        "for path in files_below([Path('a.wav'), Path('folder'), Path('folder/b.wav')]):\n"
        "    try: probe(path)\n"
        "    except UnreadableAudio as error: print(error)\n"
    )
    tmp_path.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "a.wav: it cannot be opened (Permission denied).",
        "folder: it is a folder that cannot be listed (Permission denied).",
        "b.wav: it cannot be looked at (Permission denied).",
    ]


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_odd_names_are_just_names(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    if isinstance(name, bytes):
        name = name.decode("utf-8", "surrogateescape")
    path = Path(name)  # relative: a leading dash or a colon would come first
    write_sound(path, tone(0.1), format="WAV")
    assert probe(path).samples == 2205
    coded = write_coded(tmp_path / "coded", tone(0.1, rate=44_100), 44_100, "aac", "ipod")
    coded.replace(path)
    assert probe(path).samples >= 4410


def test_a_dash_is_not_standard_input(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_sound(Path("-"), tone(0.1), format="WAV")
    assert probe(Path("-")).samples == 2205


# Hostile files ---------------------------------------------------------------------------------

PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}\n#EXT-X-ENDLIST\n",
    "hls after a tag": "ID3\x03\0\0\0\0\0\0#EXTM3U\n#EXTINF:9,\n{address}\n",
    "dash": (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet'
        ' mimeType="audio/mp4"><Representation id="1"><BaseURL>{address}</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>"
    ),
    "concat": "ffconcat version 1.0\nfile {address}\n",
}


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("suffix", ["mp3", "mp4", "m3u8"])
def test_playlists_reach_neither_the_network_nor_other_files(tmp_path, kind, suffix):
    asked = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

    with http.server.HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/secret.mp3"
        path = tmp_path / f"list.{suffix}"
        path.write_text(PLAYLISTS[kind].format(address=address))
        with pytest.raises(UnreadableAudio):
            probe(path)
        secret = write_sound(tmp_path / "secret.wav", tone(0.1))
        path.write_text(PLAYLISTS[kind].format(address=secret))
        with pytest.raises(UnreadableAudio):
            probe(path)
        server.shutdown()
    assert asked == []


def test_damaged_files_give_neither_a_traceback_nor_a_word_on_stderr(tmp_path, capfd):
    rng = np.random.default_rng(0)
    makers = {
        "wav": write_sound(tmp_path / "a.wav", speech_like(0.5)),
        "flac": write_sound(tmp_path / "a.flac", speech_like(0.5)),
        "mp3": write_sound(tmp_path / "a.mp3", speech_like(0.5)),
        "m4a": write_coded(tmp_path / "a.m4a", speech_like(0.5), 44_100, "aac", "ipod"),
        "webm": write_coded(tmp_path / "a.webm", speech_like(0.5), 48_000, "libopus", "webm"),
        "ogg": write_sound(tmp_path / "a.ogg", speech_like(0.5)),
    }
    path = tmp_path / "damaged"
    for whole in makers.values():
        for time in range(25):
            data = bytearray(whole.read_bytes())
            for at in rng.integers(0, 300 if time % 2 else len(data), 8):
                data[at] = rng.integers(256)
            path.write_bytes(data)
            with contextlib.suppress(UnreadableAudio):
                for block in blocks(path):
                    assert np.isfinite(block).all()

    assert capfd.readouterr() == ("", "")


def test_damaged_mp3_prints_nothing(tmp_path, capfd):
    whole = write_sound(tmp_path / "a.mp3", speech_like(2))
    data = bytearray(whole.read_bytes())
    data[3000:3400] = b"\xff" * 400
    whole.write_bytes(data)
    decoded(whole)
    assert capfd.readouterr() == ("", "")


def test_containers_are_told_by_content():
    assert isinstance(sniff(b"fLaC" + bytes(100)), Container)
    assert sniff(b"PK\x03\x04" + bytes(100)) == "it is a zip archive, not sound"
    assert sniff("Über".encode() * 2000) == "it is a text file, not sound"
