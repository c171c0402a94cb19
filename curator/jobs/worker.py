"""Worker process: reads jobs, opens the project read-only, runs a stage, sends messages."""

import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import IO

from curator.domain.errors import CuratorError
from curator.domain.system import limited_memory
from curator.jobs.job import Job, from_json
from curator.jobs.messages import Done, Message, Stopped, to_line
from curator.jobs.steps import DECODING_BYTES, serve


def take_over_stdout() -> IO[bytes]:
    """Reserve stdout for messages; library output goes to stderr."""
    wire = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return wire


def jobs_from_stdin() -> Iterator[Job]:
    """Jobs as they come. The process exits when stdin closes, even in the middle of a job.

    It closes after the last job, or because the parent has ended.
    """
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin.buffer:
            lines.put(line)
        # Native threads of the libraries may hang at exit; all messages are sent.
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield from_json(lines.get())


def serve_to(job: Job, say: Callable[[Message], None]) -> None:
    """Run a job and send all messages, including the last one."""
    try:
        serve(job, say)
    except CuratorError as error:
        say(Stopped(error.sentence, error.hint))
    say(Done())


def main() -> None:
    """Serve the jobs from stdin."""
    wire = take_over_stdout()
    for job in jobs_from_stdin():
        limit = limited_memory(DECODING_BYTES) if job.stage == "import" else nullcontext()
        with limit:
            serve_to(job, lambda message: _write(wire, to_line(message)))


def _write(wire: IO[bytes], line: bytes) -> None:
    # An unbuffered write may take only a part.
    rest = memoryview(line)
    while rest:
        rest = rest[wire.write(rest) :]


if __name__ == "__main__":
    main()
