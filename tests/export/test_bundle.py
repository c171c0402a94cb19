import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from curator.domain.decision import State
from curator.domain.errors import CuratorError
from curator.export.checks import written_samples
from curator.export.manifest import read_manifest
from curator.export.verify import verify_bundle
from tests.helpers.bundles import (
    a_bundle,
    a_source,
    as_recording,
    kept_clips,
    names,
    target,
    write_bundle,
)
from tests.helpers.sounds import noise, silence, with_broken_values, write_sound

ROOT = Path(__file__).resolve().parents[2]


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def reasons(bundle):
    return {refusal.clip_id: refusal.reason_key for refusal in bundle.refused}


def test_a_bundle_holds_clips_manifest_metadata_card_and_summary(tmp_path):
    bundle = a_bundle(tmp_path)
    assert names(bundle.path) == [
        "bundle.json",
        "data_card.md",
        "manifest.jsonl",
        "metadata_eval.csv",
        "metadata_train.csv",
        "refused.jsonl",
        "wavs",
    ]
    assert len(list((bundle.path / "wavs").iterdir())) == 12
    assert bundle.train + bundle.evaluation == 12
    assert verify_bundle(bundle.path) == []
    assert names(tmp_path) == ["bundle", "show.wav"]


def test_clips_are_mono_16_bit_at_the_targets_rate_and_as_long_as_the_manifest_says(tmp_path):
    recording = as_recording(a_source(tmp_path, seconds=30, rate=48_000))
    clips = kept_clips(recording, 5, seconds=2.34567)
    write_bundle(tmp_path / "out", clips, [recording])
    for row in read_manifest(tmp_path / "out" / "manifest.jsonl"):
        form = soundfile.info(str(tmp_path / "out" / row.audio))
        assert (form.channels, form.subtype, form.samplerate) == (1, "PCM_16", 22_050)
        assert form.frames == row.samples
        assert row.duration_s == pytest.approx(row.samples / row.rate, abs=1e-6)


def test_a_source_at_the_targets_rate_is_copied_sample_by_sample(tmp_path):
    bundle = a_bundle(tmp_path)
    source, _ = soundfile.read(tmp_path / "show.wav", dtype="int16")
    for row in read_manifest(bundle.path / "manifest.jsonl"):
        clip, _ = soundfile.read(bundle.path / row.audio, dtype="int16")
        start = round(row.source.start_s * 22_050)
        assert np.array_equal(clip, source[start : start + row.samples])


def test_two_exports_of_the_same_decisions_are_the_same_bytes(tmp_path):
    recording = as_recording(a_source(tmp_path))
    for name in ("one", "two"):
        write_bundle(tmp_path / name, kept_clips(recording, 9), [recording])
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_only_kept_clips_are_exported(tmp_path):
    recording = as_recording(a_source(tmp_path))
    clips = kept_clips(recording, 9)
    clips[0] = replace(clips[0], state=State.DROPPED)
    clips[1] = replace(clips[1], state=State.UNDECIDED)
    bundle = write_bundle(tmp_path / "out", clips, [recording])
    assert bundle.train + bundle.evaluation == 7
    assert bundle.refused == ()


def test_sources_are_not_touched(tmp_path):
    source = a_source(tmp_path)
    before = (source.read_bytes(), source.stat().st_mtime_ns)
    recording = as_recording(source)
    write_bundle(tmp_path / "out", kept_clips(recording, 9), [recording])
    assert (source.read_bytes(), source.stat().st_mtime_ns) == before


def test_clips_the_trainer_would_refuse_are_left_out_with_their_reasons(tmp_path):
    recording = as_recording(a_source(tmp_path))
    clips = kept_clips(recording, 9)
    clips[0] = replace(clips[0], text="☃?")
    clips[1] = replace(clips[1], text="never ☃")
    bundle = write_bundle(tmp_path / "out", clips, [recording])
    assert reasons(bundle) == {1: "no_letters", 2: "unknown_characters"}
    lines = (tmp_path / "out" / "refused.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["clip"] for line in lines] == [1, 2]
    assert "clip_000001.wav" not in names(tmp_path / "out" / "wavs")
    assert "1 kept clip" not in bundle.sentence
    assert "2 kept clips refused" in bundle.sentence


def test_a_silent_clip_is_refused(tmp_path):
    sound = np.concatenate([silence(2.0), soundfile.read(a_source(tmp_path))[0]])
    recording = as_recording(write_sound(tmp_path / "quiet.wav", sound.astype(np.float32)))
    bundle = write_bundle(tmp_path / "out", kept_clips(recording, 5), [recording])
    assert reasons(bundle) == {1: "silent"}


def test_a_clip_with_values_that_are_no_numbers_is_refused(tmp_path):
    sound, _ = soundfile.read(a_source(tmp_path), dtype="float32")
    broken = with_broken_values(sound, [3 * 22_050, 3 * 22_050 + 1])
    path = write_sound(tmp_path / "broken.wav", broken, subtype="FLOAT")
    recording = as_recording(path)
    for keep_refused in (False, True):
        out = tmp_path / f"out-{keep_refused}"
        clips = kept_clips(recording, 5)
        bundle = write_bundle(out, clips, [recording], keep_refused=keep_refused)
        assert reasons(bundle) == {2: "not_finite"}
        assert "clip_000002.wav" not in names(out / "wavs")


def test_clips_of_a_missing_recording_are_refused_and_the_others_written(tmp_path):
    one = as_recording(a_source(tmp_path, "one.wav"), 1)
    two = as_recording(a_source(tmp_path, "two.wav", seed=1), 2)
    two.path.unlink()
    clips = [*kept_clips(one, 5), *kept_clips(two, 3, first=100)]
    bundle = write_bundle(tmp_path / "out", clips, [one, two])
    assert reasons(bundle) == dict.fromkeys((100, 101, 102), "source_missing")
    assert "two.wav" in bundle.refused[0].sentence
    assert bundle.train + bundle.evaluation == 5


def test_a_recording_changed_in_one_byte_is_noticed_even_with_its_old_time(tmp_path):
    one = as_recording(a_source(tmp_path, "one.wav"), 1)
    two = as_recording(a_source(tmp_path, "two.wav", seed=1), 2)
    content = bytearray(two.path.read_bytes())
    content[-5] ^= 1
    two.path.write_bytes(content)
    os.utime(two.path, ns=(two.mtime_ns, two.mtime_ns))
    clips = [*kept_clips(one, 5), *kept_clips(two, 3, first=100)]
    bundle = write_bundle(tmp_path / "out", clips, [one, two])
    assert reasons(bundle) == dict.fromkeys((100, 101, 102), "source_changed")


def test_refused_clips_with_sound_are_written_when_asked_for(tmp_path):
    recording = as_recording(a_source(tmp_path))
    clips = kept_clips(recording, 5)
    clips[0] = replace(clips[0], text="")
    clips[1] = replace(clips[1], text="half a pair \ud83d")  # cannot be written as UTF-8
    bundle = write_bundle(tmp_path / "out", clips, [recording], keep_refused=True)
    assert reasons(bundle) == {1: "empty_text", 2: "unknown_characters"}
    written = [row.id for row in read_manifest(tmp_path / "out" / "manifest.jsonl")]
    assert "clip_000001" in written
    assert "clip_000002" not in written
    assert verify_bundle(tmp_path / "out") == []


def test_nothing_kept_is_said(tmp_path):
    with pytest.raises(CuratorError, match="no kept clips"):
        write_bundle(tmp_path / "out", [], [])


def test_a_set_without_one_usable_clip_is_refused_with_a_reason(tmp_path):
    recording = as_recording(a_source(tmp_path))
    clips = [replace(clip, text="") for clip in kept_clips(recording, 3)]
    with pytest.raises(CuratorError, match="would refuse all 3 kept clips"):
        write_bundle(tmp_path / "out", clips, [recording])
    assert names(tmp_path) == ["show.wav"]


def test_an_existing_folder_is_refused_and_left_as_it_is(tmp_path):
    recording = as_recording(a_source(tmp_path))
    (tmp_path / "out").mkdir()
    with pytest.raises(CuratorError, match="out already exists"):
        write_bundle(tmp_path / "out", kept_clips(recording, 3), [recording])
    assert names(tmp_path / "out") == []


def test_a_clip_in_a_silent_stretch_at_another_rate_is_refused_too(tmp_path):
    sound = np.concatenate([silence(4.0, 44_100), soundfile.read(a_source(tmp_path))[0]])
    path = write_sound(tmp_path / "q.wav", sound.astype(np.float32), 44_100)
    recording = as_recording(path)
    bundle = write_bundle(tmp_path / "out", kept_clips(recording, 4), [recording])
    assert reasons(bundle)[1] == "silent"


def test_text_is_written_as_it_was_decided_but_for_white_space(tmp_path):
    recording = as_recording(a_source(tmp_path))
    clips = kept_clips(recording, 3)
    clips[0] = replace(clips[0], text='-A1,  "quoted"\nCafe\u0301')
    write_bundle(tmp_path / "out", clips, [recording])
    first = read_manifest(tmp_path / "out" / "manifest.jsonl")[0]
    assert first.text == '-A1, "quoted" Café'


def test_every_clip_has_the_hash_of_its_file_and_of_its_source(tmp_path):
    bundle = a_bundle(tmp_path, 4)
    whole = hashlib.sha256((tmp_path / "show.wav").read_bytes()).hexdigest()
    for row in read_manifest(bundle.path / "manifest.jsonl"):
        content = (bundle.path / row.audio).read_bytes()
        assert row.sha256 == hashlib.sha256(content).hexdigest()
        assert row.source.sha256 == whole
        assert row.source.recording == "show.wav"


def test_clips_of_several_rates_have_the_written_length_of_the_rule(tmp_path):
    for rate in (8_000, 16_000, 32_000, 37_800, 44_100, 96_000):
        recording = as_recording(a_source(tmp_path, f"{rate}.wav", seconds=5, rate=rate))
        clips = kept_clips(recording, 2, seconds=1.23457)
        write_bundle(tmp_path / f"out{rate}", clips, [recording])
        rows = read_manifest(tmp_path / f"out{rate}" / "manifest.jsonl")
        lengths = [written_samples(clip.span.samples, rate, target().rate) for clip in clips]
        assert [row.samples for row in rows] == lengths


class StopsAfter:
    """Watches, and presses Ctrl-C after so many clips."""

    def __init__(self, clips: int) -> None:
        self.clips = clips
        self.said: list[str] = []

    def started(self, step, items, seconds):
        self.said.append(f"{step} {items} clips, {seconds:.1f} s")

    def progressed(self, items, seconds):
        if items == self.clips:
            raise KeyboardInterrupt

    def failed(self, sentence):
        self.said.append(sentence)

    def noted(self, sentence):
        self.said.append(sentence)

    def finished(self):
        self.said.append("finished")


@pytest.mark.parametrize("after", [1, 5, 9])
def test_ctrl_c_leaves_nothing_behind(tmp_path, after):
    recording = as_recording(a_source(tmp_path))
    watcher = StopsAfter(after)
    with pytest.raises(KeyboardInterrupt):
        write_bundle(tmp_path / "out", kept_clips(recording, 9), [recording], progress=watcher)
    assert names(tmp_path) == ["show.wav"]
    assert watcher.said == ["export 9 clips, 18.0 s", "finished"]


def test_who_watches_is_told_of_refusals_and_notes(tmp_path):
    recording = as_recording(a_source(tmp_path))
    clips = kept_clips(recording, 9)
    clips[0] = replace(clips[0], text="")
    watcher = StopsAfter(99)
    write_bundle(tmp_path / "out", clips, [recording], progress=watcher)
    assert watcher.said == [
        "export 8 clips, 16.0 s",
        "clip 1: The clip has no text.",
        "Consent is not stated for 1 recording.",
        "finished",
    ]


def test_a_source_changed_while_it_is_cut_stops_the_export(tmp_path):
    recording = as_recording(a_source(tmp_path))

    class Meddles(StopsAfter):
        def progressed(self, items, seconds):
            os.utime(recording.path, ns=(0, items))

    with pytest.raises(CuratorError, match=r"show\.wav changed during the export"):
        write_bundle(tmp_path / "out", kept_clips(recording, 9), [recording], progress=Meddles(0))
    assert names(tmp_path) == ["show.wav"]


EXPORT = """
import sys
from pathlib import Path
from tests.helpers.bundles import as_recording, kept_clips, write_bundle
folder = Path(sys.argv[1])
recording = as_recording(folder / "show.wav")
clips = kept_clips(recording, 200, seconds=0.6)
print("begin", flush=True)
write_bundle(folder / "out", clips, [recording])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed another way there")
def test_a_killed_export_is_absent_or_complete_and_the_next_one_clears_up(tmp_path):
    source = write_sound(tmp_path / "show.wav", noise(125.0, 44_100), 44_100)
    before = source.read_bytes()
    draw = random.Random(0)
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, "-c", EXPORT, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
        )
        child.stdout.readline()
        time.sleep(draw.uniform(0.0, 0.4))
        child.kill()
        child.wait()
        child.stdout.close()
        if (tmp_path / "out").exists():
            assert verify_bundle(tmp_path / "out") == []
            shutil.rmtree(tmp_path / "out")
    recording = as_recording(source)
    write_bundle(tmp_path / "out", kept_clips(recording, 200, seconds=0.6), [recording])
    assert verify_bundle(tmp_path / "out") == []
    assert names(tmp_path) == ["out", "show.wav"]
    assert source.read_bytes() == before
