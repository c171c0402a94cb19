"""Command base: write a base that ships with this project."""

import argparse

from trainer.bundle.manifest import read_bundle
from trainer.output import print_line


def base(arguments: argparse.Namespace) -> int:
    """Write a base in the released layout, and say how to train on it and hear it."""
    from trainer.backends.xtts.shipped_base import REFERENCE, write_shipped_base

    folder = arguments.folder
    bundle = read_bundle(arguments.bundle) if arguments.bundle else None
    write_shipped_base(arguments.name, folder, bundle)
    if bundle is not None:
        print_line(f"Its codes are fitted to the voice of {bundle.folder}.")
    print_line(f"Wrote {folder}. Train on it: trainer train BUNDLE RUN --base {folder}")
    print_line(
        f"Hear it: trainer speak {folder} --reference {folder / REFERENCE} --text TEXT --out WAV"
    )
    return 0
