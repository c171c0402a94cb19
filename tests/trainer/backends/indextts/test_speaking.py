"""IndexTTS as a run to compare with: evaluated, compared, reported on; what is wrong is said."""

import contextlib
import io
import json
import sys
from pathlib import Path

import jsonschema
import pytest
import soundfile

from tests.helpers.fake_indextts import fake_weights
from tests.trainer.bundles import a_bundle, a_clip, write_bundle
from tests.trainer.toy_runs import TOY
from trainer.backends.environments import python_of
from trainer.backends.indextts.base import open_base
from trainer.backends.indextts.speaker import IndexSpeaker
from trainer.cli.parser import main
from trainer.errors import TrainerError
from trainer.evaluate.results import read_results
from trainer.report.run_files import read_run
from trainer.report.samples import Samples

pytestmark = pytest.mark.model

SCHEMAS = {
    name: json.loads(
        (Path(__file__).resolve().parents[4] / "resources" / f"{name}.schema.json").read_text()
    )
    for name in ("evaluation", "events")
}
SENTENCES = """
language = "en"
seeds = [0]
[[sentence]]
id = "short"
text = "Yes!"
[[sentence]]
id = "broken"
text = "This is broken."
[[sentence]]
id = "plain"
text = "Good day."
"""


@pytest.fixture(scope="module")
def ears(tmp_path_factory) -> list[str]:
    """Which sentences are spoken."""
    path = tmp_path_factory.mktemp("ears") / "mine.toml"
    path.write_text(SENTENCES, encoding="utf-8")
    return ["--sentences", str(path)]


@pytest.fixture(scope="module")
def set_of_ten(tmp_path_factory) -> Path:
    return a_bundle(tmp_path_factory.mktemp("set") / "show", 10, least_s=0.6, most_s=1.0)


def shipped(run, weights, made, bundle, *more) -> int:
    words = ["--model", "indextts", "--base", str(weights), "--env", str(made)]
    return main(["evaluate", str(run), *words, "--bundle", str(bundle), *more])


@pytest.fixture(scope="module")
def run(tmp_path_factory, set_of_ten, made, ears, model) -> Path:
    """The model as it was shipped, evaluated; not to be changed."""
    top = tmp_path_factory.mktemp("shipped")
    weights = fake_weights(top / "weights", model)
    with contextlib.redirect_stdout(io.StringIO()) as told:
        assert shipped(top / "as-shipped", weights, made, set_of_ten, *ears) == 0
    assert told.getvalue().startswith(f"indextts is used under: {model.licence}.")
    return top / "as-shipped"


def test_it_is_evaluated_under_its_licence_and_what_it_cannot_say_is_a_fault(run, model):
    identity = json.loads((run / "run.json").read_text())["identity"]
    assert identity["licence"] == model.licence
    elsewhere = sum(len(repository.files) for repository in model.weights.hub)
    assert len(identity["sha256"]) == len(model.weights.files) + elsewhere
    for line in (run / "events.jsonl").read_text().splitlines():
        jsonschema.validate(json.loads(line), SCHEMAS["events"])
    found = read_results(run)
    assert found.about["checkpoints"] == [0]
    for row in found.rows:
        jsonschema.validate(row, SCHEMAS["evaluation"])
    faults = {row["sentence"]["id"]: row["fault"] for row in found.rows}
    assert faults.pop("broken") == "IndexTTS-2 could not speak: ValueError: the text."
    assert set(faults.values()) == {None}


def test_step_0_alone_stands_for_it_in_report_and_listening(run, model):
    assert Samples(read_run(run)).shipped == 0
    assert main(["report", str(run)]) == 0
    text = (run / "report.md").read_text()
    assert "This is a released model without training" in text
    assert f"Licence: {model.licence}." in text
    assert "| released model |" in text
    assert "No verdict" not in text
    assert "None" not in text
    assert main(["listen", str(run)]) == 0
    assert "as-shipped, as shipped" in (run / "listen.html").read_text()


def test_it_speaks_and_nothing_is_trained_or_exported(run, tmp_path, capsys):
    said = tmp_path / "said.wav"
    assert main(["speak", str(run), "--text", "Good day.", "--out", str(said)]) == 0
    assert soundfile.info(said).duration > 0.5
    capsys.readouterr()
    for words in (["resume", str(run)], ["export", str(run), str(tmp_path / "export")]):
        assert main(words) == 1
        assert "is an evaluation of a released model" in capsys.readouterr().err


@pytest.mark.slow
def test_what_it_spoke_is_not_spoken_again_and_compares_with_a_run_that_was_trained(
    run, tmp_path, set_of_ten, ears, capsys
):
    before = (run / "evaluation" / "results.jsonl").read_bytes()
    assert main(["evaluate", str(run), *ears]) == 0
    assert (run / "evaluation" / "results.jsonl").read_bytes() == before
    trained = tmp_path / "trained"
    settings = [f"--set={change}" for change in (*TOY, "sched.total_steps=5")]
    assert main(["train", str(set_of_ten), str(trained), "--preset", "tiny-cpu", *settings]) == 0
    assert main(["evaluate", str(trained), *ears]) == 0
    capsys.readouterr()
    assert main(["compare", str(trained), str(run), "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)
    assert any("another model" in each for each in compared["obstacles"]["as-shipped"])
    pairs = {each["measure"]: each["pairs"] for each in compared["outcome"]}
    assert pairs["wer"] == 2
    assert "mel_ce" not in pairs


def test_a_base_is_heard_in_the_same_way_and_is_not_taken_for_another_model(
    tmp_path, set_of_ten, weights, made, ears, model, capsys
):
    run = tmp_path / "run"
    assert main(["evaluate", str(run), "--model", "toy", "--bundle", str(set_of_ten), *ears]) == 0
    assert Samples(read_run(run)).shipped == 0
    assert model.licence not in capsys.readouterr().out
    assert shipped(run, weights, made, set_of_ten, *ears) == 1
    assert "is another run than that of indextts" in capsys.readouterr().err


@pytest.fixture
def speaker(made, weights, model):
    with IndexSpeaker(model, python_of(made), open_base(model, weights)) as found:
        yield found


def test_the_same_seed_says_the_same_and_prompts_are_joined(speaker, set_of_ten):
    prompts = sorted((set_of_ten / "wavs").iterdir())[:2]
    one, two, other = (
        speaker.say("Good day.", "en-GB", prompts[:many], seed, None)
        for many, seed in ((1, 7), (2, 7), (1, 8))
    )
    assert one.rate == 22050
    assert one.seconds == pytest.approx(0.9)
    assert (one.samples == two.samples).all()
    assert (one.samples != other.samples).any()
    assert speaker.versions["version"] == "2.1.1"


def test_what_it_cannot_do_is_a_sentence_and_it_goes_on(speaker, set_of_ten):
    prompts = sorted((set_of_ten / "wavs").iterdir())[:1]
    for text, language, voices, sentence in (
        ("Jó napot.", "hu", prompts, "IndexTTS-2 does not speak 'hu'; it speaks en, zh."),
        ("Say nothing.", "en", prompts, "could not speak: ValueError: it said nothing."),
        ("Yes.", "en", [], "There is no voice to speak in."),
    ):
        with pytest.raises(TrainerError) as caught:
            speaker.say(text, language, voices, 0, None)
        assert sentence in str(caught.value)
    assert speaker.say("Yes.", "en", prompts, 0, None).seconds == pytest.approx(0.4)
    for _ in range(2):  # and once more when nobody is there
        with pytest.raises(TrainerError, match="ended: Segmentation fault"):
            speaker.say("A crash.", "en", prompts, 0, None)


def test_weights_that_are_missing_or_others_are_named(tmp_path, set_of_ten, weights, made, capsys):
    run = tmp_path / "run"
    hub = next((weights / "hub").glob("models--amphion*")).rename(tmp_path / "aside")
    assert shipped(run, weights, made, set_of_ten) == 1
    said = capsys.readouterr().err
    assert "lacks semantic_codec/model.safetensors of amphion/MaskGCT" in said
    assert "hub hf download amphion/MaskGCT semantic_codec/model.safetensors" in said
    hub.rename(weights / "hub" / "models--amphion--MaskGCT")
    (weights / "gpt.pth").rename(tmp_path / "gpt.pth")
    assert shipped(run, weights, made, set_of_ten) == 1
    assert "lacks gpt.pth. Fill it with: hf download" in capsys.readouterr().err
    (tmp_path / "gpt.pth").rename(weights / "gpt.pth")
    assert shipped(run, tmp_path / "nowhere", made, set_of_ten) == 1
    capsys.readouterr()
    assert not run.exists()


def test_a_python_without_the_package_is_told(weights, model):
    with pytest.raises(TrainerError, match=r"has indextts2-inference in no version; 2.1.1 is"):
        IndexSpeaker(model, Path(sys.executable), open_base(model, weights))


def test_a_file_that_is_not_the_one_used_before_is_refused(weights, model):
    open_base(model, weights)
    (weights / "s2mel.pth").write_text("somebody else's")
    with pytest.raises(TrainerError, match="its hash differs"):
        open_base(model, weights)


def test_what_is_asked_wrongly_makes_no_run(tmp_path, set_of_ten, weights, made, capsys):
    run, magyar = tmp_path / "run", tmp_path / "magyar"
    magyar.mkdir()
    lines = [a_clip(magyar, at, seconds=1.0, language="hu") for at in range(8)]
    write_bundle(magyar, lines)
    asked = ["--model", "indextts", "--base", str(weights), "--env", str(made)]
    for words, sentence in (
        (["--model", "indextt", "--bundle", str(set_of_ten)], "Did you mean"),
        (["--model", "indextts", "--bundle", str(set_of_ten)], "needs its weights"),
        (asked, "Name it with --bundle"),
        ([*asked, "--bundle", str(magyar)], "indextts does not speak hu; it speaks en, zh."),
    ):
        assert main(["evaluate", str(run), *words]) in (1, 2)
        assert sentence in capsys.readouterr().err
        assert not run.exists()


def test_it_is_not_trained(tmp_path, set_of_ten, capsys):
    words = ["--preset", "tiny-cpu", "--set", "model.backend=indextts"]
    assert main(["train", str(set_of_ten), str(tmp_path / "run"), *words]) == 2
    assert "indextts is inference-only" in capsys.readouterr().err
    assert main(["check", str(set_of_ten), *words]) == 2
    assert not (tmp_path / "run").exists()
