"""Hearing, rating and comparing blindly in the window."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.errors import CuratorError
from curator.ui.training.blind import SAME, BlindTest, binomial_p
from curator.ui.training.evaluated import PromptSentence, Reference, Sample, read_evaluated
from curator.ui.training.preferences import both, preferences
from curator.ui.training.ratings import ratings, read_file
from tests.helpers.training_runs import OVERFITTED, a_run, a_small_bundle, an_evaluation
from trainer.listening import page_data, voices_of
from trainer.report.statistics import binomial_p_value


@pytest.fixture
def run(tmp_path):
    bundle = a_small_bundle(tmp_path / "bundle")
    run = a_run(tmp_path / "runs" / "one", OVERFITTED, bundle=bundle, every=10)
    an_evaluation(run, [0, 150], sentences=2)
    return run


@pytest.fixture
def page(opened, run):
    page = opened(run.parent)
    page.commands.listen()
    return page


def heard(page, act) -> str:
    """The name of the file that an act plays."""
    played = []
    page.ui.listening.play_wanted.disconnect(page.player.play)
    page.ui.listening.play_wanted.connect(lambda path: played.append(path))
    act()
    page.ui.listening.play_wanted.connect(page.player.play)
    return played[-1].name


def test_the_best_checkpoint_s_samples_are_listed_with_reasons(page):
    view = page.ui.listening
    assert view.checkpoint.currentData() == 150
    assert view.table.rowCount() == 6
    reasons = [view.table.item(row, 2).text() for row in range(6)]
    assert sum("worst of its category" in text for text in reasons) == 3
    assert re.search(r"word errors \d+%, similarity 0\.", reasons[0])
    view.checkpoint.setCurrentIndex(0)
    assert view.sample.checkpoint == 0


def test_three_sounds_can_be_heard(page):
    sample = page.ui.listening.sample
    assert heard(page, page.commands.hear_first) == f"{sample.sample}.wav"
    assert heard(page, page.commands.hear_second) == f"{sample.prompt}.wav"
    assert heard(page, page.commands.hear_third) == f"{sample.reference.clip}.wav"
    assert heard(page, page.commands.play) == f"{sample.sample}.wav"


def test_a_real_sound_is_played_on_the_player(qtbot, page):
    with qtbot.waitSignal(page.player.began, timeout=60_000):
        page.commands.hear_first()
    page.player.stop()


def test_ratings_are_decisions_and_can_be_undone(page, session, run):
    page.commands.give_digit("8")
    page.commands.give_digit("0")
    name = f"one/{page.ui.listening.sample.sample}"
    assert ratings(session) == {name: {"voice": 8, "pronunciation": 10}}
    assert page.ui.listening.table.item(0, 3).text() == "9.0"
    assert page.ui.listening.aspects.item(0).text() == "Voice: 8"
    assert page.ui.listening.aspects.currentRow() == 2
    session.undo()
    assert ratings(session) == {name: {"voice": 8}}
    session.undo()
    assert ratings(session) == {}
    assert page.ui.listening.table.item(0, 3).text() == ""


def test_a_file_of_the_listening_page_is_taken_in_as_one_act(page, session, run, tmp_path):
    data = page_data(voices_of([run]))
    samples = [row["sample"] for row in data["rows"][:2]]
    path = tmp_path / "ratings.json"
    held = {"kind": "ratings", "format": 1, "run": data["run"], "ratings": {
        samples[0]: {"voice": 7, "emotion": 10}, samples[1]: {"voice": 1}}}  # fmt: skip
    path.write_text(json.dumps(held))
    page.commands.take_ratings_from(path)
    assert ratings(session)[f"one/{samples[0]}"] == {"voice": 7, "emotion": 10}
    assert len(ratings(session)) == 2
    assert session.project.decisions.undo_label() == "Import ratings (2 samples)"
    session.undo()
    assert ratings(session) == {}


@pytest.mark.parametrize(
    ("held", "why"),
    [
        ("nonsense", "not a ratings file"),
        ('{"kind": "other"}', "not a ratings file"),
        ('{"kind": "ratings", "format": 2}', "newer version"),
        ('{"kind": "ratings", "format": 1, "run": "a", "ratings": []}', "not a ratings file"),
        (
            '{"kind": "ratings", "format": 1, "run": "a", "ratings": {"s": {"voice": 11}}}',
            "1 to 10",
        ),
        ('{"kind": "ratings", "format": 1, "run": "a", "ratings": {"s": {"charm": 1}}}', "1 to 10"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(tmp_path, held, why):
    path = tmp_path / "ratings.json"
    path.write_text(held)
    with pytest.raises(CuratorError, match=why):
        read_file(path)


def test_a_blind_comparison_says_nothing_before_its_end(page):
    view = page.ui.listening
    page.commands.toggle_blind()
    assert view.is_blind
    for _ in range(len(view.blind.test.pairs)):
        assert view.blind.outcome.text() == ""
        assert heard(page, page.commands.hear_first).removesuffix(".wav") in {
            each.sample for each in view.blind.test.pair.voices
        }
        page.commands.give_digit(str(1 + view.blind.test.pair.first))  # always the first voice
    assert (
        "step 150: preferred 6 times. base model: preferred 0 times." in view.blind.outcome.text()
    )
    assert "p = 0.03. Your preference is significant." in view.blind.outcome.text()
    page.commands.give_digit("1")
    page.commands.toggle_blind()
    assert not view.is_blind


def test_a_preference_is_a_decision_undone_and_found_again(page, session, run):
    view = page.ui.listening
    page.commands.toggle_blind()
    pair = view.blind.test.pair
    page.commands.give_digit(str(1 + pair.first))  # the first voice, whichever side it was on
    names = both(*(f"{run.name}/{voice.sample}" for voice in pair.voices))
    assert preferences(session) == {names: f"{run.name}/{pair.voices[0].sample}"}
    assert ratings(session) == {}
    assert session.project.decisions.undo_label() == "Blind comparison of a pair"
    assert view.blind.place.text() == "Pair 2 of 6"

    session.undo()
    assert preferences(session) == {}
    assert view.blind.place.text() == "Pair 1 of 6"
    session.redo()
    page.commands.toggle_blind()
    page.commands.toggle_blind()  # in another order, and the one that was judged is not asked again
    assert len(view.blind.test.choices) == 1
    assert view.blind.place.text() in ("Pair 1 of 6", "Pair 2 of 6")
    for _ in range(5):
        page.commands.give_digit("3")
    assert "step 150: preferred 1 times." in view.blind.outcome.text()

    view.blind.again.click()
    assert preferences(session) == {}
    assert view.blind.outcome.text() == ""
    session.undo()
    assert len(preferences(session)) == 6


def test_who_looks_only_is_told_that_nothing_is_kept(page, session, monkeypatch):
    page.commands.toggle_blind()
    monkeypatch.setattr(type(session), "read_only", True)
    page.commands.give_digit("1")
    assert session.messages.all[-1].text == "This project is open read-only."
    assert page.ui.listening.blind.test.choices == {}


def test_blind_preferences_of_a_file_are_taken_in_with_its_ratings(page, session, run, tmp_path):
    one, two = f"{run.name}/150-s1", f"{run.name}/0-s1"
    pairs = [{"voices": [one, two], "preferred": two}]
    held = {
        "kind": "ratings",
        "format": 1,
        "run": run.name,
        "ratings": {"150-s1": {"voice": 8}},
        "blind": {"names": ["a", "b"], "seed": 7, "pairs": pairs},
    }
    path = tmp_path / "file.json"
    path.write_text(json.dumps(held))
    page.commands.take_ratings_from(path)
    assert preferences(session) == {both(one, two): two}
    assert ratings(session) == {one: {"voice": 8}}
    session.undo()
    assert preferences(session) == {}
    assert ratings(session) == {}
    for wrong in ([{"voices": [one, one]}], [{"voices": [one, two], "preferred": "x"}], ["no"]):
        path.write_text(json.dumps({**held, "blind": {"pairs": wrong}}))
        with pytest.raises(CuratorError, match="blind pair"):
            read_file(path)


def test_ending_early_is_told_honestly(page):
    page.commands.toggle_blind()
    page.commands.give_digit("1")
    page.commands.give_digit("3")
    page.ui.listening.blind.end_here()
    assert "Too few decided pairs to show a preference." in page.ui.listening.blind.outcome.text()


def a_sample(name: str) -> Sample:
    return Sample(name, 0, PromptSentence(name, name), 0, reference=Reference("x"))


@given(st.integers(0, 1 << 30), st.lists(st.integers(0, 2), max_size=12))
def test_who_was_who_comes_out_right(seed, wanted):
    pairs = [(a_sample(f"a{at}"), a_sample(f"b{at}")) for at in range(12)]
    test = BlindTest.of(pairs, seed)
    assert test.pairs == BlindTest.of(pairs, seed).pairs
    for voice in wanted:
        side = SAME if voice == SAME else test.pair.first ^ voice
        if side != SAME:
            assert test.pair.sample(side) is test.pair.voices[voice]
        test.choices[test.index] = test.voice(side)
    assert list(test.choices.values()) == wanted
    assert test.over == (len(wanted) == 12)


@given(st.integers(0, 40), st.integers(0, 40))
def test_both_programs_reckon_chance_alike(won, lost):
    assert binomial_p(won, won + lost) == pytest.approx(binomial_p_value(won, won + lost))
    assert 0 < binomial_p(won, won + lost) <= 1


def test_results_that_are_damaged_are_read_as_far_as_they_can_be(run):
    path = run / "evaluation" / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-30] + b"\n\xff\n{}\n")
    (run / "run.json").unlink()
    found = read_evaluated(run)
    assert len(found.samples) == 11
    assert found.bundle is None


def test_a_run_that_never_spoke_says_what_to_do(opened, tmp_path):
    a_run(tmp_path / "mute", OVERFITTED, every=10)
    page = opened(tmp_path)
    page.commands.listen()
    assert "Evaluate speaks and measures" in page.ui.listening.note.text()
    with pytest.raises(CuratorError, match="No sample"):
        page.commands.hear_first()
    with pytest.raises(CuratorError, match="two evaluated checkpoints"):
        page.commands.toggle_blind()
    page.commands.back()
    assert page.ui.front.currentWidget() is page.ui.view
