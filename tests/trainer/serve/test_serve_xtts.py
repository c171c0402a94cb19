"""The server with a small random XTTS: 200 requests of eight clients, and memory."""

import statistics
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.trainer.bundles import a_bundle
from tests.trainer.serve.serving import served
from tests.trainer.serve.test_serve import expected, speak
from trainer.bundle.manifest import read_bundle
from trainer.config import resolve
from trainer.families import open_backend
from trainer.speech.pace import UNKNOWN_PACE
from trainer.voice import Voice
from trainer.voice.profile import Reference, VoiceProfile, profile_prior, write_profile

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.timeout(1200)]

REQUESTS, CLIENTS = 200, 8
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    """Voice of an untrained export."""
    folder = tmp_path_factory.mktemp("serve")
    bundle = read_bundle(a_bundle(folder / "show", 8, most_s=3.0))
    changes = ["model.layers=1", "model.width=64", "model.vocoder_width=64"]
    backend = open_backend(resolve("tiny-cpu", None, changes), bundle)
    export = folder / "voice"
    export.mkdir()
    backend.export(backend.network(), export)
    (export / "a.wav").write_bytes(bundle.audio(bundle.clips[0]).read_bytes())
    prior = profile_prior(UNKNOWN_PACE)
    references = (Reference("a.wav", default=True),)
    write_profile(
        export, VoiceProfile(name="host", family="xtts", prior=prior, references=references)
    )
    with Voice.open(export) as opened:
        list(opened.stream("One, two, three, four."))
        yield opened


@pytest.mark.long
def test_two_hundred_requests_of_eight_clients(voice, client_of):
    process = psutil.Process()
    memory = []
    with served(voice) as (address, worker):
        clients = [client_of(address) for _ in range(CLIENTS)]

        def run(number: int) -> list[tuple[int, bytes]]:
            client = clients[number]
            answers = []
            for at in range(REQUESTS // CLIENTS):
                seed = 100 * number + at
                text = f"Now say {number}, {at}."
                answer = speak(client, text, response_format="pcm", extra_body={"seed": seed})
                answers.append((seed, answer.content))
                if worker.done % 20 == 0:
                    memory.append(process.memory_info().rss)
            return answers

        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = [answer for each in pool.map(run, range(CLIENTS)) for answer in each]
        assert worker.done == REQUESTS
    assert len(answers) == REQUESTS
    for seed, data in answers[::10]:
        assert data == expected(voice, f"Now say {seed // 100}, {seed % 100}.", seed=seed)
    assert len({data for _, data in answers}) == REQUESTS
    early, late = (statistics.median(part) for part in (memory[:4], memory[-4:]))
    sent = sum(len(data) for _, data in answers)
    # The clients are in this process and keep their answers.
    assert late - early < sent + 24 * MEGABYTE, (late - early, sent)
