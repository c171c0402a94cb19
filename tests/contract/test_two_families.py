"""One set exported for two families, each trained a little, spoken, measured and compared."""

import json
from dataclasses import replace

import pytest

from curator.domain.target import read_target
from tests.helpers.bundles import a_source, as_recording, kept_clips, write_bundle
from trainer.cli.parser import main
from trainer.evaluate.results import read_results

pytestmark = [pytest.mark.slow, pytest.mark.model, pytest.mark.timeout(900)]

FAMILIES = {"xtts": "xtts_v2", "chatterbox": "chatterbox"}
CLIPS, SECONDS = 12, 1.6
TINY = (
    "model.layers=2",
    "model.width=64",
    "model.heads=2",
    "sched.total_steps=2",
    "eval.every_steps=2",
    "ckpt.every_steps=2",
)
SENTENCES = """
language = "en"
seeds = [0]
[[sentence]]
id = "short"
text = "Well done!"
kind = "short"
[[sentence]]
id = "plain"
text = "Good evening and welcome."
"""


def trained(folder, family, clips, recording):
    """The run of a family on these clips, trained for two steps, spoken and measured."""
    bundle, run = folder / f"{family}-bundle", folder / family
    write_bundle(
        bundle, clips, [recording], family=read_target(FAMILIES[family]), eval_share=0.4, seed=3
    )
    settings = [word for change in TINY for word in ("--set", change)]
    words = ["--set", f"model.backend={family}", "--preset", "tiny-cpu"]
    assert main(["train", str(bundle), str(run), *words, *settings]) == 0
    sentences = folder / "sentences.toml"
    sentences.write_text(SENTENCES)
    words = ["--sentences", str(sentences), "--whisper", "tiny.en"]
    assert main(["evaluate", str(run), *words]) == 0
    return run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("families")
    recording = as_recording(a_source(folder, seconds=CLIPS * SECONDS))
    clips = kept_clips(recording, CLIPS, seconds=SECONDS, group=1)
    clips = [replace(clip, text=clip.text.lower()) for clip in clips]
    return {name: trained(folder, name, clips, recording) for name in FAMILIES}


def compared(runs, capsys, *words):
    capsys.readouterr()
    assert main(["compare", *map(str, runs), *words]) == 0
    return capsys.readouterr().out


def test_both_families_speak_the_same_sentences_after_the_same_clips(runs):
    spoken = {name: read_results(run) for name, run in runs.items()}
    rows = {
        name: [
            (row["sentence"], row["seed"], row["checkpoint"], row["prompt"]) for row in found.rows
        ]
        for name, found in spoken.items()
    }
    assert len(rows["xtts"]) == 4
    assert rows["xtts"] == rows["chatterbox"]
    for found in spoken.values():
        assert all(row["fault"] is None and row["seconds"] > 0 for row in found.rows)
    one, two = (set(found.rows[0]["measures"]) for found in spoken.values())
    assert one == two


def test_a_comparison_says_what_differs_and_pairs_what_was_spoken(runs, capsys):
    told = json.loads(compared(runs.values(), capsys, "--json"))
    assert told["obstacles"]["chatterbox"] == [
        "It is another model: losses of different models are different questions."
    ]
    assert told["settings"]["model.backend"] == {"xtts": "xtts", "chatterbox": "chatterbox"}
    measures = {each["measure"]: each for each in told["outcome"] if each["category"] is None}
    assert "mel_ce" not in measures  # losses of two models are no pair
    assert {"wer", "dnsmos", "early_stop"} <= set(measures)
    assert measures["wer"]["pairs"] == 2
    change = told["data"]["chatterbox"]
    assert not any(change[key] for key in ("added", "dropped", "relabelled", "text_changed"))
    assert change["other_sound"] == []
    assert len(change["other_rate"]) == CLIPS


def test_a_comparison_in_words_says_that_it_is_another_model(runs, capsys):
    text = compared(runs.values(), capsys)
    assert "It is another model" in text
    assert "The same clips with the same texts and categories." in text
    assert "written at another rate" in text


def test_a_report_says_what_the_numbers_of_its_own_family_mean(runs, tmp_path):
    for name, outcomes, words in (
        ("xtts", "1,026", "In XTTS a code is a DVAE code"),
        ("chatterbox", "8,194", "In Chatterbox a code is a speech token"),
    ):
        page = tmp_path / f"{name}.html"
        assert main(["report", str(runs[name]), "--out", str(page)]) == 0
        said = page.read_text(encoding="utf-8")
        assert outcomes in said
        assert words in said
