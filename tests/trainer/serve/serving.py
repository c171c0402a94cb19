"""A server in this process, and a speaker without a network."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from trainer.serve.app import make_app
from trainer.serve.server import make_server
from trainer.serve.worker import MAX_WAITING, SpeechWorker
from trainer.speech.pace import UNKNOWN_PACE
from trainer.speech.sound import Sound
from trainer.voice import Voice, VoiceProfile
from trainer.voice.profile import Reference, profile_prior

RATE = 24000
TOKENS_PER_CHUNK, CHUNKS = 10, 8


class FakeStreamingSpeaker:
    """Streams noise that depends on text, prompt, seed and temperature; counts its tokens."""

    tokens_per_second = 100.0
    stop_token = 1

    def __init__(self, token_s: float = 0.0) -> None:
        self.tokens = 0
        self.token_s = token_s

    def synthesise(self, text, language, prompts, seed, ending, sampling=None) -> Sound:
        chunks = list(self.stream(text, language, prompts, seed, ending, sampling))
        return Sound(np.concatenate([chunk.samples for chunk in chunks]), RATE)

    def stream(self, text, language, prompts, seed, ending, sampling=None) -> Iterator[Sound]:
        if "explode" in text:
            raise RuntimeError("a fault in the network")
        what = f"{text} {prompts[0].name} {seed} {sampling}".encode()
        draw = np.random.default_rng(int.from_bytes(hashlib.sha256(what).digest()[:8], "big"))
        for chunk in range(CHUNKS):
            for token in range(TOKENS_PER_CHUNK):
                ending.shape(np.zeros(2), [0] * (chunk * TOKENS_PER_CHUNK + token))
                self.tokens += 1
                if self.token_s:
                    time.sleep(self.token_s)
            yield Sound(draw.uniform(-0.5, 0.5, RATE // 10).astype(np.float32), RATE)


def a_voice(folder: Path, speaker: FakeStreamingSpeaker) -> Voice:
    """A voice with the categories calm and loud."""
    references = []
    for name in ("calm", "loud"):
        (folder / f"{name}.wav").write_bytes(b"")
        references.append(Reference(f"{name}.wav", name, default=name == "calm"))
    profile = VoiceProfile(
        name="host", family="fake", step=7, prior=profile_prior(UNKNOWN_PACE),
        references=tuple(references),
    )  # fmt: skip
    return Voice(profile, folder, speaker)


@contextmanager
def served(
    voice: Voice, *, token: str = "", host: str = "127.0.0.1", queue: int = MAX_WAITING
) -> Iterator[tuple[str, SpeechWorker]]:
    """Address and worker of a running server."""
    worker = SpeechWorker(voice, queue)
    app = make_app(voice, worker, host=host, token=token)
    server = make_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", worker
    finally:
        server.should_exit = True
        thread.join()
        worker.close()
