"""Band statistics of a base's own voice, by which ``trainer base --bundle`` fits it to another.

python -m tests.base.speech SPEECH --texts 1000
python -m tests.base.band_statistics BASE SPEECH resources/bases/tiny-en/mel_bands.json
"""

import argparse
from pathlib import Path

from trainer.backends.xtts.mel_bands import statistics_of, write_statistics
from trainer.bundle.manifest import read_bundle


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description="Band statistics of a base's own voice.")
    parser.add_argument("base", type=Path)
    parser.add_argument("speech", type=Path, help="bundle with its voice")
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    write_statistics(statistics_of(read_bundle(given.speech), given.base), given.file)


if __name__ == "__main__":
    main()
