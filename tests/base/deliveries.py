"""Bundle of one voice in three deliveries, two of them with few clips.

    python -m tests.base.deliveries FOLDER

The voice is the base's own and the deliveries differ by pace alone: its codes hold no other voice,
and its vocoder speaks at one pitch whatever the codes, see tests.base.carried. Texts repeat none of
the base's training texts and none of the held-out sentences.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.base.sentences import training_texts
from tests.base.speech import LONGEST_S, SHORTEST_S, FliteVoice, speak
from tests.base.speech import PHRASES as TRAINED_PHRASES
from tests.trainer.bundles import RATE, a_clip, write_bundle

SPEAKER = "host"
SEED = 1  # of the texts; the base was trained on those of seed 0
HELD_OUT = 16  # clips of each delivery
PHRASES = 0.1


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """A category of the bundle. clips: for training."""

    category: str
    voice: FliteVoice
    clips: int


DELIVERIES = (
    PlannedDelivery("neutral", FliteVoice("rms", 0.92), 44),
    PlannedDelivery("slow", FliteVoice("rms", 1.25), 14),
    PlannedDelivery("fast", FliteVoice("rms", 0.62), 6),
)


def write_deliveries(
    folder: Path,
    deliveries: Sequence[PlannedDelivery] = DELIVERIES,
    held_out: int = HELD_OUT,
    *,
    own_speakers: bool = False,
) -> None:
    """Write the bundle. own_speakers: prompts in training are then of the clip's delivery."""
    folder.mkdir(parents=True, exist_ok=True)
    count = sum(delivery.clips + held_out for delivery in deliveries)
    texts = iter(_new_texts(2 * count))  # some are too long or too short
    lines: list[dict[str, object]] = []
    for delivery in deliveries:
        speaker = delivery.category if own_speakers else SPEAKER
        for at, clip in enumerate(_clips(delivery, texts, held_out)):
            wave, text = clip
            split = "eval" if at < held_out else "train"
            lines.append(
                a_clip(
                    folder,
                    len(lines),
                    wave=wave,
                    text=text,
                    speaker=speaker,
                    emotion=delivery.category,
                    split=split,
                )
            )
    write_bundle(folder, lines)


def _clips(
    delivery: PlannedDelivery, texts: Iterator[str], held_out: int
) -> Iterator[tuple[object, str]]:
    """Waves of a delivery with their texts."""
    missing = delivery.clips + held_out
    while missing:
        text = next(texts)
        wave = speak(delivery.voice, text)
        if SHORTEST_S < len(wave) / RATE < LONGEST_S:
            missing -= 1
            yield wave, text


def _new_texts(count: int) -> list[str]:
    """Texts that are no training text of the base."""
    known = set(training_texts(48000, TRAINED_PHRASES, seed=0))
    return [text for text in training_texts(2 * count, PHRASES, SEED) if text not in known][:count]


def main() -> None:
    """Write the bundle."""
    parser = argparse.ArgumentParser(description="One voice in three deliveries.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--own-speakers", action="store_true", help="a speaker for each delivery")
    given = parser.parse_args()
    write_deliveries(given.folder, own_speakers=given.own_speakers)


if __name__ == "__main__":
    main()
