import json

import numpy as np
import soundfile

from tests.trainer.bundles import RATE, a_clip, voice, write_bundle
from trainer.bundle.manifest import read_bundle
from trainer.bundle.preflight import counts, preflight
from trainer.cli.parser import main
from trainer.target import read_target

TARGET = read_target("xtts_v2")


def with_planted_faults(folder):
    """Twenty clips; the faults by clip id."""
    faults = {
        4: {"language": "xx"},
        5: {"text": "   "},
        6: {"text": "?!..."},
        7: {"text": "Good ☃ evening."},
        8: {"text": "so long " * 40},
        9: {"wave": voice(0.4, 9)},
        10: {"wave": voice(11.7, 10)},
        11: {},
        12: {},
        13: {},
        14: {"wave": np.zeros(RATE, dtype=np.float32)},
        15: {"rate": 16000},
    }
    lines = [a_clip(folder, at, **({"seconds": 1.0} | faults.get(at, {}))) for at in range(20)]
    (folder / lines[11]["audio"]).unlink()
    path = folder / lines[12]["audio"]
    path.write_bytes(path.read_bytes()[:-2000])
    lines[13]["samples"] += 1
    write_bundle(folder, lines)
    return {
        f"clip-{at:04d}": key
        for at, key in {
            4: "language_unsupported",
            5: "empty_text",
            6: "no_letters",
            7: "unknown_characters",
            8: "text_too_long",
            9: "too_short",
            10: "too_long",
            11: "audio_missing",
            12: "audio_changed",
            13: "audio_unreadable",
            14: "silent",
            15: "audio_unreadable",
        }.items()
    }


def test_each_planted_fault_is_named_and_nothing_else(tmp_path):
    planted = with_planted_faults(tmp_path)
    judged = preflight(read_bundle(tmp_path), TARGET)
    found = {clip: reasons[0].key for clip, reasons in judged.rejected.items()}
    assert found == planted
    assert len(judged.usable) == 8
    assert counts(judged.rejected)["audio_unreadable"] == 2


def test_check_tells_programs_which_clips_and_why(tmp_path, capsys):
    planted = with_planted_faults(tmp_path)
    code = main(["check", str(tmp_path), "--json"])
    *clips, summary = map(json.loads, capsys.readouterr().out.splitlines())
    assert code == 1  # more than half of the clips are unusable
    refused = {c["clip"]: c["reasons"][0]["key"] for c in clips if not c["usable"]}
    assert refused == planted
    assert summary["usable"] == 8


def test_both_limits_of_length_are_allowed(tmp_path):
    for at, samples in enumerate((TARGET.min_samples, TARGET.max_samples)):
        wave = voice(12, at)[:samples]
        write_bundle(tmp_path, [a_clip(tmp_path, 0, wave=wave)])
        assert not preflight(read_bundle(tmp_path), TARGET).rejected


def test_the_quietest_sound_that_is_not_silent_is_used(tmp_path):
    for peak, rejected in ((TARGET.silent_peak, 1), (TARGET.silent_peak + 1, 0)):
        samples = np.zeros(RATE, dtype=np.int16)
        samples[100] = -peak
        line = a_clip(tmp_path, 0, seconds=1.0, wave=samples)
        assert soundfile.info(tmp_path / line["audio"]).frames == RATE
        write_bundle(tmp_path, [line])
        assert len(preflight(read_bundle(tmp_path), TARGET).rejected) == rejected


def test_a_bundle_of_unusable_clips_is_refused_in_a_sentence(tmp_path, capsys):
    write_bundle(tmp_path, [a_clip(tmp_path, at, text="") for at in range(3)])
    run = tmp_path / "run"
    code = main(
        ["train", str(tmp_path), str(run), "--preset", "tiny-cpu", "--set", "model.backend=toy"]
    )
    assert code == 1
    assert "No training clip is usable (empty_text 3)" in capsys.readouterr().err
