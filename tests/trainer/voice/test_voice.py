"""The rules travel: voice.json, the Voice class, and the model card of an export."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from trainer.bundle.manifest import read_bundle
from trainer.errors import BrokenRun, TrainerError, WrongUsage
from trainer.runs.run import open_run
from trainer.speech.pace import pace_of
from trainer.voice import Voice, VoiceOptions
from trainer.voice.profile import read_profile

pytestmark = pytest.mark.model

TEXT = "And the answer is correct."


def test_an_export_has_the_prior_the_settings_and_references_by_category(voices):
    profile = read_profile(voices / "voice")
    bundle = read_bundle(voices / "show")
    assert profile.length_prior == pace_of(bundle).prior
    assert (profile.family, profile.step, profile.rate) == ("toy", 5, 14.0)
    assert profile.sampling_settings.given() == {"temperature": 0.6}
    clips = {clip.id: clip for clip in bundle.part("train")}
    assert set(profile.categories) == {clip.emotion for clip in clips.values()}
    for category in profile.categories:
        for file in profile.reference_files(category):
            assert clips[Path(file).stem].emotion == category
            assert (voices / "voice" / file).read_bytes() == bundle.audio(
                clips[Path(file).stem]
            ).read_bytes()
    export = json.loads((voices / "voice" / "export.json").read_text())
    assert export["reference"] == profile.reference_files("")


def test_a_voice_speaks_with_its_rules(voices, tmp_path):
    with Voice.open(voices / "voice") as voice:
        request = voice.request(TEXT, VoiceOptions(category="question", speed=2.0))
        assert request.settings.rate == 14.0
        assert request.settings.sampling.temperature == 0.6
        assert {path.stem for path in request.prompts} <= {
            clip.id for clip in read_bundle(voices / "show").clips if clip.emotion == "question"
        }
        spoken = voice.speak(TEXT, seed=3)
        spoken.save(tmp_path / "a" / "out.wav")
        samples, rate = soundfile.read(tmp_path / "a" / "out.wav")
        assert len(samples) / rate == pytest.approx(spoken.sound.seconds)
        again = voice.speak(TEXT, VoiceOptions(seed=3))
        assert np.array_equal(spoken.sound.samples, again.sound.samples)
        streamed = np.concatenate([chunk.samples for chunk in voice.stream(TEXT, seed=3)])
        assert np.array_equal(streamed, spoken.sound.samples)
        with pytest.raises(TrainerError, match=r"no category 'anger'. Use: default, greeting"):
            voice.speak(TEXT, category="anger")
        with pytest.raises(WrongUsage, match="no option 'pitch'"):
            voice.speak(TEXT, pitch=2)
        with pytest.raises(TrainerError, match="no letters"):
            voice.speak("...")


@pytest.mark.parametrize(
    "wrong",
    [{"rate": -1.0}, {"temperature": 0.0}, {"top_p": 1.5}, {"speed": float("nan")},
     {"repetition_penalty": 0.5}, {"candidates": -1}],
)  # fmt: skip
def test_options_are_checked(wrong):
    with pytest.raises(WrongUsage, match=f"{next(iter(wrong))} .*is not between"):
        VoiceOptions(**wrong)


def test_a_run_and_its_base_are_voices_and_nothing_is_left(voices):
    before = sorted(path.name for path in (voices / "run").iterdir())
    for checkpoint, step in (("best", 5), ("0", 0)):
        with Voice.open(voices / "run", checkpoint=checkpoint) as voice:
            assert voice.profile.step == step
            assert voice.speak(TEXT, category="praise").sound.seconds > 1
    assert sorted(path.name for path in (voices / "run").iterdir()) == before


def test_an_export_of_an_older_version_is_a_voice(voices, tmp_path):
    shutil.copytree(voices / "voice", tmp_path / "voice")
    (tmp_path / "voice" / "voice.json").unlink()
    with Voice.open(tmp_path / "voice") as voice:
        assert len(voice.profile.reference_files("")) == 3
        assert voice.profile.sampling_settings.given() == {}
        assert voice.speak(TEXT).sound.seconds > 1


def test_a_wrong_folder_or_file_is_one_sentence(voices, tmp_path):
    with pytest.raises(TrainerError, match="neither an export nor a run nor a base"):
        Voice.open(tmp_path)
    with pytest.raises(TrainerError, match="There is no folder"):
        Voice.open(tmp_path / "gone")
    folder = tmp_path / "voice"
    shutil.copytree(voices / "voice", folder)
    good = json.loads((folder / "voice.json").read_text())
    outside = [{"file": "../away.wav"}]
    for change, match in (
        ({"format": 2}, "newer version"),
        ({"prior": {"start": 0}}, "damaged"),
        ({"references": outside}, "outside"),
        ({"family": "other"}, "no model family 'other'"),
    ):
        (folder / "voice.json").write_text(json.dumps({**good, **change}))
        with pytest.raises(BrokenRun, match=match):
            Voice.open(folder)
    (folder / "voice.json").write_text(json.dumps(good))
    (folder / good["references"][0]["file"]).unlink()
    with pytest.raises(BrokenRun, match=r"is missing, a reference of voice.json"):
        Voice.open(folder)


def test_the_model_card_names_use_measures_data_consent_and_licence(voices):
    card = (voices / "voice" / "README.md").read_text()
    events = [
        json.loads(line) for line in (voices / "run" / "events.jsonl").read_text().splitlines()
    ]
    loss = next(each["mel_ce"] for each in events if each["event"] == "eval" and each["step"] == 5)
    assert f"mel_ce {loss:.3f}" in card
    assert "was not evaluated" in card
    assert "| show.wav | CC-BY-4.0 | written, 2026 |" in card
    assert "Licence of the model:" in card
    assert "from trainer.voice import Voice" in card
    assert open_run(voices / "run").about["manifest_sha256"] in card
    assert (voices / "voice" / "data_card.md").is_file()
