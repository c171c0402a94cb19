"""Worker process: reads a job, opens the project read-only, runs a stage, sends messages."""

import os
import sys
import threading
from collections.abc import Callable
from typing import IO

from curator.domain.errors import CuratorError
from curator.jobs.job import Job, from_json
from curator.jobs.messages import Done, Message, Stopped, to_line
from curator.jobs.steps import serve


def take_over_stdout() -> IO[bytes]:
    """Reserve stdout for messages; library output goes to stderr."""
    wire = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return wire


def die_with_parent() -> None:
    """Exit when stdin closes, that is when the parent has ended."""

    def watch() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def serve_to(job: Job, say: Callable[[Message], None]) -> None:
    """Run a job and send all messages, including the last one."""
    try:
        serve(job, say)
    except CuratorError as error:
        say(Stopped(error.sentence, error.hint))
    say(Done())


def main() -> None:
    """Serve one job from stdin."""
    wire = take_over_stdout()
    job = from_json(sys.stdin.buffer.readline())
    die_with_parent()
    serve_to(job, lambda message: _write(wire, to_line(message)))
    # Native threads of the libraries may hang at exit; all messages are sent.
    os._exit(0)


def _write(wire: IO[bytes], line: bytes) -> None:
    # An unbuffered write may take only a part.
    rest = memoryview(line)
    while rest:
        rest = rest[wire.write(rest) :]


if __name__ == "__main__":
    main()
