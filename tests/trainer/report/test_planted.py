"""What was planted in a run is what its report and the guard say, and nothing beyond it."""

import json

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
    assert "It overfits: best at step 150" in text
    assert "Ship epoch 15 (step 150), not the last one" in text
    assert "1. Shown: Stop earlier and ship step 150: the loss rose by 18.4%" in text
    assert "| Overfits: the last above the best by more than | 2.0% | 18.4% |" in text
    assert "From the best to the last: +0.8" in text
    assert "more than these clips' chance" in text
    assert "Go on" not in text


def test_an_improving_run_is_to_go_on(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", IMPROVING, bundle=bundle))
    assert text.split("\n")[2].startswith("It improves (mel_ce 5.400 at step 0")
    assert "Ship epoch 29 (step 290), the best so far" in text
    assert "Shown: Go on: it still gained 1.6% between the last two evaluations." in text
    assert "overfit" not in text.lower().replace("overfitting and stability", "").replace(
        "overfits: the last", ""
    )


def test_a_flat_run_is_not_praised(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", FLAT, bundle=bundle))
    assert "It learnt nothing measurable" in text
    assert "More steps will not help" in text
    assert "which chance over these clips explains" in text
    assert "There is nothing to ship: at its best, step 250, it was 0.04% better" in text
    assert "Ship epoch" not in text
    assert "Go on" not in text
    assert "Shown:" not in text.split("## Run and data")[0].split("chance.")[1]


def test_what_the_clips_cannot_show_is_doubted(tmp_path, bundle):
    wobbling = {0: 5.00, 5: 4.97, 10: 4.98, 15: 5.10}
    text = told(a_run(tmp_path / "run", wobbling, bundle=bundle, spread=0.8))
    assert "It overfits" in text  # by the guard's limits, which know no clips
    assert "These clips cannot show that it is better than what it started from." in text
    assert "Possible: Stop earlier" in text
    assert "Shown:" not in text.split("## Run and data")[0].split("chance.")[1]


def test_an_exploding_run_ships_nothing(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", EXPLODING, bundle=bundle))
    assert "It fell apart: worse than the base model" in text
    assert "Ship nothing: what the run started from was best (mel_ce 5.400)" in text
    assert "Lower the learning rate, which was 5e-06" in text
    assert "at its last evaluation this run is worse than guessing" in text


def test_a_loss_that_is_no_number_is_named(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", NOT_A_NUMBER, bundle=bundle))
    assert "It fell apart: mel_ce is not a number at step 100." in text
    assert "Ship epoch 5 (step 50), from before it fell apart" in text


@pytest.mark.parametrize("series", [OVERFITTED, IMPROVING, FLAT, EXPLODING])
def test_too_few_evaluation_clips_decide_nothing(tmp_path, bundle, series):
    run = a_run(tmp_path / "run", series, bundle=bundle, clips=3)
    assert read_run(run).verdict.state == "not_measured"
    text = told(run)
    assert "3 evaluation clips are too few to tell this from chance" in text
    assert "1. Seen: Hold more clips back: 3 for evaluation are fewer than the 6" in text
    assert "That is no reason to prefer it" in text
    for claim in ("Ship epoch", "Go on", "Stop earlier", "Shown: ", "will not help", "Lower the"):
        assert claim not in text.replace("Shown: its interval", "")


def test_no_evaluations_at_all_are_said(tmp_path):
    run = a_run(tmp_path / "run", {0: 5.0}, ending=None)
    path = run / "events.jsonl"
    path.write_text(path.read_text().split("\n")[0] + "\n")
    text = told(run)
    assert "There are no evaluation clips, so nothing can be said." in text
    assert "Whether it learnt anything" in text


def test_a_gain_in_words_is_shown_and_no_gain_is_not(tmp_path, bundle):
    better, same = (a_run(tmp_path / name, IMPROVING, bundle=bundle) for name in ("one", "two"))
    an_evaluation(better, [0, 290], gain=0.3)
    an_evaluation(same, [0, 290], gain=0.0, spread=0.2)
    assert "Word errors, share of words: better than the base at step 290" in told(better)
    assert "These samples cannot show a difference." in told(same)
    assert "Word errors, share of words: better" not in told(same)


def test_of_noise_nothing_is_said_but_that_it_is_noise(tmp_path, bundle):
    run = a_run(tmp_path / "noise", IMPROVING, bundle=bundle)
    an_evaluation(run, [0, 290], gain=-0.5, sounds=False)  # no word is right at the end
    path = run / "evaluation" / "results.jsonl"
    one_clip = path.read_text().replace('"clip": "clip-021"', '"clip": "clip-018"')
    path.write_text(one_clip.replace('"early_stop": 0.0', '"early_stop": 1.0'))
    text = told(run)
    assert "Whisper understood next to nothing of it" in text
    assert "Look for clips whose text is longer" not in text
    assert "The category holds out no other clip." in text
    row = page_data(voices_of([run]))["rows"][0]
    assert row["sounds"][2] == ONLY_ONE


def test_a_thin_category_is_named_with_what_it_lacks(tmp_path, bundle):
    run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
    text = told(run)
    assert "Record or label more tension: it has 0.2 minutes of 1; 0.8 minutes are lacking." in text
    assert "cannot be told: no speech was generated" in text
    an_evaluation(run, [0, 290], sentences=2)
    assert "there are too few samples on one side" in told(run)
    an_evaluation(run, [0, 290], sentences=8)
    assert "these samples cannot show that thin categories are worse" in told(run)


def test_findings_still_in_the_set_are_named(tmp_path, bundle):
    text = told(a_run(tmp_path / "run", IMPROVING, bundle=bundle))
    assert "1 clips are noisy, decibels below 15: clip-001." in text


def test_the_next_run_is_promised_nothing_without_a_basis(tmp_path, bundle):
    run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
    assert "no basis yet" in told(run)
    a_run(tmp_path / "other", OVERFITTED, bundle=bundle)
    assert "no basis yet" in told(run)
    a_run(tmp_path / "third", {0: 5.0, 1: 4.5}, bundle=bundle)
    assert "came out between 10.0% and 20.4% below their first evaluation" in told(run)


def with_field(event: dict, key: str, value: object) -> dict:
    """The event with another value in a field, or without the field for ``...``."""
    return {k: v for k, v in {**event, key: value}.items() if v is not ...}


class TestBadInput:
    def test_a_run_killed_in_the_middle_of_a_line(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle, ending=None)
        path = run / "events.jsonl"
        path.write_bytes(path.read_bytes()[:-40])
        text = told(run)
        assert "events.jsonl ends in half a line: the program was killed while writing it." in text
        assert "killed after step 290" in text

    def test_a_damaged_line_in_the_middle_is_left_out_and_named(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        path = run / "events.jsonl"
        lines = path.read_text().split("\n")
        lines[5] = lines[5][:30]
        path.write_text("\n".join(lines))
        assert "events.jsonl has damaged lines, which are left out: 6." in told(run)

    def test_an_evaluation_of_a_newer_version_or_half_done_is_named(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        an_evaluation(run, [0, 290], sounds=False)
        path = run / "evaluation" / "results.jsonl"
        text = path.read_text()
        path.write_text(text.replace('"format": 1', '"format": 2', 1))
        assert "results.jsonl was written by a newer version" in told(run)
        path.write_text(text.replace('"complete": true', '"complete": false', 1))
        assert "The evaluation is not complete" in told(run)

    def test_missing_sounds_are_said_beside_their_player(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        an_evaluation(run, [0, 290], sounds=False)
        assert "synthesised: The sound is missing." in told(run)

    def test_a_sound_that_is_none_is_said(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        an_evaluation(run, [0, 290])
        for path in (run / "evaluation" / "wavs").iterdir():
            path.write_bytes(b"RIFFnonsense")
        assert "synthesised: The sound cannot be read." in told(run)

    def test_a_run_of_a_newer_version_is_shown_as_far_as_it_is_known(self, tmp_path, bundle):
        run = a_run(tmp_path / "run", OVERFITTED, bundle=bundle)
        about = json.loads((run / "run.json").read_text())
        (run / "run.json").write_text(json.dumps({**about, "format": 2}))
        config = (run / "config.toml").read_text()
        (run / "config.toml").write_text(config + "\n[dreams]\nvivid = true\n")
        with (run / "events.jsonl").open("a") as log:
            log.write('{"event": "dreamt", "time": "x", "of": "sheep"}\n')
        text = told(run)
        assert "made by a newer version" in text
        assert "Events this version does not know are left out: dreamt." in text
        assert "Ship epoch 15" in text

    def test_a_bundle_that_is_gone_or_changed_is_said(self, tmp_path):
        bundle = a_small_bundle(tmp_path / "bundle")
        run = a_run(tmp_path / "run", IMPROVING, bundle=bundle)
        (bundle / "manifest.jsonl").write_text("{}\n")
        assert "The bundle was changed since the run began" in told(run)
        (bundle / "manifest.jsonl").unlink()
        assert "The bundle is not where it was" in told(run)

    def test_a_folder_that_is_no_run_is_refused(self, tmp_path):
        with pytest.raises(BrokenRun, match="is not a run"):
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
