"""Options of the commands speak, serve and export."""

import argparse
from pathlib import Path


def _add_voice(command: argparse.ArgumentParser) -> None:
    """Add the folder of a voice."""
    command.add_argument(
        "run", type=Path, metavar="RUN|EXPORT|BASE", help="folder of a run, an export or a base"
    )


def add_serve(serve: argparse.ArgumentParser) -> None:
    """Add the options of serve."""
    _add_voice(serve)
    serve.add_argument(
        "--host", default="127.0.0.1", help="address to bind (default: this machine only)"
    )
    serve.add_argument("--port", type=int, default=8008, metavar="N")
    serve.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="file with the token that clients must send (default: a new one if --host is another)",
    )
    serve.add_argument(
        "--queue", type=int, default=32, metavar="N", help="requests that may wait (default: 32)"
    )


def add_speak(speak: argparse.ArgumentParser) -> None:
    """Add the options of speak."""
    _add_voice(speak)
    speak.add_argument("--text", help="text to synthesise")
    speak.add_argument(
        "--script",
        type=Path,
        metavar="FILE",
        help="lines to synthesise: text, CSV, SRT or JSON Lines; - reads JSON Lines from stdin",
    )
    speak.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="WAV|FOLDER",
        help="output file of --text, or folder of --script; a repeated call resumes it",
    )
    speak.add_argument("--language", help="language of the text (default: the voice's)")
    speak.add_argument("--category", help="category of the reference clips")
    speak.add_argument(
        "--reference",
        type=Path,
        action="append",
        metavar="WAV",
        help="reference audio of the voice (default: the voice's clips)",
    )
    speak.add_argument("--seed", type=int, default=0)
    add_sampling(speak, "default: the voice's")
    speak.add_argument(
        "--speed", type=float, default=1.0, metavar="FACTOR", help="speed factor, 0.25 to 4"
    )
    speak.add_argument(
        "--candidates",
        type=int,
        default=0,
        metavar="N",
        help="candidates, ranked by Whisper (default: 3 for up to three words, else 1)",
    )
    speak.add_argument(
        "--no-endings", action="store_true", help="turn off ending control and trimming"
    )
    speak.add_argument(
        "--no-measure", action="store_true", help="do not measure the lines of a script"
    )
    speak.add_argument("--json", action="store_true", help="one JSON object per line of a script")


def add_sampling(command: argparse.ArgumentParser, note: str) -> None:
    """Add the options of rate and sampling."""
    command.add_argument(
        "--rate", type=float, metavar="N", help=f"letters per second, at unchanged pitch ({note})"
    )
    command.add_argument("--temperature", type=float, metavar="T", help=f"of the sampling ({note})")
    command.add_argument("--top-p", type=float, metavar="P", help=f"of the sampling ({note})")
    command.add_argument(
        "--repetition-penalty", type=float, metavar="R", help=f"of the sampling ({note})"
    )
