"""The demo's training on the small base: more like the host, and still understood."""

import json

import pytest

from curator.demo.training import SPEAKING, VOICE, train_voice
from curator.demo.voices import host_sentences
from tests.trainer.bundles import a_clip, write_bundle
from trainer.cli.parser import main

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]

TEXTS = (
    "Good evening, ladies and gentlemen, and welcome to our show.",
    "It is wonderful to have you with us tonight.",
    "The rules are simple, and every player hears a question.",
    "You have half a minute to answer, and a wrong answer costs nothing at all.",
    "Let us begin this round with a journey around the world.",
    "Which river flows through the city of London and out into the North Sea?",
    "You sound very sure of yourself, so let us see what the computer says.",
    "Yes, that is the right answer, and the first point goes on the board.",
    "And now we leave the map behind us and turn to the world of animals.",
    "What is the largest animal that has ever lived on our planet?",
    "The whole room is holding its breath while the clock runs down.",
    "What a fantastic answer, and what a fantastic player we have here.",
    "Our next subject is one that everybody knows, because it waits in the kitchen.",
    "Which part of the orange tree do bees visit in the spring?",
    "You have earned your point, and perhaps a slice of bread to go with it.",
    "Listen to that applause, the audience is on its feet.",
    "Look up at the night sky and name the planet with the bright rings.",
    "A guess can be dangerous at this point in the game.",
    "This is the last question of the evening, and it decides who wins.",
    "We have waited for this moment all night long.",
    "After this round both players have the same number of points.",
    "Exactly right, somebody here has taken music lessons.",
)
HELD_OUT = 2
LEAST_GAIN = 0.08  # of the similarity; 0.10 on the demo's own clips
MOST_ERRORS = 0.35


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folder of the demo's training on the host's sentences."""
    out = tmp_path_factory.mktemp("demo")
    folder = out / "bundle"
    folder.mkdir()
    lines = [
        a_clip(
            folder,
            number,
            wave=wave.samples,
            rate=wave.rate,
            text=text,
            emotion="neutral",
            split="eval" if number >= len(TEXTS) - HELD_OUT else "train",
        )
        for number, (text, wave) in enumerate(zip(TEXTS, host_sentences(TEXTS, 1.0), strict=True))
    ]
    write_bundle(folder, lines)

    def trainer(*words):
        assert main([str(word) for word in words]) == 0, words

    train_voice(trainer, folder, out, SPEAKING)
    return out


def test_the_voice_is_more_like_the_host_and_still_understood(trained):
    record = json.loads((trained / VOICE / "decoder.json").read_text())
    changes = {
        change["measure"]: change for change in record["changes"] if change["samples"] == "speech"
    }
    similarity, errors = changes["similarity"], changes["wer"]
    assert similarity["count"] >= 20
    assert similarity["after"] - similarity["before"] >= LEAST_GAIN, changes
    assert similarity["interval"][0] > 0
    assert errors["after"] <= MOST_ERRORS, changes
    assert errors["interval"][0] <= 0, changes  # not certainly worse
