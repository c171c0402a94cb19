"""The page of the server in Chromium, with hostile names and texts: all of it stays text."""

import msgspec
import pytest

from tests.helpers.browser import visit
from tests.trainer.hostile.test_pages import HOSTILE
from tests.trainer.serve.serving import FakeStreamingSpeaker, a_voice, served
from trainer.voice.profile import Reference

pytestmark = [pytest.mark.model, pytest.mark.slow]

LOADED = """
const until = async (test) => {
  for (let at = 0; at < 600 && !test(); at++) await new Promise((done) => setTimeout(done, 50));
  return test();
};
"""
LOOK = """
return {title: document.title, ran: window.ran === 1, model: document.getElementById("model").textContent,
  voices: [...document.querySelectorAll("option")].map((each) => each.text),
  state: document.getElementById("state").textContent,
  foreign: document.querySelectorAll("iframe, base, link, img, svg, [onerror], [onload]").length};
"""  # noqa: E501
VOICES = LOADED + "await until(() => document.querySelectorAll('option').length);" + LOOK
SPEAK = (
    LOADED
    + """
const state = document.getElementById("state");
document.getElementById("text").value = "Say " + document.getElementById("model").textContent;
document.getElementById("voice").selectedIndex = 1;
document.getElementById("speak").click();
await until(() => state.textContent.includes("s of speech") || state.textContent.includes("not"));
"""
    + LOOK
)
WRONG = (
    LOADED
    + """
const option = new Option("gone", document.getElementById("model").textContent + " gone");
document.getElementById("voice").add(option);
document.getElementById("voice").value = option.value;
document.getElementById("speak").click();
const state = document.getElementById("state");
await until(() => state.textContent.includes("no voice"));
"""
    + LOOK
)


def test_names_texts_and_errors_are_shown_as_text(tmp_path, monkeypatch):
    monkeypatch.setattr("trainer.speech.synthesis.trim_tail", lambda sound: sound)
    voice = a_voice(tmp_path, FakeStreamingSpeaker())
    references = (*voice.profile.references, Reference("calm.wav", HOSTILE))
    voice.profile = msgspec.structs.replace(voice.profile, name=HOSTILE, references=references)
    with served(voice) as (address, worker):
        shown = visit(f"{address}/", [VOICES, SPEAK, WRONG], tmp_path)
        assert worker.done == 1
    loaded, spoken, refused = shown.found
    for page in (loaded, spoken, refused):
        assert page["title"] == "Speak"
        assert page["model"] == HOSTILE
        assert page["foreign"] == 0
        assert not page["ran"]
    assert HOSTILE in loaded["voices"]
    assert "s of speech in" in spoken["state"]
    assert HOSTILE[:50] in refused["state"]
    assert {request.removeprefix(address) for request in shown.asked} <= {
        "/", "/health", "/v1/audio/voices", "/v1/audio/speech", "/favicon.ico",
    }  # fmt: skip
