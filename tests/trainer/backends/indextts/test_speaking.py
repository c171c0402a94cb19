"""IndexTTS as an inference-only run: evaluate, compare, report, error messages."""

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
def sentences(tmp_path_factory) -> list[str]:
    """Options that select the test sentences."""
    path = tmp_path_factory.mktemp("sentences") / "mine.toml"
    path.write_text(SENTENCES, encoding="utf-8")
    return ["--sentences", str(path)]


@pytest.fixture(scope="module")
def set_of_ten(tmp_path_factory) -> Path:
    return a_bundle(tmp_path_factory.mktemp("set") / "show", 10, least_s=0.6, most_s=1.0)


def evaluate_released(run, weights, environment, bundle, *more) -> int:
    words = ["--model", "indextts", "--base", str(weights), "--env", str(environment)]
    return main(["evaluate", str(run), *words, "--bundle", str(bundle), *more])


@pytest.fixture(scope="module")
def run(tmp_path_factory, set_of_ten, environment, sentences, model) -> Path:
    """Evaluated run of the released model; read-only."""
    top = tmp_path_factory.mktemp("shipped")
    weights = fake_weights(top / "weights", model)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        assert (
            evaluate_released(top / "as-shipped", weights, environment, set_of_ten, *sentences) == 0
        )
    assert output.getvalue().startswith(f"indextts is used under: {model.licence}.")
    return top / "as-shipped"


def test_evaluation_records_the_licence_and_synthesis_faults(run, model):
    identity = json.loads((run / "run.json").read_text())["identity"]
    assert identity["licence"] == model.licence
    elsewhere = sum(len(repository.files) for repository in model.weights.hub)
    assert len(identity["sha256"]) == len(model.weights.files) + elsewhere
    for line in (run / "events.jsonl").read_text().splitlines():
        jsonschema.validate(json.loads(line), SCHEMAS["events"])
    results = read_results(run)
    assert results.about["checkpoints"] == [0]
    for row in results.rows:
        jsonschema.validate(row, SCHEMAS["evaluation"])
    faults = {row["sentence"]["id"]: row["fault"] for row in results.rows}
    assert faults.pop("broken") == "IndexTTS-2 synthesis failed: ValueError: the text."
    assert set(faults.values()) == {None}


def test_report_and_listening_page_show_step_0_only(run, model):
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


def test_speak_works_but_resume_and_export_are_errors(run, tmp_path, capsys):
    out = tmp_path / "speech.wav"
    assert main(["speak", str(run), "--text", "Good day.", "--out", str(out)]) == 0
    assert soundfile.info(out).duration > 0.5
    capsys.readouterr()
    for words in (["resume", str(run)], ["export", str(run), str(tmp_path / "export")]):
        assert main(words) == 1
        assert "is an evaluation of a released model" in capsys.readouterr().err


@pytest.mark.slow
def test_results_are_reused_and_compared_with_a_trained_run(
    run, tmp_path, set_of_ten, sentences, capsys
):
    before = (run / "evaluation" / "results.jsonl").read_bytes()
    assert main(["evaluate", str(run), *sentences]) == 0
    assert (run / "evaluation" / "results.jsonl").read_bytes() == before
    trained = tmp_path / "trained"
    settings = [f"--set={change}" for change in (*TOY, "sched.total_steps=5")]
    assert main(["train", str(set_of_ten), str(trained), "--preset", "tiny-cpu", *settings]) == 0
    assert main(["evaluate", str(trained), *sentences]) == 0
    capsys.readouterr()
    assert main(["compare", str(trained), str(run), "--json"]) == 0
    compared = json.loads(capsys.readouterr().out)
    assert any("another model" in reason for reason in compared["obstacles"]["as-shipped"])
    pairs = {row["measure"]: row["pairs"] for row in compared["outcome"]}
    assert pairs["wer"] == 2
    assert "mel_ce" not in pairs


def test_a_base_is_evaluated_likewise_and_is_a_different_run(
    tmp_path, set_of_ten, weights, environment, sentences, model, capsys
):
    run = tmp_path / "run"
    assert (
        main(["evaluate", str(run), "--model", "toy", "--bundle", str(set_of_ten), *sentences]) == 0
    )
    assert Samples(read_run(run)).shipped == 0
    assert model.licence not in capsys.readouterr().out
    assert evaluate_released(run, weights, environment, set_of_ten, *sentences) == 1
    assert "is another run than that of indextts" in capsys.readouterr().err


@pytest.fixture
def speaker(environment, weights, model):
    with IndexSpeaker(model, python_of(environment), open_base(model, weights)) as process:
        yield process


def test_speech_is_reproducible_by_seed_and_prompts_are_concatenated(speaker, set_of_ten):
    prompts = sorted((set_of_ten / "wavs").iterdir())[:2]
    one, two, other = (
        speaker.synthesise("Good day.", "en-GB", prompts[:many], seed, None)
        for many, seed in ((1, 7), (2, 7), (1, 8))
    )
    assert one.rate == 22050
    assert one.seconds == pytest.approx(0.9)
    assert (one.samples == two.samples).all()
    assert (one.samples != other.samples).any()
    assert speaker.versions["version"] == "2.1.1"


def test_errors_are_one_sentence_and_the_worker_continues(speaker, set_of_ten):
    prompts = sorted((set_of_ten / "wavs").iterdir())[:1]
    for text, language, voices, sentence in (
        ("Jó napot.", "hu", prompts, "IndexTTS-2 does not support 'hu'; supported: en, zh."),
        ("Say nothing.", "en", prompts, "synthesis failed: ValueError: no speech was generated."),
        ("Yes.", "en", [], "There is no voice prompt."),
    ):
        with pytest.raises(TrainerError) as caught:
            speaker.synthesise(text, language, voices, 0, None)
        assert sentence in str(caught.value)
    assert speaker.synthesise("Yes.", "en", prompts, 0, None).seconds == pytest.approx(0.4)
    for _ in range(2):  # the second time the process no longer exists
        with pytest.raises(TrainerError, match="ended: Segmentation fault"):
            speaker.synthesise("A crash.", "en", prompts, 0, None)


def test_missing_weights_are_named(tmp_path, set_of_ten, weights, environment, capsys):
    run = tmp_path / "run"
    hub = next((weights / "hub").glob("models--amphion*")).rename(tmp_path / "aside")
    assert evaluate_released(run, weights, environment, set_of_ten) == 1
    error = capsys.readouterr().err
    assert "lacks semantic_codec/model.safetensors of amphion/MaskGCT" in error
    assert "hub hf download amphion/MaskGCT semantic_codec/model.safetensors" in error
    hub.rename(weights / "hub" / "models--amphion--MaskGCT")
    (weights / "gpt.pth").rename(tmp_path / "gpt.pth")
    assert evaluate_released(run, weights, environment, set_of_ten) == 1
    assert "lacks gpt.pth. Download them with: hf download" in capsys.readouterr().err
    (tmp_path / "gpt.pth").rename(weights / "gpt.pth")
    assert evaluate_released(run, tmp_path / "nowhere", environment, set_of_ten) == 1
    capsys.readouterr()
    assert not run.exists()


def test_a_missing_package_is_an_error(weights, model):
    with pytest.raises(TrainerError, match=r"has indextts2-inference \(not installed\); 2.1.1 is"):
        IndexSpeaker(model, Path(sys.executable), open_base(model, weights))


def test_a_changed_file_is_an_error(weights, model):
    open_base(model, weights)
    (weights / "s2mel.pth").write_text("changed")
    with pytest.raises(TrainerError, match="its hash differs"):
        open_base(model, weights)


def test_invalid_arguments_create_no_run(tmp_path, set_of_ten, weights, environment, capsys):
    run, magyar = tmp_path / "run", tmp_path / "magyar"
    magyar.mkdir()
    lines = [a_clip(magyar, at, seconds=1.0, language="hu") for at in range(8)]
    write_bundle(magyar, lines)
    options = ["--model", "indextts", "--base", str(weights), "--env", str(environment)]
    for words, sentence in (
        (["--model", "indextt", "--bundle", str(set_of_ten)], "Did you mean"),
        (["--model", "indextts", "--bundle", str(set_of_ten)], "needs a folder of weights"),
        (options, "Name it with --bundle"),
        ([*options, "--bundle", str(magyar)], "indextts does not speak hu; it speaks en, zh."),
    ):
        assert main(["evaluate", str(run), *words]) in (1, 2)
        assert sentence in capsys.readouterr().err
        assert not run.exists()


def test_training_is_an_error(tmp_path, set_of_ten, capsys):
    words = ["--preset", "tiny-cpu", "--set", "model.backend=indextts"]
    assert main(["train", str(set_of_ten), str(tmp_path / "run"), *words]) == 2
    assert "indextts is inference-only" in capsys.readouterr().err
    assert main(["check", str(set_of_ten), *words]) == 2
    assert not (tmp_path / "run").exists()
