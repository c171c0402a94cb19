"""Command serve: an HTTP server of a voice."""

import argparse
import importlib.util
import secrets
from pathlib import Path

from trainer.errors import TrainerError, WrongUsage
from trainer.foreign_files import read_text
from trainer.output import print_line

Arguments = argparse.Namespace
PACKAGES = ("starlette", "uvicorn")
WARM_UP = "One, two, three, four."


def serve(arguments: Arguments) -> int:
    """Serve a voice by the OpenAI speech API until interrupted."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise TrainerError(
            f"The package {missing[0]} is not installed.",
            "Install it with: curator setup training",
        )
    from trainer.serve.app import LOOPBACK, make_app
    from trainer.serve.server import make_server
    from trainer.serve.worker import SpeechWorker
    from trainer.voice import Voice

    if arguments.queue < 1:
        raise WrongUsage("--queue must be at least 1.")
    host: str = arguments.host
    token = _token(arguments.token_file)
    with Voice.open(
        arguments.run, checkpoint=arguments.checkpoint, bundle=arguments.bundle
    ) as voice:
        if host not in LOOPBACK and not token:
            token = secrets.token_urlsafe(24)
            print_line(f"Token for clients (API key), new at each start: {token}")
        for _ in voice.stream(WARM_UP):  # loads what the first request would wait for
            pass
        worker = SpeechWorker(voice, arguments.queue)
        app = make_app(voice, worker, host=host, token=token)
        address = f"[{host}]" if ":" in host else host
        print_line(
            f"{voice.profile.name}, step {voice.profile.step}: http://{address}:{arguments.port}"
            " (Ctrl+C stops it)"
        )
        server = make_server(app, host, arguments.port)
        try:
            server.run()
        finally:
            worker.close()
    if not server.started:
        raise TrainerError(
            f"The port {arguments.port} is not available.", "Choose another one with --port."
        )
    return 0


def _token(path: Path | None) -> str:
    """Token from a file, "" without one."""
    if path is None:
        return ""
    try:
        token = read_text(path).strip()
    except OSError as error:
        raise TrainerError(f"{path} cannot be read: {error.strerror}.") from error
    if not token:
        raise TrainerError(f"{path} is empty.", "Write the token into it.")
    return token
