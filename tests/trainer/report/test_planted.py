"""What was planted in a run is what its report and the guard say, and nothing beyond it."""

import json
import os
import shutil

import pytest

from tests.helpers.training_runs import (
    EXPLODING,
    FLAT,
    IMPROVING,
    NOT_A_NUMBER,
    OVERFITTED,
    a_run,
    a_small_bundle,
    an_evaluation,
)
from trainer.errors import BrokenRun
from trainer.listening import ONLY_ONE, page_data, voices_of
from trainer.report import contents
from trainer.report.page import as_markdown
from trainer.report.run_files import read_run


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return a_small_bundle(tmp_path_factory.mktemp("bundles") / "show")


def told(run, **more) -> str:
    return as_markdown(contents(read_run(run, **more)))


def test_an_overfitted_run_ships_the_epoch_it_was_best_at(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", OVERFITTED, bundle=bundle))
    assert "Overfitting: best at step 150" in text
    assert "Use epoch 15 (step 150), not the last one" in text
    assert "1. Significant: Stop earlier and use step 150: the loss rose by 18.4%" in text
    assert "| Overfitting: last above the best by more than | 2.0% | 18.4% |" in text
    assert "From the best to the last: +0.8" in text
    assert ": significant." in text
    assert "Train longer" not in text


def test_an_improving_run_is_to_go_on(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", IMPROVING, bundle=bundle))
    assert text.split("\n")[2].startswith("Improving (mel_ce 5.400 at step 0")
    assert "Use epoch 29 (step 290), the best so far" in text
    assert "Significant: Train longer: the loss fell by 1.6%" in text
    assert "overfit" not in text.lower().replace("overfitting and stability", "").replace(
        "overfitting: last", ""
    )


def test_a_flat_run_is_not_praised(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", FLAT, bundle=bundle))
    assert "No measurable improvement" in text
    assert "More steps will not help" in text
    assert ": not significant." in text
    assert "Use no step of this run: the best, step 250, was only 0.04% better" in text
    assert "Use epoch" not in text
    assert "Train longer" not in text
    assert "Significant:" not in text.split("## Overview")[0].split("chance.")[1]


def test_what_the_clips_cannot_show_is_doubted(tmp_path, bundle):
    wobbling = {0: 5.00, 5: 4.97, 10: 4.98, 15: 5.10}
    text = told(a_run(tmp_path / "run", wobbling, bundle=bundle, spread=0.8))
    assert "Overfitting: best" in text  # by the guard's limits, which know no clips
    assert "The improvement over the start is not significant on these clips." in text
    assert "Possible: Stop earlier" in text
    assert "Significant:" not in text.split("## Overview")[0].split("chance.")[1]


def test_an_exploding_run_ships_nothing(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", EXPLODING, bundle=bundle))
    assert "Diverged: worse than the base model" in text
    assert "Use no step of this run: the model it started from was best (mel_ce 5.400)" in text
    assert "Lower the learning rate from 5e-06" in text
    assert "the last evaluation is worse than chance" in text


def test_a_loss_that_is_no_number_is_named(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", NOT_A_NUMBER, bundle=bundle))
    assert "Diverged: mel_ce is not finite at step 100." in text
    assert "Use epoch 5 (step 50), before it diverged" in text


@pytest.mark.parametrize("series", [OVERFITTED, IMPROVING, FLAT, EXPLODING])
def test_too_few_evaluation_clips_decide_nothing(tmp_path, bundle, series):
    run = a_run(tmp_path / "run", series, bundle=bundle, clips=3)
    assert read_run(run).verdict.state == "not_measured"
    text = told(run)
    assert "3 evaluation clips are too few to be significant" in text
    assert "1. Observed: Reserve more clips for evaluation: 3 of the 6 needed" in text
    assert "the evidence is too weak to prefer it" in text
    claims = ("Use epoch", "Train longer", "Stop earlier", "Significant: ", "will not help")
    for claim in (*claims, "Lower the"):
        assert claim not in text.replace("Significant: the confidence interval", "")


def test_no_evaluations_at_all_are_said(tmp_path):
    run = a_run(tmp_path / "run", {0: 5.0}, ending=None)
    path = run / "events.jsonl"
    path.write_text(path.read_text().split("\n")[0] + "\n")
    text = told(run)
    assert "No verdict: there are no evaluation clips." in text
    assert "Improvement: the bundle has no usable evaluation clips" in text


def test_a_gain_in_words_is_shown_and_no_gain_is_not(tmp_path, bundle):
    better, same = (a_run(tmp_path / name, IMPROVING, bundle=bundle) for name in ("one", "two"))
    an_evaluation(better, [0, 290], gain=0.3)
    an_evaluation(same, [0, 290], gain=0.0, spread=0.2)
    assert "Word error rate: better than the base at step 290" in told(better)
    assert ": not significant." in told(same).split("## Speech quality")[1]
    assert "Word error rate: better" not in told(same)


def test_of_noise_nothing_is_said_but_that_it_is_noise(tmp_path, bundle):
    run = a_run(tmp_path / "noise", IMPROVING, bundle=bundle)
    an_evaluation(run, [0, 290], gain=-0.5, sounds=False)  # no word is right at the end
    path = run / "evaluation" / "results.jsonl"
    one_clip = path.read_text().replace('"clip": "clip-021"', '"clip": "clip-018"')
    path.write_text(one_clip.replace('"early_stop": 0.0', '"early_stop": 1.0'))
    text = told(run)
    assert "Whisper recognised almost nothing" in text
    assert "Look for clips whose text is longer" not in text
    assert "No other held-out clip in this category." in text
    row = page_data(voices_of([run]))["rows"][0]
    assert row["sounds"][2] == ONLY_ONE


def test_a_thin_category_is_named_with_what_it_lacks(tmp_path, bundle):
    run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
    text = told(run)
    assert "Record or label more tension: it has 0.2 of 1 minutes; 0.8 minutes are missing." in text
    assert "score worse: no speech was synthesised" in text
    an_evaluation(run, [0, 290], sentences=2)
    assert "too few samples in one group" in told(run)
    an_evaluation(run, [0, 290], sentences=8)
    assert "word errors from the others, interval" in told(run)


def test_findings_still_in_the_set_are_named(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", IMPROVING, bundle=bundle))
    assert "1 clips with a signal-to-noise ratio in dB below 15: clip-001." in text


def test_the_next_run_is_promised_nothing_without_a_basis(tmp_path, bundle):
    run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
    assert "Expected gain: unknown" in told(run)
    a_run(tmp_path / "other", OVERFITTED, bundle=bundle)
    assert "Expected gain: unknown" in told(run)
    a_run(tmp_path / "third", {0: 5.0, 1: 4.5}, bundle=bundle)
    assert "ended between 10.0% and 20.4% below their first evaluation" in told(run)


def with_field(event: dict, key: str, value: object) -> dict:
    """The event with another value in a field, or without the field for ``...``."""
    return {k: v for k, v in {**event, key: value}.items() if v is not ...}


class TestBadInput:
    def test_a_run_killed_in_the_middle_of_a_line(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle, ending=None)
        path = run / "events.jsonl"
        path.write_bytes(path.read_bytes()[:-40])
        text = told(run)
        assert "events.jsonl ends with an incomplete line: the program was killed" in text
        assert "killed after step 290" in text

    def test_a_damaged_line_in_the_middle_is_left_out_and_named(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        path = run / "events.jsonl"
        lines = path.read_text().split("\n")
        lines[5] = lines[5][:30]
        path.write_text("\n".join(lines))
        assert "events.jsonl has damaged lines, which are ignored: 6." in told(run)

    def test_an_evaluation_of_a_newer_version_or_half_done_is_named(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        an_evaluation(run, [0, 290], sounds=False)
        path = run / "evaluation" / "results.jsonl"
        text = path.read_text()
        path.write_text(text.replace('"format": 1', '"format": 2', 1))
        assert "results.jsonl was written by a newer version" in told(run)
        path.write_text(text.replace('"complete": true', '"complete": false', 1))
        assert "The evaluation is incomplete" in told(run)

    @pytest.mark.skipif(os.name == "nt", reason="no pipes")
    @pytest.mark.parametrize("name", ["run.json", "events.jsonl"])
    def test_a_damaged_run_beside_it_changes_no_word(self, tmp_path, bundle, name):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        alone = told(run)
        damage = (b"", b"[]", b"{}", b"[" * 9999, b"\xff\xfe", b'{"identity": [1]}', b"1e999\n{}\n",
                    b'{"event": "evaluated", "step": {}, "metrics": []}\n')  # fmt: skip
        for number, content in enumerate(damage):
            other = tmp_path / f"other{number}"
            shutil.copytree(run, other)
            (other / name).write_bytes(content)
        for number, make in enumerate((os.mkfifo, lambda path: path.symlink_to("/dev/zero"))):
            other = tmp_path / f"special{number}"
            shutil.copytree(run, other)
            (other / name).unlink()
            make(other / name)
        assert told(run) == alone

    def test_missing_sounds_are_said_beside_their_player(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        an_evaluation(run, [0, 290], sounds=False)
        assert "synthesised: The audio file is missing." in told(run)

    def test_a_sound_that_is_none_is_said(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        an_evaluation(run, [0, 290])
        for path in (run / "evaluation" / "wavs").iterdir():
            path.write_bytes(b"RIFFnonsense")
        assert "synthesised: The audio file cannot be read." in told(run)

    def test_a_run_of_a_newer_version_is_shown_as_far_as_it_is_known(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", OVERFITTED, bundle=bundle)
        about = json.loads((run / "run.json").read_text())
        (run / "run.json").write_text(json.dumps({**about, "format": 2}))
        config = (run / "config.toml").read_text()
        (run / "config.toml").write_text(config + "\n[dreams]\nvivid = true\n")
        with (run / "events.jsonl").open("a") as log:
            log.write('{"event": "dreamt", "time": "x", "of": "sheep"}\n')
        text = told(run)
        assert "written by a newer version" in text
        assert "Events unknown to this version are ignored: dreamt." in text
        assert "Use epoch 15" in text

    def test_a_bundle_that_is_gone_or_changed_is_said(self, tmp_path):
        bundle = a_small_bundle(tmp_path / "bundle")
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        (bundle / "manifest.jsonl").write_text("{}\n")
        assert "The bundle was changed since the run started" in told(run)
        (bundle / "manifest.jsonl").unlink()
        assert "The bundle was moved or deleted" in told(run)

    def test_a_folder_that_is_no_run_is_refused(self, tmp_path):
        with pytest.raises(BrokenRun, match="is not a run folder"):
            read_run(tmp_path)

    @pytest.mark.slow
    def test_events_that_lack_a_field_or_have_another_type_stop_no_report(self, tmp_path):
        run = a_run(tmp_path / "run", {0: 5.0, 1: 4.0, 2: 4.5}, every=5)
        path = run / "events.jsonl"
        whole = [json.loads(line) for line in path.read_text().splitlines()]
        whole.append({"event": "rejected", "clip": "a", "reasons": ["too_long"]})
        whole.append({"event": "spoken", "step": 5, "text": "Hi", "seconds": 1.0, "out": "a"})
        whole.append({"event": "skipped", "step": 5, "clips": ["a"], "epoch": 0, "in_a_row": 1})
        pairs = {(event["event"], key) for event in whole for key in event}
        for kind, key in sorted(pairs):
            for value in (..., None, "text"):
                changed = [
                    with_field(event, key, value) if event["event"] == kind else event
                    for event in whole
                ]
                path.write_text("".join(json.dumps(event) + "\n" for event in changed))
                try:
                    told(run)
                except BrokenRun:
                    assert (kind, key) == ("started", "event")  # then it has not started
