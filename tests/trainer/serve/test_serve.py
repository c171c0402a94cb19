"""The server by the client package of OpenAI: nothing lost or mixed up, errors, cancellation."""

import http.client
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import openai
import psutil
import pytest

from tests.trainer.serve.serving import (
    CHUNKS,
    TOKENS_PER_CHUNK,
    FakeStreamingSpeaker,
    a_voice,
    served,
)
from trainer.serve.encoder import as_int16
from trainer.speech.sound import Sound

pytestmark = pytest.mark.model

TEXT = "Good evening and welcome to the show."


@pytest.fixture
def speaker():
    return FakeStreamingSpeaker()


@pytest.fixture
def voice(tmp_path, speaker):
    return a_voice(tmp_path, speaker)


def expected(voice, text: str, **options) -> bytes:
    chunks = [chunk.samples for chunk in voice.stream(text, **options)]
    return as_int16(Sound(np.concatenate(chunks), 24000)).tobytes()


def speak(client, text, voice="default", **options):
    return client.audio.speech.create(model="host", voice=voice, input=text, **options)


def wait_until(condition) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_two_hundred_requests_of_eight_clients_are_neither_lost_nor_mixed_up(
    voice, monkeypatch, client_of
):
    # Voice activity detection on 400 sounds takes longer than all the rest.
    monkeypatch.setattr("trainer.speech.synthesis.trim_tail", lambda sound: sound)
    with served(voice) as (address, worker):
        clients = [client_of(address) for _ in range(8)]

        def run(number: int) -> list[tuple[int, str, bytes]]:
            client = clients[number]
            answers = []
            for at in range(25):
                name = ("calm", "loud")[at % 2]
                text = f"This is request {at} of client {number}."
                answer = speak(client, text, name, response_format="pcm", extra_body={"seed": at})
                answers.append((at, text, answer.content))
            return answers

        process = psutil.Process()
        with ThreadPoolExecutor(8) as pool:  # before memory is measured
            list(pool.map(lambda client: speak(client, TEXT).content, clients))
        before = process.memory_info().rss
        with ThreadPoolExecutor(8) as pool:
            answers = [answer for each in pool.map(run, range(8)) for answer in each]
        grown = process.memory_info().rss - before
        assert len(answers) == 200
        assert worker.done == 208
        assert worker.waiting == 0
    for at, text, data in answers:
        assert data == expected(voice, text, seed=at, category=("calm", "loud")[at % 2]), text
    sent = sum(len(data) for _, _, data in answers)
    assert grown < 1.5 * sent, (grown, sent)  # the clients keep 200 answers; the server nothing


def test_the_first_chunk_comes_before_forty_per_cent_of_the_work(tmp_path, client_of):
    speaker = FakeStreamingSpeaker(token_s=0.002)
    with served(a_voice(tmp_path, speaker)) as (address, _):
        create = client_of(address).audio.speech.with_streaming_response.create
        with create(model="host", voice="loud", input=TEXT, response_format="wav") as answer:
            chunks = answer.iter_bytes(1024)
            data = next(chunks)
            at_first = speaker.tokens
            data += b"".join(chunks)
    assert at_first < 0.4 * CHUNKS * TOKENS_PER_CHUNK
    assert answer.headers["x-sample-rate"] == "24000"
    with av.open(io.BytesIO(data)) as file:
        assert file.streams.audio[0].rate == 24000


@pytest.mark.parametrize("form", ["wav", "mp3", "opus", "aac", "flac"])
def test_every_format_holds_the_whole_sound(voice, form, client_of):
    seconds = len(expected(voice, TEXT)) / 2 / 24000
    with served(voice) as (address, _):
        data = speak(client_of(address), TEXT, response_format=form).content
    with av.open(io.BytesIO(data)) as file:
        stream = file.streams.audio[0]
        samples = sum(frame.samples for frame in file.decode(stream))
        assert samples / stream.rate == pytest.approx(seconds, abs=0.08)


def test_models_voices_health_and_the_page(voice, client_of):
    with served(voice) as (address, _):
        client = client_of(address)
        assert [model.id for model in client.models.list()] == ["host"]
        assert client.models.retrieve("host").owned_by == "voice-curator"
        with pytest.raises(openai.NotFoundError, match="does not exist"):
            client.models.retrieve("other")
        assert ask(address, "GET", "/v1/audio/voices")[1]["voices"] == [
            {"id": name, "name": name, "object": "voice"} for name in ("default", "calm", "loud")
        ]
        assert ask(address, "GET", "/health")[1]["status"] == "ok"
        status, page = ask(address, "GET", "/")
        assert status == 200
        assert "/v1/audio/speech" in page
        assert "http://" not in page
        assert "https://" not in page


def ask(address, method, path, body=None, **headers):
    """Status and parsed answer of a plain request."""
    connection = http.client.HTTPConnection(address.partition("//")[2], timeout=900)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    data = answer.read().decode()
    connection.close()
    is_json = answer.headers["content-type"] == "application/json"
    return answer.status, json.loads(data) if is_json else data


@pytest.mark.parametrize(
    ("change", "param", "match"),
    [
        ({"input": "..."}, "input", "no letters"),
        ({"input": "a" * 4097}, "input", "4096"),
        ({"voice": "alloy"}, "voice", "use default, calm, loud"),
        ({"response_format": "zip"}, "response_format", "zip"),
        ({"speed": 9}, "speed", "not between 0.25 and 4"),
        ({"speed": "fast"}, "speed", "float"),
        ({"extra_body": {"temperature": 0}}, "temperature", "not between"),
        ({"extra_body": {"seed": 1.5}}, "seed", "int"),
    ],
)  # fmt: skip
def test_wrong_fields_are_errors_as_openai_sends_them(voice, change, param, match, client_of):
    request = {"model": "host", "voice": "calm", "input": TEXT, **change}
    with served(voice) as (address, _):
        with pytest.raises(openai.BadRequestError, match=match) as error:
            client_of(address).audio.speech.create(**request)
        assert error.value.param == param
        assert error.value.type == "invalid_request_error"


def test_other_errors_have_the_same_form_and_the_server_goes_on(voice, client_of):
    with served(voice) as (address, worker):
        client = client_of(address)
        with pytest.raises(openai.NotFoundError) as missing:
            client.audio.speech.create(model="tts-1", voice="calm", input=TEXT)
        assert missing.value.code == "model_not_found"
        with pytest.raises(openai.InternalServerError, match="a fault in the network") as fault:
            speak(client, "This will explode at once, yes.")
        assert fault.value.type == "server_error"
        json_type = {"Content-Type": "application/json"}
        for status, method, path, body, headers in (
            (400, "POST", "/v1/audio/speech", "{", json_type),
            (400, "POST", "/v1/audio/speech", "{}", json_type),
            (413, "POST", "/v1/audio/speech", " " * 70_000, json_type),
            (415, "POST", "/v1/audio/speech", "input=a", {}),
            (405, "GET", "/v1/audio/speech", None, {}),
            (404, "GET", "/v2", None, {}),
        ):
            got, answer = ask(address, method, path, body, **headers)
            assert got == status
            assert set(answer["error"]) == {"message", "type", "param", "code"}
        assert ask(address, "GET", "/health", Host="evil.example")[0] == 400
        assert len(speak(client, TEXT).content) > 1000
        assert worker.done == 1


def test_a_full_queue_is_refused(tmp_path, client_of):
    speaker = FakeStreamingSpeaker(token_s=0.01)
    server = served(a_voice(tmp_path, speaker), queue=1)
    with server as (address, worker), ThreadPoolExecutor(2) as pool:
        running = pool.submit(speak, client_of(address), TEXT)
        wait_until(lambda: worker.waiting == 1 and speaker.tokens > 0)
        waiting = pool.submit(speak, client_of(address), TEXT)
        wait_until(lambda: worker.waiting == 2)
        with pytest.raises(openai.RateLimitError, match="waiting") as error:
            speak(client_of(address), TEXT)
        assert error.value.code == "queue_full"
        assert error.value.response.headers["retry-after"] == "5"
        assert running.result().content[:4] != b""
        assert waiting.result().content[:4] != b""


def test_a_token_is_required_elsewhere_than_on_this_machine(voice, client_of):
    with served(voice, token="secret", host="0.0.0.0") as (address, _):  # binds 127.0.0.1
        assert ask(address, "GET", "/health")[0] == 200
        assert ask(address, "GET", "/v1/models")[0] == 401
        with pytest.raises(openai.AuthenticationError, match="missing or wrong"):
            speak(client_of(address, "wrong"), TEXT)
        assert len(speak(client_of(address, "secret"), TEXT).content) > 1000


def test_the_work_stops_when_the_client_is_gone(tmp_path, client_of):
    speaker = FakeStreamingSpeaker(token_s=0.02)
    with served(a_voice(tmp_path, speaker)) as (address, worker):
        create = client_of(address).audio.speech.with_streaming_response.create
        # While it is streamed, before its first chunk, and while it waits.
        for format_ in ("pcm", "mp3"):
            with create(model="host", voice="loud", input=TEXT, response_format=format_) as answer:
                next(answer.iter_bytes(512))
            wait_until(lambda: worker.waiting == 0)
            count = speaker.tokens
            assert count < CHUNKS * TOKENS_PER_CHUNK
            speaker.tokens = 0
        first, second = (open_request(address) for _ in range(2))
        wait_until(lambda: worker.waiting == 2 and speaker.tokens > 0)
        second.close()
        wait_until(lambda: worker.waiting == 1)
        first.close()
        wait_until(lambda: worker.waiting == 0)
        assert speaker.tokens < TOKENS_PER_CHUNK * CHUNKS
        assert worker.done == 0
        assert worker.cancelled == 4
        speaker.token_s = 0.0
        assert len(speak(client_of(address), TEXT).content) > 1000


def open_request(address) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(address.partition("//")[2])
    body = json.dumps({"input": TEXT, "response_format": "pcm"})
    connection.request("POST", "/v1/audio/speech", body, {"Content-Type": "application/json"})
    return connection
