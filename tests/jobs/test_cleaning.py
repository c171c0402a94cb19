"""A noisy recording cleaned, judged, decided about, exported and undone, with real workers."""

import json

import numpy as np
import pytest
import soundfile

from curator.audio.derived import derived_path
from curator.domain.cleaning import best
from curator.domain.decision import Field, keep
from curator.domain.errors import MissingSource
from curator.domain.progress import NoProgress
from curator.domain.recipe import none
from curator.export.project import export_project
from curator.export.settings import ExportSettings
from curator.jobs import cleaning
from curator.jobs.context import JobContext
from curator.jobs.intake import import_paths
from curator.jobs.job import Options
from curator.jobs.pipeline import analyse
from curator.stages.cleaning.recipes import parsed, read_recipe
from tests.helpers.factories import an_empty_project
from tests.helpers.speech import SENTENCES, write_speech

pytestmark = [pytest.mark.model, pytest.mark.slow]
OPTIONS = Options()
NOISE = "noise"


class Steps(NoProgress):
    """Remembers which steps had something to do, and what went wrong."""

    def __init__(self):
        self.began, self.trouble = [], []

    def started(self, step, items, seconds):
        self.began.append(step)

    def failed(self, sentence):
        self.trouble.append(sentence)


@pytest.fixture(scope="module")
def show(tmp_path_factory):
    """A project of one noisy recording, cut, transcribed, its voices heard and scored; all kept."""
    folder = tmp_path_factory.mktemp("cleaning")
    write_speech(folder / "noisy.wav", SENTENCES[2:5])
    speech, rate = soundfile.read(folder / "noisy.wav", dtype="float32")
    noise = np.random.default_rng(0).standard_normal(speech.size) * 0.3 * np.std(speech)
    soundfile.write(folder / "noisy.wav", speech + noise.astype(np.float32), rate)
    with an_empty_project(folder) as project:
        work = JobContext.at_once(project, NoProgress(), 1)
        assert import_paths(work, [folder / "noisy.wav"]) == 0
        analyse(work, OPTIONS, ("transcribe", "segment", "embed", "score", "overlap"))
        project.decisions.apply(keep(project.clips.ids()))
        yield project


def rows_of(bundle):
    text = (bundle / "manifest.jsonl").read_text()
    return {int(row["id"].removeprefix("clip_")): row for row in map(json.loads, text.splitlines())}


def scores(project, key):
    return {clip.id: clip.scores[key] for clip in project.clips.find()}


def test_a_recipe_goes_all_the_way_to_the_manifest_and_back(show, tmp_path):
    watcher = Steps()
    work = JobContext.at_once(show, watcher, 1)
    recipe, clips = read_recipe(NOISE), show.clips.ids()
    before = {key: scores(show, key) for key in ("snr", "dnsmos_bak", "overlap", "music")}
    assert all(0.0 <= share <= 1.0 for share in before["overlap"].values())
    outcome = cleaning.clean(work, OPTIONS, recipe, clips)
    assert watcher.trouble == []
    assert set(outcome.verdicts) == set(clips)
    assert outcome.accepted
    assert all("background" in verdict.sentence for verdict in outcome.verdicts.values())
    changes = cleaning.decide(work, OPTIONS, outcome, whole=False)
    assert changes.fields == {Field.RECIPE}
    for clip in outcome.accepted:  # facts are about the version that would be exported
        assert scores(show, "snr")[clip] > before["snr"][clip] + 5
        assert scores(show, "dnsmos_bak")[clip] > before["dnsmos_bak"][clip]

    export_project(show, tmp_path / "bundle", ExportSettings(eval_share=0))
    rows = rows_of(tmp_path / "bundle")
    assert {clip for clip, row in rows.items() if row["recipe"]} == set(outcome.accepted)
    assert {row["recipe"] for row in rows.values()} <= {recipe.hash, None}
    one = outcome.accepted[0]
    exported, rate = soundfile.read(tmp_path / "bundle" / rows[one]["audio"])
    (recording,) = show.recordings.all()
    source, _ = soundfile.read(recording.path)
    start = round(rows[one]["source"]["start_s"] * rate)
    original = source[start : start + exported.size]
    assert np.quantile(np.abs(exported), 0.1) < 0.3 * np.quantile(np.abs(original), 0.1)

    watcher.began.clear()  # a second time nothing is left to do
    cleaning.decide(work, OPTIONS, cleaning.clean(work, OPTIONS, recipe, clips), whole=False)
    assert watcher.began == []

    derived_path(show.cache, recording.content_hash, recipe.hash).unlink()
    with pytest.raises(MissingSource, match="cleaned by 'noise'"):
        export_project(show, tmp_path / "no")
    watcher.began.clear()
    assert analyse(work, OPTIONS, ("edges",)) == 0
    assert watcher.began[0] == "clean"
    export_project(show, tmp_path / "again", ExportSettings(eval_share=0))
    assert rows_of(tmp_path / "again") == rows

    show.decisions.undo()
    assert show.cleanings.of_clips() == {}
    export_project(show, tmp_path / "plain", ExportSettings(eval_share=0))
    assert {row["recipe"] for row in rows_of(tmp_path / "plain").values()} == {None}


def test_a_recipe_for_whole_recordings_is_one_act(show):
    work = JobContext.at_once(show, NoProgress(), 1)
    recipe = parsed('[[step]]\ncleaner = "trim"\n', "short")
    outcome = cleaning.clean(work, OPTIONS, recipe, show.clips.ids())
    label, edits = cleaning.edits(show, outcome, whole=True)
    show.decisions.apply_all(label, edits)
    assert set(show.decisions.elsewhere(Field.RECORDING_RECIPE).values()) == {recipe.hash}
    assert set(show.cleanings.of_clips().values()) == {recipe.hash}
    outcome.verdicts.pop(show.clips.ids()[-1])  # one that could not be judged
    _, (_, own) = cleaning.edits(show, outcome, whole=True)
    assert own.after[show.clips.ids()[-1]] == none().hash
    show.decisions.apply_all(*cleaning.as_recorded(show, show.clips.ids()[:1]))
    assert sorted(set(show.cleanings.of_clips().values())) == sorted({recipe.hash, none().hash})
    show.decisions.undo()
    show.decisions.undo()
    assert show.cleanings.of_clips() == {}


def test_recipes_are_compared_by_recording(show, monkeypatch):
    monkeypatch.setattr(cleaning, "TRIED_CLIPS", 2)
    work = JobContext.at_once(show, NoProgress(), 1)
    recipes = [read_recipe(NOISE), read_recipe("hum")]
    (found,) = cleaning.compare(work, OPTIONS, recipes).values()
    assert [each.recipe for each in found] == ["noise", "hum"]
    assert best(found) == "noise"


def test_a_network_that_is_not_here_is_a_failure_with_its_reason(show, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    watcher = Steps()
    recipe = parsed('[[step]]\ncleaner = "frcrn_se_16k"\n', "absent")
    outcome = cleaning.clean(
        JobContext.at_once(show, watcher, 1), OPTIONS, recipe, show.clips.ids()
    )
    assert outcome.failures
    assert outcome.accepted == []
    assert "frcrn_se_16k" in watcher.trouble[0]
