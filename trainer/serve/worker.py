"""Queue of speech jobs: one thread that synthesises them in order, with cancellation."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from trainer.errors import TrainerError
from trainer.serve.encoder import encoded
from trainer.serve.requests import ApiError
from trainer.speech.sound import Sound
from trainer.voice import Voice, VoiceOptions

MAX_WAITING = 32  # jobs in the queue
WAIT_S = 0.5


class JobCancelled(Exception):
    """The client is gone, or the server ends."""


@dataclass(slots=True)
class SpeechJob:
    """A request. chunks: encoded audio, then None, or an ApiError. cancelled: by the client.

    rate: of the audio in Hz, known with the first chunk.
    """

    text: str
    options: VoiceOptions
    form: str
    loop: asyncio.AbstractEventLoop
    chunks: "asyncio.Queue[bytes | ApiError | None]" = field(default_factory=asyncio.Queue)
    cancelled: threading.Event = field(default_factory=threading.Event)
    rate: int = 0

    def put(self, item: bytes | ApiError | None) -> None:
        """Pass an item to the event loop, from the worker thread."""
        self.loop.call_soon_threadsafe(self.chunks.put_nowait, item)

    def check(self) -> None:
        """Raise if the job was cancelled."""
        if self.cancelled.is_set():
            raise JobCancelled


class SpeechWorker:
    """Synthesises jobs in a thread of its own.

    done: finished jobs. cancelled: jobs whose client left. active_s: seconds spent on synthesis.
    """

    def __init__(self, voice: Voice, max_waiting: int = MAX_WAITING) -> None:
        self._voice = voice
        self.max_waiting = max_waiting
        self.done = self.cancelled = 0
        self.active_s = 0.0
        self._jobs: deque[SpeechJob] = deque()
        self._current: SpeechJob | None = None
        self._condition = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="speech", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Number of jobs that are not finished."""
        return len(self._jobs) + (self._current is not None)

    def submit(self, job: SpeechJob) -> None:
        """Queue a job. Raises ApiError if the queue is full."""
        with self._condition:
            if len(self._jobs) >= self.max_waiting:
                message = f"{len(self._jobs)} requests are waiting; try again later."
                raise ApiError(429, message, code="queue_full", kind="rate_limit_error")
            self._jobs.append(job)
            self._condition.notify()

    def cancel(self, job: SpeechJob) -> None:
        """Drop a waiting job, or stop the running one at its next token."""
        job.cancelled.set()
        with self._condition:
            if job in self._jobs:
                self._jobs.remove(job)
                self.cancelled += 1

    def close(self) -> None:
        """Cancel all jobs and end the thread."""
        with self._condition:
            self._ending = True
            for job in (*self._jobs, *([self._current] if self._current else [])):
                job.cancelled.set()
            self._condition.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._jobs and not self._ending:
                    self._condition.wait(WAIT_S)
                if self._ending:
                    return
                job = self._current = self._jobs.popleft()
            started = time.monotonic()
            self._speak(job)
            self.active_s += time.monotonic() - started
            self._current = None

    def _speak(self, job: SpeechJob) -> None:
        """Synthesise a job; every job ends with None or an ApiError."""
        try:
            job.check()
            chunks = self._voice.stream(job.text, job.options, check=job.check)
            for data in encoded(job.form, _noted(chunks, job)):
                job.check()
                job.put(data)
        except JobCancelled:
            self.cancelled += 1
        except TrainerError as error:
            job.put(ApiError(400, str(error), code="invalid_value"))
        except Exception as error:  # noqa: BLE001 - the server goes on, whatever a request does
            message = f"The synthesis failed: {type(error).__name__}: {error}"
            job.put(ApiError(500, message, code="synthesis_failed", kind="server_error"))
        else:
            self.done += 1
            job.put(None)


def _noted(chunks: Iterator[Sound], job: SpeechJob) -> Iterator[Sound]:
    """The chunks, with their rate set in the job."""
    for chunk in chunks:
        job.rate = chunk.rate
        yield chunk
