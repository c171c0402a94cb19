"""StyleTTS2: ``train_list.txt`` and ``val_list.txt`` with ``wavs/ID.wav|text|speaker``.

Paths are relative to this folder, its ``root_path``; the speaker is a number. StyleTTS2 reads
phonemes: run your phonemizer over the second column first. Sound is 24 kHz.
"""

from collections.abc import Sequence

from curator.domain.text_rules import Fault
from curator.export.formats import bar_fault, by_split
from curator.export.manifest import ManifestRow

LABEL = "StyleTTS2"
HAS_SOUNDS = True
RATE = 24_000

NAMES = {"train": "train_list.txt", "eval": "val_list.txt"}


def files(rows: Sequence[ManifestRow]) -> dict[str, bytes]:
    """Lists of both splits; speakers are numbered by name."""
    numbers = {name: number for number, name in enumerate(sorted({row.speaker for row in rows}))}
    return {
        NAMES[side]: "".join(
            f"{row.audio}|{row.text}|{numbers[row.speaker]}\n" for row in its
        ).encode()
        for side, its in by_split(rows).items()
    }


def fault(text: str) -> Fault | None:
    """Fault of a text with "|"."""
    return bar_fault("StyleTTS2's list", text)
