"""Made-up pieces of music as MIDI, played by FluidSynth's instruments where it is installed.

FluidSynth and its sounds (Debian: fluidsynth, timgm6mb-soundfont) are needed to learn the rule for
music anew and to measure it on instruments, and for nothing else.
"""

import random
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import soundfile

from curator.audio.waveform import Samples

SOUNDS = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
RATE = 16_000
TICKS = 480  # a beat
MAJOR = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (9, 12, 16))
MINOR = ((0, 3, 7), (5, 8, 12), (7, 10, 14), (8, 12, 15))
PROGRAMS = {  # General MIDI
    "piano": (0, 1, 4),
    "pad": (88, 89, 91, 95),
    "band": (24, 25, 27, 30),
    "strings": (48, 49, 40, 42),
    "choir": (52, 53, 54),
    "guitar": (24, 25, 26, 29),
    "drums": (0,),
    "lead": (73, 65, 56, 80, 22),
    "organ": (16, 19),
}
STRUCK = {"piano", "guitar", "band"}
HELD = {"pad", "strings", "choir", "organ"}
Event = tuple[int, bytes]


def can_play() -> bool:
    """Whether the instruments are here."""
    return shutil.which("fluidsynth") is not None and SOUNDS.is_file()


def play(folder: Path, seed: int, seconds: float = 20.0) -> tuple[str, Samples]:
    """The style and the sound of a piece, 16 kHz mono."""
    style, content = piece(seed, seconds)
    score, wave = folder / f"{seed}.mid", folder / f"{seed}.wav"
    score.write_bytes(content)
    command = ["fluidsynth", "-ni", "-r", str(RATE), "-g", "0.6", "-F", wave, SOUNDS, score]
    subprocess.run(command, check=True, capture_output=True)
    sound, _ = soundfile.read(wave, dtype="float32", always_2d=True)
    return style, np.asarray(sound.mean(axis=1)[: round(seconds * RATE)], np.float32)


def piece(seed: int, seconds: float) -> tuple[str, bytes]:
    """A style, and a MIDI file in it: chords, and by the style a bass, a melody and drums."""
    rng = random.Random(seed)
    tempo = rng.choice((70, 90, 110, 130))
    root = 48 + rng.randrange(12)
    chords = MINOR if rng.random() < 0.5 else MAJOR
    style = rng.choice(list(PROGRAMS))
    events: list[Event] = [
        (0, bytes([0xC0, rng.choice(PROGRAMS[style])])),
        (0, bytes([0xC1, rng.choice((32, 33, 35, 38))])),
        (0, bytes([0xC2, rng.choice((73, 52, 53, 65, 0, 11))])),
    ]
    chord = chords[0]
    for beat in range(int(seconds * tempo / 60) + 4):
        if beat % rng.choice((2, 4)) == 0:
            chord = rng.choice(chords)
        events += _beat(rng, style, beat, root, chord)
    return style, _file(events, tempo)


def _beat(
    rng: random.Random, style: str, beat: int, root: int, chord: tuple[int, ...]
) -> list[Event]:
    at, made = beat * TICKS, []
    if style in STRUCK:
        together = rng.random() < 0.5
        for place, tone in enumerate(chord):
            later = 0 if together else place * TICKS // 3
            made += _note(0, root + tone, at + later, TICKS if together else TICKS // 2, 80)
    elif style in HELD and beat % 2 == 0:
        for tone in chord:
            made += _note(0, root + tone, at, 2 * TICKS - 10, 85)
    if style in ("band", "pad", "lead"):
        made += _note(1, root - 12 + chord[0], at, TICKS - 10, 90)
    if style in ("band", "drums", "lead"):
        made += _note(9, 36 if beat % 2 == 0 else 38, at, 60, 110)
        made += _note(9, 42, at, 60, 80) + _note(9, 42, at + TICKS // 2, 60, 70)
    if style in ("lead", "choir", "band", "piano") and rng.random() < 0.8:
        for half in range(rng.choice((1, 2))):
            tone = root + 12 + rng.choice(chord) + rng.choice((0, 0, 12))
            made += _note(2, tone, at + half * TICKS // 2, TICKS // 2, 95)
    return made


def _note(channel: int, key: int, at: int, ticks: int, loud: int) -> list[Event]:
    return [
        (at, bytes([0x90 | channel, key, loud])),
        (at + ticks, bytes([0x80 | channel, key, 0])),
    ]


def _file(events: list[Event], tempo: int) -> bytes:
    body = b"\0\xff\x51\x03" + struct.pack(">I", round(6e7 / tempo))[1:]
    last = 0
    for at, event in sorted(events, key=lambda event: (event[0], event[1][0] & 0xF0 != 0x80)):
        body += _delay(at - last) + event
        last = at
    body += b"\0\xff\x2f\0"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, TICKS)
    return head + b"MTrk" + struct.pack(">I", len(body)) + body


def _delay(ticks: int) -> bytes:
    parts = [ticks & 127]
    while ticks := ticks >> 7:
        parts.insert(0, (ticks & 127) | 128)
    return bytes(parts)
