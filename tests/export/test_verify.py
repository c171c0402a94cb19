import random
import shutil

import pytest

from curator.export.verify import verify_bundle, verify_sources
from tests.helpers.bundles import a_bundle, a_source, as_recording


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return a_bundle(tmp_path_factory.mktemp("pristine"), 4).path


@pytest.fixture
def bundle(pristine, tmp_path):
    return shutil.copytree(pristine, tmp_path / "bundle")


def flip(path, place, by=1):
    content = bytearray(path.read_bytes())
    content[place] ^= by
    path.write_bytes(content)


def test_a_bundle_as_it_was_written_is_whole(bundle):
    assert verify_bundle(bundle) == []


def test_a_flipped_byte_anywhere_is_named(bundle):
    draw = random.Random(5)
    for path in sorted(bundle.rglob("*")):
        if path.is_dir() or not path.stat().st_size:
            continue
        content = path.read_bytes()
        places = {0, len(content) - 1, *(draw.randrange(len(content)) for _ in range(12))}
        for place in places:
            flip(path, place, draw.choice([1, 32, 128]))
            wrong = verify_bundle(bundle)
            assert any(path.name in sentence for sentence in wrong), (path.name, place, wrong)
            path.write_bytes(content)


def test_every_byte_of_the_summary_counts(bundle):
    path = bundle / "bundle.json"
    content = path.read_bytes()
    for place in range(0, len(content), 5):
        flip(path, place)
        assert any("bundle.json" in sentence for sentence in verify_bundle(bundle)), place
        path.write_bytes(content)


def test_a_missing_clip_is_named(bundle):
    (bundle / "wavs" / "clip_000002.wav").unlink()
    assert verify_bundle(bundle) == ["wavs/clip_000002.wav is missing."]


def test_a_file_too_many_is_named(bundle):
    (bundle / "wavs" / "more.wav").write_bytes(b"")
    (bundle / "notes.txt").write_text("")
    assert verify_bundle(bundle) == [
        "notes.txt does not belong to the bundle.",
        "wavs/more.wav is not in the manifest.",
    ]


def test_a_missing_paper_is_named(bundle):
    (bundle / "data_card.md").unlink()
    assert verify_bundle(bundle) == ["data_card.md cannot be read: No such file or directory."]


def test_a_cut_off_clip_is_named(bundle):
    path = bundle / "wavs" / "clip_000001.wav"
    path.write_bytes(path.read_bytes()[:-2])
    (wrong,) = verify_bundle(bundle)
    assert wrong.startswith("wavs/clip_000001.wav was changed")


def test_what_is_no_folder_is_said(tmp_path):
    assert "is not a folder" in verify_bundle(tmp_path / "nothing")[0]


def test_an_empty_folder_is_no_bundle(tmp_path):
    assert verify_bundle(tmp_path) == [
        "bundle.json cannot be read: No such file or directory.",
        "manifest.jsonl cannot be read: No such file or directory.",
    ]


def test_a_bundle_of_a_newer_format_is_said_to_be_newer(bundle):
    path = bundle / "bundle.json"
    path.write_bytes(path.read_bytes().replace(b'"format": 1', b'"format": 2'))
    assert "format 2; this program reads format 1" in verify_bundle(bundle)[0]


def test_sources_that_are_gone_or_changed_are_named(tmp_path):
    one, two, three = (as_recording(a_source(tmp_path, f"{n}.wav", seed=n), n) for n in range(3))
    assert verify_sources([one, two, three]) == ([], [])
    two.path.unlink()
    flip(three.path, 1000)
    assert verify_sources([one, two, three]) == (
        [
            "1.wav is missing from where it was imported.",
            "2.wav has changed since it was imported.",
        ],
        [],
    )


def test_a_linked_folder_of_clips_is_not_listed(bundle, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (bundle / "wavs").rename(elsewhere)
    (elsewhere / "secret.wav").write_bytes(b"")
    (bundle / "wavs").symlink_to(elsewhere)
    faults = verify_bundle(bundle)
    assert faults
    assert all(fault.endswith("is a link to a file outside the bundle.") for fault in faults)
