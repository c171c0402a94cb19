"""Worker processes: started, listened to, and ended for sure."""

import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from curator.domain.system import end_reason, own_group
from curator.environment.installed import module_command, python_for
from curator.jobs.job import Job, to_json
from curator.jobs.messages import Done, Message, from_line

GRACE_SECONDS = 3.0  # between asking a worker to stop and killing it
LAST_WORDS = 8_000  # bytes kept of a crashed worker's log


@dataclass(frozen=True, slots=True)
class Died:
    """A worker ended without Done. worker: its number. log: end of its stderr."""

    worker: int
    sentence: str
    log: str


class Workers:
    """Worker processes, one job each, and their messages in order of arrival."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._heard: queue.Queue[tuple[int, Message | Died | None]] = queue.Queue(maxsize=4096)
        self._logs = [tempfile.TemporaryFile() for _ in jobs]  # noqa: SIM115 - closed in close()
        self._processes: list[subprocess.Popen[bytes]] = []
        try:
            for job, log in zip(jobs, self._logs, strict=True):
                self._processes.append(self._start(job, log))
        except BaseException:  # Ctrl-C comes when it likes
            self.stop()
            raise
        self._listeners = [
            threading.Thread(target=self._listen, args=(number, process), daemon=True)
            for number, process in enumerate(self._processes)
        ]
        for listener in self._listeners:
            listener.start()
        self._living = len(self._processes)

    @staticmethod
    def _start(job: Job, log: IO[bytes]) -> subprocess.Popen[bytes]:
        threads = str(job.options.threads)
        environment = os.environ | {
            "OMP_NUM_THREADS": threads,
            "MKL_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "TOKENIZERS_PARALLELISM": "false",
        }
        python = python_for("cleaning") if job.recipe else sys.executable
        # A group of its own: Ctrl-C reaches this process alone, which stores what is done first.
        process = subprocess.Popen(
            module_command(python, "curator.jobs.worker"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            **own_group(),
        )
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # it is dead already, and its listener will say so
            process.stdin.write(to_json(job) + b"\n")
            process.stdin.flush()
        return process

    def _listen(self, number: int, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        done = False
        for line in process.stdout:
            try:
                message = from_line(line)
            except ValueError as error:
                self._heard.put(
                    (number, Died(number, f"Invalid message from the worker process: {error}.", ""))
                )
                process.kill()
                break
            done = done or isinstance(message, Done)
            self._heard.put((number, message))
        code = process.wait()
        if not done:
            self._heard.put((number, self._obituary(number, code)))
        self._heard.put((number, None))

    def _obituary(self, number: int, code: int) -> Died:
        log = self._logs[number]
        log.seek(max(0, log.seek(0, os.SEEK_END) - LAST_WORDS))
        words = log.read().decode("utf-8", "replace")
        sentence = f"The worker process ended unexpectedly ({end_reason(code)})."
        return Died(number, sentence, words)

    def listen(self, patience: float = 0.2) -> Iterator[tuple[int, Message | Died] | None]:
        """Iterate over (worker, message) until all workers have ended; resumable.

        Yields None after ``patience`` seconds without a message, so that the caller can store
        results and report progress.
        """
        while self._living:
            try:
                number, message = self._heard.get(timeout=patience)
            except queue.Empty:
                yield None
                continue
            if message is None:
                self._living -= 1
            else:
                yield number, message

    def stop(self) -> None:
        """Terminate every worker, then kill it; sent messages can still be read."""
        for process in self._processes:
            if process.poll() is None:
                process.terminate()
        for process in self._processes:
            try:
                process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close(self) -> None:
        """Stop the workers and close all pipes and threads."""
        self.stop()
        while any(listener.is_alive() for listener in self._listeners):
            with suppress(queue.Empty):  # a listener may wait for room in the queue
                self._heard.get(timeout=0.05)
        for process in self._processes:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()
        for log in self._logs:
            log.close()
