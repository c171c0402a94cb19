"""Worker processes: started, listened to, and ended for sure."""

import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress

from curator.domain.system import end_reason, own_group
from curator.environment.installed import module_command, python_for
from curator.jobs.executor import Died, even_sizes, join_draining
from curator.jobs.job import Job, to_json
from curator.jobs.messages import Done, Message, from_line
from curator.jobs.step_table import TRANSCRIBE
from curator.stages.transcription.transcribers import runs_on_gpu

GRACE_SECONDS = 3.0  # between asking a worker to stop and killing it
LAST_WORDS = 8_000  # bytes kept of a crashed worker's log


def process_kind(job: Job) -> tuple[str, int]:
    """Interpreter and number of threads of the process that a job needs."""
    return str(python_for("cleaning") if job.recipe else sys.executable), job.options.threads


class WorkerProcess:
    """A worker process: takes one job after the other and answers each in lines, up to Done."""

    def __init__(self, job: Job) -> None:
        """Start it for jobs of the same kind as this one."""
        self.kind = process_kind(job)
        python, threads = self.kind[0], str(self.kind[1])
        environment = os.environ | {
            "OMP_NUM_THREADS": threads,
            "MKL_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "TOKENIZERS_PARALLELISM": "false",
        }
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in close()
        self._log_read = 0
        # A group of its own: Ctrl-C reaches this process alone, which stores what is done first.
        try:
            self._process = subprocess.Popen(
                module_command(python, "curator.jobs.worker"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=environment,
                **own_group(),
            )
        except BaseException:
            self._log.close()
            raise

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def send(self, job: Job) -> None:
        """Give it its next job."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it is dead already, and whoever listens learns it
            self._process.stdin.write(to_json(job) + b"\n")
            self._process.stdin.flush()

    def finish(self) -> None:
        """Let it end after its present job."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()

    def lines(self) -> Iterator[bytes]:
        """Its answers, until it has ended; whoever stops reading can go on later."""
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():  # a loop over it would close it at a break
            yield line

    def obituary(self) -> tuple[str, str]:
        """Why it ended, in a sentence, and the end of its log."""
        code = self._process.wait()
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - LAST_WORDS))
        words = self._log.read().decode("utf-8", "replace")
        return f"The worker process ended unexpectedly ({end_reason(code)}).", words

    def new_log(self) -> str:
        """What it wrote to stderr since the last call, at most LAST_WORDS bytes."""
        end = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(self._log_read, end - LAST_WORDS))
        words = self._log.read().decode("utf-8", "replace")
        self._log_read = end
        return words

    def terminate(self) -> None:
        """Ask it to end, without waiting."""
        if self._process.poll() is None:
            self._process.terminate()

    def kill(self) -> None:
        """Kill it, without waiting."""
        self._process.kill()

    def stop(self) -> None:
        """Terminate it, then kill it; what it has sent can still be read."""
        self.terminate()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """Close its pipes and its log, after it has ended."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._log.close()


class IdleProcesses:
    """Worker processes that have done their jobs and wait for others, with all they imported."""

    def __init__(self) -> None:
        self._processes: list[WorkerProcess] = []

    def take(self, job: Job) -> WorkerProcess:
        """Process for a job: the one that has waited shortest, or a new one.

        So stages of one process follow each other in the same one, which has imported what they
        share.
        """
        kind = process_kind(job)
        for process in [each for each in reversed(self._processes) if each.kind == kind]:
            self._processes.remove(process)
            if process.is_running:
                return process
            process.close()
        return WorkerProcess(job)

    def keep(self, process: WorkerProcess) -> None:
        """Keep a process that has done its job."""
        self._processes.append(process)

    def close(self) -> None:
        """End all that wait."""
        for process in self._processes:
            process.terminate()
        while self._processes:
            process = self._processes.pop()
            process.stop()
            process.close()


class LocalWorkers:
    """Worker processes of this machine, one share each, and their messages as they arrive."""

    def __init__(self, jobs: Sequence[Job], idle: IdleProcesses | None = None) -> None:
        """idle: where the processes come from and stay afterwards; None to start and end them."""
        self._idle = idle
        self._done: set[int] = set()
        self._stopped: set[int] = set()
        self._messages: queue.Queue[tuple[int, Message | Died | None]] = queue.Queue(maxsize=4096)
        self._processes: list[WorkerProcess] = []
        self._listeners: list[threading.Thread] = []
        try:
            for job in jobs:
                self._processes.append(idle.take(job) if idle else WorkerProcess(job))
                self._processes[-1].send(job)
        except BaseException:  # Ctrl-C comes when it likes
            self.close()
            raise
        self._listeners += [
            threading.Thread(target=self._listen, args=(number, process), daemon=True)
            for number, process in enumerate(self._processes)
        ]
        for listener in self._listeners:
            listener.start()
        self._living = len(self._processes)

    def _listen(self, number: int, process: WorkerProcess) -> None:
        for line in process.lines():
            try:
                message = from_line(line)
            except ValueError as error:
                sentence = f"Invalid message from the worker process: {error}."
                self._messages.put((number, Died(number, sentence, "")))
                process.kill()
                break
            self._messages.put((number, message))
            if isinstance(message, Done):
                self._done.add(number)
                if self._idle is not None:
                    break
                process.finish()
        if self._idle is None or number not in self._done:
            sentence, log = process.obituary()
            if number not in self._done:
                self._messages.put((number, Died(number, sentence, log)))
        self._messages.put((number, None))

    def listen(self, patience: float = 0.2) -> Iterator[tuple[int, Message | Died] | None]:
        """Iterate over (worker, message) until all workers have ended; resumable.

        Yields None after ``patience`` seconds without a message, so that the caller can store
        results and report progress.
        """
        while self._living:
            try:
                number, message = self._messages.get(timeout=patience)
            except queue.Empty:
                yield None
                continue
            if message is None:
                self._living -= 1
            else:
                yield number, message

    def stop(self) -> None:
        """Terminate every worker, then kill it; sent messages can still be read."""
        for number, process in enumerate(self._processes):
            if self._idle is None or number not in self._done:
                self._stopped.add(number)
                process.terminate()
        for number in self._stopped:
            self._processes[number].stop()

    def close(self) -> None:
        """Stop the workers that are not done, and close or keep the processes."""
        self.stop()
        join_draining(self._listeners, self._messages)
        for number, process in enumerate(self._processes):
            if self._idle is None or number in self._stopped:
                process.close()
            else:
                self._idle.keep(process)
        self._processes.clear()


class LocalProcesses:
    """Executor that runs each share in a process of this machine.

    idle: keeps the processes between rounds, for a job of several stages; whoever made it closes
    it.
    """

    runs_all_at_once = True

    def __init__(self, idle: IdleProcesses | None = None) -> None:
        self._idle = idle

    def share_sizes(self, items: int, workers: int, work_s: float) -> list[int]:
        """One share a process."""
        return even_sizes(items, workers)

    def leaves_processors_free(self, job: Job) -> bool:
        """Whether the transcriber of a job finds a GPU here."""
        options = job.options
        return job.stage == TRANSCRIBE and runs_on_gpu(options.whisper, options.device)

    def start(self, jobs: Sequence[Job]) -> LocalWorkers:
        """Start a process for each share."""
        return LocalWorkers(jobs, self._idle)
