"""Arguments of the command evaluate."""

import argparse
from pathlib import Path

from trainer.families import family_names


def add_sentences_argument(command: argparse.ArgumentParser) -> None:
    """Add --sentences, which may be given several times."""
    command.add_argument(
        "--sentences",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="TOML file of test sentences, in the format of resources/sentences/en.toml",
    )


def add_evaluate_arguments(evaluate: argparse.ArgumentParser) -> None:
    """Add all but those that other commands share."""
    evaluate.add_argument("run", type=Path, metavar="RUN", help="folder of a run")
    evaluate.add_argument("--bundle", type=Path, help="folder of the bundle, if it was moved")
    add_sentences_argument(evaluate)
    evaluate.add_argument(
        "--checkpoint",
        action="append",
        metavar="STEP",
        help="only this step and the base; repeatable",
    )
    evaluate.add_argument("--whisper", metavar="MODEL", help="name or folder of a Whisper model")
    evaluate.add_argument(
        "--endings", action="store_true", help="use ending control, as speak does (default: off)"
    )
    evaluate.add_argument(
        "--quality",
        action=argparse.BooleanOptionalAction,
        help="also predict quality by DistillMOS; default: where there is a GPU",
    )
    evaluate.add_argument(
        "--model",
        metavar="NAME",
        help=f"evaluate a released model ({', '.join(family_names())}); creates RUN",
    )
    evaluate.add_argument(
        "--base", type=Path, metavar="FOLDER", help="folder of the weights of --model"
    )
    evaluate.add_argument(
        "--candidates", type=int, default=1, metavar="N", help="candidates per sentence"
    )
    evaluate.add_argument(
        "--json", action="store_true", help="progress as one JSON object per line"
    )
