"""Arguments of the command doctor."""

import argparse
from pathlib import Path


def add_doctor_arguments(doctor: argparse.ArgumentParser) -> None:
    """Add all but those that other commands share."""
    doctor.add_argument("--json", action="store_true", help="one JSON object per line")
    doctor.add_argument(
        "--make", metavar="NAME", help="create the environment of an inference-only model: indextts"
    )
    doctor.add_argument(
        "--gpu-check",
        action="store_true",
        help="train and speak at real size with random weights, and measure",
    )
    doctor.add_argument(
        "--gpu-check-kit",
        type=Path,
        metavar="FOLDER",
        help="write a folder that runs --gpu-check on a machine without this installation",
    )
    doctor.add_argument("--minutes", type=float, default=8.0, help="time of --gpu-check")
    doctor.add_argument("--device", default="auto", help="of --gpu-check: auto, cpu, cuda, cuda:N")
    doctor.add_argument(
        "--size", choices=("real", "tiny"), default="real", help="of the networks of --gpu-check"
    )
    doctor.add_argument(
        "--only", action="append", default=[], metavar="WORDS", help="only these trials; repeatable"
    )
    doctor.add_argument(
        "--out", type=Path, default=Path("gpu-check"), help="folder for the results of --gpu-check"
    )
    doctor.add_argument(
        "--unmeasured", action="store_true", help="list measurements that need a GPU"
    )
