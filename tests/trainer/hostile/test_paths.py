"""Bundles and runs that point at files of somebody else: nothing outside is read, copied, shown."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.helpers.training_runs import (
    IMPROVING,
    a_run,
    a_small_bundle,
    an_evaluation,
    speech_on_the_way,
)
from tests.trainer.bundles import a_bundle, a_clip, write_bundle
from tests.trainer.toy_runs import TOY
from trainer import foreign_files
from trainer.backends.tensor_files import load_tensors
from trainer.bundle.manifest import read_bundle
from trainer.bundle.preflight import preflight
from trainer.cli.parser import main
from trainer.errors import BrokenBase
from trainer.evaluate.results import write_results
from trainer.foreign_files import UnsafeFile, own_folder, path_inside, read_bytes
from trainer.listening import as_page, voices_of
from trainer.report import contents
from trainer.report.page import as_html, as_markdown
from trainer.report.run_files import read_run
from trainer.runs import checkpoint
from trainer.runs.events import EventLog
from trainer.runs.files import sha256_of
from trainer.target import read_target

SECRET = b"a private letter"


def pack(bundle: Path, out: Path) -> int:
    return main(["pack", str(bundle), str(out), "--preset", "tiny-cpu", "--set", TOY[0]])


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/../../x", "/etc/passwd", "a\x00b", "link/x", None, 5]
)
def test_a_path_leads_nowhere_else(tmp_path, name):
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path)
    with pytest.raises(UnsafeFile):
        path_inside(tmp_path / "root", name)


def test_a_path_inside_is_given_with_its_links_resolved(tmp_path):
    (tmp_path / "wavs").mkdir()
    (tmp_path / "alias").symlink_to("wavs")
    assert path_inside(tmp_path, "alias/a.wav") == (tmp_path / "wavs" / "a.wav").resolve()


def test_only_regular_files_within_the_limit_are_read(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("/dev/zero")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(foreign_files.MAX_BYTES + 1)
    for name, sentence in (
        ("fifo", "not a regular file"),
        ("link", "not a regular file"),
        (".", "not a regular file"),
        ("huge", "more than 537 MB"),
    ):
        with pytest.raises(OSError, match=f"{sentence}|Is a directory"):
            read_bytes(tmp_path / name)


def test_a_file_that_is_mostly_a_hole_is_not_hashed(tmp_path):
    with (tmp_path / "weights.safetensors").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UnsafeFile, match="1,100 GB of it are not stored"):
        sha256_of(tmp_path / "weights.safetensors")


def test_clips_that_are_pipes_devices_links_or_endless_are_rejected(tmp_path):
    bundle = write_bundle(tmp_path, [a_clip(tmp_path, number) for number in range(6)])
    wavs = sorted((bundle / "wavs").iterdir())
    for path in wavs[:5]:
        path.unlink()
    os.mkfifo(wavs[0])
    wavs[1].symlink_to("/dev/zero")
    wavs[2].mkdir()
    with wavs[3].open("wb") as file:
        file.truncate(1 << 40)
    wavs[4].symlink_to(wavs[5].rename(tmp_path / "elsewhere.wav"))
    wavs[4].rename(wavs[5])
    checked = preflight(read_bundle(bundle), read_target("xtts_v2"))
    assert len(checked.rejected) == 5
    assert {reasons[0].key for reasons in checked.rejected.values()} == {"audio_missing"}


def test_a_header_that_promises_more_sound_than_there_is_is_not_believed(tmp_path):
    clip = a_clip(tmp_path, 0)
    path = tmp_path / clip["audio"]
    data = bytearray(path.read_bytes())
    data[4:8] = data[40:44] = (2**32 - 2).to_bytes(4, "little")
    path.write_bytes(data)
    clip["sha256"] = hashlib.sha256(data).hexdigest()
    checked = preflight(read_bundle(write_bundle(tmp_path, [clip])), read_target("xtts_v2"))
    assert not checked.rejected or "samples" in str(checked.rejected)


def test_a_pack_holds_what_the_manifest_names_and_nothing_else(tmp_path):
    bundle = a_bundle(tmp_path / "bundle", 8)
    letter = tmp_path / "letter.txt"
    letter.write_bytes(SECRET)
    (bundle / "notes.txt").symlink_to(letter)
    (bundle / "wavs" / "notes.wav").symlink_to(letter)
    (bundle / "home").symlink_to(tmp_path)
    changed, linked = sorted((bundle / "wavs").glob("clip*"))[:2]
    changed.write_bytes(SECRET)
    linked.unlink()
    linked.symlink_to(letter)
    assert pack(bundle, tmp_path / "out") == 0
    packed = {path.relative_to(tmp_path / "out" / "bundle").as_posix()
              for path in (tmp_path / "out" / "bundle").rglob("*") if path.is_file()}  # fmt: skip
    names = {f"wavs/clip-{number:04d}.wav" for number in range(2, 8)}
    assert packed == {"manifest.jsonl", "bundle.json", *names}
    for path in (tmp_path / "out").rglob("*"):
        assert not path.is_symlink()
        assert path.is_dir() or SECRET not in path.read_bytes()


def test_a_list_that_is_a_link_out_of_the_bundle_is_refused(tmp_path, capsys):
    bundle = a_bundle(tmp_path / "bundle", 4)
    (tmp_path / "letter.txt").write_bytes(SECRET)
    (bundle / "data_card.md").symlink_to(tmp_path / "letter.txt")
    assert pack(bundle, tmp_path / "out") == 1
    assert "It is not inside" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def run(tmp_path):
    folder = a_run(
        tmp_path / "run", IMPROVING, bundle=a_small_bundle(tmp_path / "bundle"), every=10
    )
    an_evaluation(folder, [0, 290])
    speech_on_the_way(folder, [290])
    return folder


def test_pages_embed_no_sound_from_outside_the_run(run, tmp_path):
    private = tmp_path / "private.wav"
    shutil.copyfile(next((run / "evaluation" / "wavs").iterdir()), private)
    inner = run / "evaluation" / "wavs" / "link.wav"
    inner.symlink_to(private)
    path, log = run / "evaluation" / "results.jsonl", run / "events.jsonl"
    names = (str(private), "../private.wav", "evaluation/wavs/link.wav", "/dev/zero", "\x00", "")
    for number, name in enumerate(names):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        path.write_text("".join(json.dumps({**row, "wav": name}) + "\n" if "sample" in row
                                else json.dumps(row) + "\n" for row in rows))  # fmt: skip
        events = [json.loads(line) for line in log.read_text().splitlines()]
        log.write_text("".join(json.dumps({**row, "wav": name} if row["event"] == "speech" else row)
                               + "\n" for row in events))  # fmt: skip
        page = as_page(voices_of([run]))
        data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
        assert not [key for key in data["sounds"] if not key.startswith("clip/")], name
        report = as_markdown(contents(read_run(run)))
        assert "synthesised: No audio." in report or number > 3, name


@pytest.mark.parametrize("name", ["evaluation", "evaluation/wavs", "speech", "checkpoints"])
def test_a_folder_of_a_run_that_is_a_link_is_not_written_into(run, canary, name):
    shutil.rmtree(run / name, ignore_errors=True)
    (run / name).parent.mkdir(exist_ok=True)
    (run / name).symlink_to(canary.folders[0])
    with pytest.raises(UnsafeFile, match="is a link"):
        own_folder(run, name)


@pytest.mark.parametrize("make", [Path.symlink_to, Path.hardlink_to])
def test_events_are_not_written_through_links(run, canary, make):
    log = EventLog(run / "events.jsonl")
    (run / "discarded.jsonl").unlink(missing_ok=True)
    make(run / "discarded.jsonl", canary.letter)
    with pytest.raises(UnsafeFile):
        log.truncate(100)
    (run / "events.jsonl").unlink()
    make(run / "events.jsonl", canary.letter)
    with pytest.raises(UnsafeFile):
        log.add("exported", step=1, folder="x")


def test_an_evaluation_of_a_run_with_a_link_says_so_and_writes_nothing(run, canary):
    shutil.rmtree(run / "evaluation")
    (run / "evaluation").symlink_to(canary.folders[0])
    with pytest.raises(UnsafeFile, match="is a link"):
        write_results(run / "evaluation" / "results.jsonl", {}, [])
    (run / "checkpoints").symlink_to(canary.folders[0])
    with pytest.raises(UnsafeFile, match="is a link"):
        checkpoint.save(run / "checkpoints", 5, {}, {})


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
@pytest.mark.parametrize("name", ["model.pth", "model.safetensors"])
def test_weights_that_are_no_file_are_refused_at_once(tmp_path, make, name):
    make(tmp_path / name)
    with pytest.raises(BrokenBase, match="not a regular file"):
        load_tensors(tmp_path / name)
    with pytest.raises(UnsafeFile, match="not a regular file"):
        sha256_of(tmp_path / name)


def test_text_of_a_run_is_text_in_its_pages(run):
    hostile = "</script><img src=x onerror=alert(1)><script>alert(2)</script>"
    path = run / "evaluation" / "results.jsonl"
    text = path.read_text().replace("Say it 0 times!", json.dumps(hostile)[1:-1])
    path.write_text(text)
    for page in (as_page(voices_of([run])), as_html(contents(read_run(run)))):
        assert "<img" not in page
        assert "alert(2)</script>" not in page
        assert "Content-Security-Policy" in page
