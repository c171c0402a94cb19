import hashlib
import json

import pytest

from tests.trainer.bundles import a_bundle, a_clip, write_bundle
from trainer.bundle.manifest import read_bundle, read_lines
from trainer.errors import BrokenBundle


def test_a_bundle_is_read_in_the_order_of_its_lines(bundle):
    read = read_bundle(bundle)
    assert [clip.id for clip in read.clips] == [f"clip-{at:04d}" for at in range(16)]
    assert read.audio(read.clips[0]).is_file()


def test_every_fault_is_named_with_its_line(tmp_path):
    lines = [a_clip(tmp_path, at, seconds=0.6) for at in range(5)]
    lines[1]["id"] = "../up"
    lines[2]["weight"] = 0
    lines[4]["id"] = lines[3]["id"]
    write_bundle(tmp_path, lines)
    with pytest.raises(BrokenBundle) as broken:
        read_bundle(tmp_path)
    for line in ("line 2", "line 3", "line 5"):
        assert line in str(broken.value)
    assert "line 4:" not in str(broken.value)


def test_ids_that_differ_only_in_case_are_refused(tmp_path):
    lines = [a_clip(tmp_path, at, seconds=0.6) for at in range(3)]
    lines[2]["id"] = lines[0]["id"].upper()
    write_bundle(tmp_path, lines)
    with pytest.raises(BrokenBundle, match=r"line 3: .* also on line 1"):
        read_bundle(tmp_path)


@pytest.mark.parametrize("portion", [1, 700, 2000, 1 << 24])
def test_portions_change_neither_clips_nor_hash_nor_lines_of_errors(tmp_path, portion, monkeypatch):
    monkeypatch.setattr("trainer.foreign_files.PORTION", portion)
    lines = [a_clip(tmp_path, at, seconds=0.6) for at in range(7)]
    write_bundle(tmp_path, lines)
    path = tmp_path / "manifest.jsonl"
    bundle = read_bundle(tmp_path)
    assert [clip.id for clip in bundle.clips] == [line["id"] for line in lines]
    assert bundle.manifest_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    lines[6]["id"] = lines[1]["id"]
    lines[4]["rate"] = 0
    path.write_text("\n\n".join(map(json.dumps, lines)))
    with pytest.raises(BrokenBundle, match=r"(?s)line 9: .*line 13: .* also on line 3"):
        read_bundle(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [b"{", b"[]", b'{"id": 3}', b"\xff\xfe", b"nonsense", b'{"id": "a"}'],
)
def test_a_damaged_line_is_named_and_the_others_are_read(tmp_path, damage):
    good = json.dumps(a_clip(tmp_path, 0, seconds=0.6)).encode()
    clips, faults = read_lines([good + b"\n" + damage + b"\n"])
    assert len(clips) == 1
    assert len(faults) == 1
    assert "line 2" in faults[0]


def test_any_changed_byte_is_harmless_or_noticed(tmp_path):
    a_bundle(tmp_path, 2, least_s=0.6, most_s=0.7)
    path = tmp_path / "manifest.jsonl"
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(BrokenBundle):
            read_bundle(tmp_path)


def test_a_misspelt_field_is_not_ignored(tmp_path):
    line = a_clip(tmp_path, 0, seconds=0.6)
    line["weigth"] = 3.0
    _, faults = read_lines([json.dumps(line).encode()])
    assert "weigth" in faults[0]


@pytest.mark.parametrize("audio", ["/etc/passwd", "../a.wav", "wavs/../a.wav", "", "a\\b.wav"])
def test_sound_outside_the_bundle_is_refused(tmp_path, audio):
    line = a_clip(tmp_path, 0, seconds=0.6) | {"audio": audio}
    _, faults = read_lines([json.dumps(line).encode()])
    assert "line 1" in faults[0]


def test_a_folder_without_a_manifest_is_no_bundle(tmp_path):
    with pytest.raises(BrokenBundle, match=r"manifest\.jsonl"):
        read_bundle(tmp_path)
