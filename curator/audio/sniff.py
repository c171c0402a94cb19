"""What a file is, by its first bytes; its name says nothing.

Only containers named here are ever handed to FFmpeg, and always by name: its own guessing would
also accept playlists (HLS, DASH, concat), which make it open other files and addresses.
"""

from dataclasses import dataclass
from itertools import pairwise

HEAD_BYTES = 65_536
"""How much of a file is looked at. An MPEG stream cut in mid-frame resumes within a few kB."""


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file.

    name: for people. demuxer: FFmpeg's name for it, or "" when only libsndfile reads it.
    soundfile: whether libsndfile is tried first.
    """

    name: str
    demuxer: str
    soundfile: bool


UNKNOWN = Container("sound", "", soundfile=True)
"""None of ours; libsndfile knows some more by their content."""

_RIFF = {
    b"WAVE": Container("wav", "wav", soundfile=True),
    b"AVI ": Container("avi", "avi", soundfile=False),
}
_MP4 = Container("mp4", "mov", soundfile=False)
_AAC = Container("aac", "aac", soundfile=False)
_AIFF = Container("aiff", "aiff", soundfile=True)
# libsndfile reads these too, but jumps exactly in none of them, prints what it does not like about
# an mp3 on stderr, and takes 1.5 times as long for Vorbis and 2.6 times for Opus.
_MP3 = Container("mp3", "mp3", soundfile=False)
_OGG = Container("ogg", "ogg", soundfile=False)
_OPUS = Container("opus", "ogg", soundfile=False)

_STARTS = (
    (b"RF64", Container("rf64", "wav", soundfile=True)),
    (b"BW64", Container("bw64", "wav", soundfile=True)),
    (b"riff\x2e\x91\xcf\x11", Container("w64", "w64", soundfile=True)),
    (b"fLaC", Container("flac", "flac", soundfile=True)),
    (b"caff", Container("caf", "caf", soundfile=True)),
    (b".snd", Container("au", "au", soundfile=True)),
    (b"0&\xb2u\x8ef\xcf\x11", Container("wma", "asf", soundfile=False)),
    (b"FLV\x01", Container("flv", "flv", soundfile=False)),
    (b"#!AMR", Container("amr", "amr", soundfile=False)),
    (b"wvpk", Container("wavpack", "wv", soundfile=False)),
    (b"MAC ", Container("ape", "ape", soundfile=False)),
    (b"TTA1", Container("tta", "tta", soundfile=False)),
    (b"\x00\x00\x01\xba", Container("mpeg", "mpeg", soundfile=False)),
)
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")
_TS_PACKET = 188
_PLAYLISTS = (b"#extm3u", b"[playlist]", b"ffconcat", b"<asx", b"<smil", b"<mpd")


def sniff(head: bytes) -> Container | str:
    """Container of a file by its first bytes, or the reason why it cannot be audio."""
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return _AIFF
    for start, container in _STARTS:
        if head.startswith(start):
            return container
    if head[4:8] in _MP4_BOXES:
        return _MP4
    if head[:4] == b"\x1a\x45\xdf\xa3":
        name = "webm" if b"webm" in head[:64] else "mkv"
        return Container(name, "matroska", soundfile=False)
    if head[:4] == b"OggS":
        return _OPUS if b"OpusHead" in head[:128] else _OGG
    if head[:3] == b"ID3":
        return _AAC if _adts(head[id3_bytes(head) :]) else _MP3
    if len(head) > _TS_PACKET and head[0] == head[_TS_PACKET] == 0x47:
        return Container("mpegts", "mpegts", soundfile=False)
    if _adts(head):
        return _AAC
    if why := _not_sound(head):
        return why
    return _MP3 if _mpeg_frames(head) else UNKNOWN


def id3_bytes(head: bytes) -> int:
    """Length of an ID3v2 tag with its header, seven bits a byte; 0 without one."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    a, b, c, d = head[6:10]
    return 10 + (a << 21 | b << 14 | c << 7 | d)


def _adts(head: bytes) -> bool:
    """Whether raw AAC frames follow one another here."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return False
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    following = head[length : length + 2]
    return length > 7 and (not following or following == head[:2])


def _not_sound(head: bytes) -> str:
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_PLAYLISTS) or (start.startswith(b"<?xml") and b"<mpd" in start):
        return "it is a playlist, which only names sound that is elsewhere"
    if head.startswith(b"PK\x03\x04"):
        return "it is a zip archive, not sound"
    if not any(head):
        return "it holds nothing but zero bytes"
    if b"\0" not in head and _is_text(head):
        return "it is a text file, not sound"
    return ""


def _is_text(head: bytes) -> bool:
    try:
        head[:4096].decode("utf-8")
    except UnicodeDecodeError as error:
        # A letter cut in two at the end of what was read is still text.
        return error.start >= min(len(head), 4096) - 4
    return True


# kbit/s of MPEG layer 3 by the header's index; index 0 is free format, 15 is forbidden.
_BITRATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = (44_100, 48_000, 32_000)
_FRAMES_IN_A_ROW = 4
"""Fewer happen by chance in other binary files."""


def _frame_bytes(header: bytes) -> int:
    """Length of the MPEG layer 3 frame with this 4-byte header, 0 if it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version = header[1] >> 3 & 3  # 0: MPEG 2.5, 1: forbidden, 2: MPEG 2, 3: MPEG 1
    bitrate, rate = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return 0
    kbits = _BITRATES[1 if version == 3 else 2][bitrate]
    hz = _RATES[rate] >> (0, 0, 1, 0)[version] >> (2 if version == 0 else 0)
    return (144_000 if version == 3 else 72_000) * kbits // hz + (header[2] >> 1 & 1)


def _mpeg_frames(head: bytes) -> bool:
    """Whether MPEG layer 3 frames follow one another somewhere, whatever stands before them."""
    at = head.find(b"\xff")
    while 0 <= at < len(head) - 4:
        starts = [at]
        for _ in range(_FRAMES_IN_A_ROW):
            length = _frame_bytes(head[starts[-1] : starts[-1] + 4])
            if not length:
                break
            starts.append(starts[-1] + length)
        ended = starts[-1] + 4 > len(head)
        if len(starts) > _FRAMES_IN_A_ROW or (ended and len(starts) > 2):
            return all(a < b for a, b in pairwise(starts))
        at = head.find(b"\xff", at + 1)
    return False
