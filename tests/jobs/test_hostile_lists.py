"""Lists of other people that point at private files: rows refused, nothing read but sounds."""

import gzip
import json
import os
from pathlib import Path

import pytest

from curator.cli.arguments import run
from curator.domain.errors import CuratorError
from curator.domain.progress import NoProgress
from curator.jobs.context import JobContext
from curator.jobs.lists import read_list
from curator.jobs.merging import merge, plan_merge
from tests.helpers.factories import an_empty_project
from tests.helpers.sounds import tone, write_sound

pytestmark = [pytest.mark.timeout(120), pytest.mark.skipif(os.name == "nt", reason="no pipes")]


@pytest.fixture
def folder(tmp_path, canary):
    """A folder with one good sound and hostile files, as it was passed on."""
    folder = tmp_path / "set"
    write_sound(folder / "wavs" / "good.wav", tone(1.0))
    (folder / "wavs" / "link.wav").symlink_to(canary.letter)
    (folder / "wavs" / "up").symlink_to(canary.folders[0])
    (folder / "wavs" / "zero.wav").symlink_to("/dev/zero")
    os.mkfifo(folder / "wavs" / "pipe.wav")
    return folder


def named(canary) -> list[str]:
    """Names that lead out of the folder or are no files."""
    letter = canary.letter
    return [
        str(letter), f"file://{letter}", os.path.relpath(letter, letter.parents[1] / "set"),
        "wavs/link.wav", "wavs/up/letter.txt", "wavs/up", "../private", "/dev/zero", "/dev/stdin",
        "/proc/self/environ", "wavs/zero.wav", "wavs/pipe.wav", "http://127.0.0.1:9/a.wav",
        f"concat:{letter}|{letter}", f"subfile,,start,0,end,9,,:{letter}", "~/private/letter.txt",
        "$HOME/private/letter.txt", "wavs/*.wav", "", ".", "..", "a" * 5000 + ".wav", "a\x00b.wav",
        "wavs/good.wav/../../../private/letter.txt", "data:audio/wav;base64,UklGRg==",
    ]  # fmt: skip


def lhotse(name: str, kind: str) -> dict[str, object]:
    recording = {"id": "r", "sources": [{"type": kind, "channels": [0], "source": name}],
                 "sampling_rate": 16000, "num_samples": 16000, "duration": 1.0}  # fmt: skip
    return {"type": "MonoCut", "id": "c", "start": 0, "duration": 0.5, "channel": 0,
            "recording": recording, "supervisions": []}  # fmt: skip


def lines(form: str, names: list[str], canary) -> tuple[str, list[str]]:
    """(file name, rows) of a list in a format."""
    if form == "nemo":
        rows = [{"audio_filepath": n, "duration": 0.5, "text": "t"} for n in names]
        return "train.json", list(map(json.dumps, rows))
    if form == "lhotse":
        commands = [lhotse(f"cat {canary.letter}", kind) for kind in ("command", "url", "memory")]
        rows = [*(lhotse(name, "file") for name in names), *commands]
        return "cuts.jsonl", list(map(json.dumps, rows))
    plain = [name for name in names if not set(name) & {"|", "\x00", "\n"}]
    if form == "gpt_sovits":
        return "train.list", [f"{name}|me|EN|t" for name in plain]
    return "metadata.csv", ["audio_file|text|speaker_name", *(f"{name}|t|me" for name in plain)]


@pytest.mark.parametrize("form", ["nemo", "lhotse", "gpt_sovits", "coqui"])
def test_rows_that_lead_elsewhere_are_refused_unread(folder, tmp_path, canary, form):
    name, rows = lines(form, [*named(canary), "wavs/good.wav"], canary)
    (folder / name).write_text("\n".join(rows))
    with an_empty_project(tmp_path) as project:
        work = JobContext.at_once(project, NoProgress())
        plan = plan_merge(work, folder / name)
        merge(work, plan)
        assert [clip.path.name for clip in project.recordings.all()] == ["good.wav"]
    heads = form == "coqui"
    assert plan.other.rows == len(rows) - heads
    assert len(plan.other.refused) == plan.other.rows - 1
    assert all(0 < len(row.sentence) < 12_000 for row in plan.other.refused)
    assert not any("a private" in row.sentence for row in plan.other.refused)


def test_a_sound_outside_the_folder_is_named(folder, tmp_path, canary):
    write_sound(tmp_path / "elsewhere" / "a.wav", tone(1.0, 700))
    (folder / "wavs" / "by_link.wav").symlink_to(tmp_path / "elsewhere" / "a.wav")
    rows = ["wavs/good.wav|me|EN|t", "../elsewhere/a.wav|me|EN|t", "wavs/by_link.wav|me|EN|t"]
    (folder / "train.list").write_text("\n".join(rows))
    listed = read_list(folder / "train.list")
    note = f"1 file is outside the folder of the list: {tmp_path / 'elsewhere' / 'a.wav'}"
    assert len(listed.clips) == 3
    assert note in listed.notes


BOMB = gzip.compress(bytes(140 << 20), 1)
LISTS = {
    "a link": lambda path, letter: path.symlink_to(letter),
    "a device": lambda path, _: path.symlink_to("/dev/zero"),
    "a pipe": lambda path, _: os.mkfifo(path),
    "endless": lambda path, _: path.touch() or os.truncate(path, 1 << 42),
    "a bomb": lambda path, _: path.write_bytes(BOMB if path.suffix == ".gz" else b"[{" * 999),
    "one long line": lambda path, _: path.write_bytes(b"a|" * (1 << 20)),
    "deep": lambda path, _: path.write_bytes(b"[" * (1 << 20)),
}


@pytest.mark.parametrize("name", ["metadata.csv", "cuts.jsonl.gz", "train.json"])
@pytest.mark.parametrize("kind", LISTS)
def test_a_list_that_is_no_small_file_is_refused(folder, canary, name, kind):
    LISTS[kind](folder / name, canary.letter)
    try:
        listed = read_list(folder)
    except CuratorError as error:
        refusal = error.sentence
    else:
        refusal = " ".join(row.sentence for row in listed.refused)
        assert listed.clips == ()
    assert "a private" not in refusal
    assert 0 < len(refusal) < 12_000


def test_recordings_of_lhotse_are_not_read_through_a_link(folder, canary):
    (folder / "supervisions.jsonl").write_text(
        json.dumps({"recording_id": "r", "start": 0, "duration": 1, "text": "t"})
    )
    (folder / "recordings.jsonl").symlink_to(canary.letter)
    with pytest.raises(CuratorError, match="needs its recordings beside it"):
        read_list(folder / "supervisions.jsonl")


def test_folders_of_labels_with_links_are_merged_without_what_leads_elsewhere(tmp_path, canary):
    folder: Path = tmp_path / "set"
    write_sound(folder / "happy" / "good.wav", tone(1.0))
    (folder / "happy" / "link.wav").symlink_to(canary.letter)
    (folder / "angry").symlink_to(canary.folders[0] / "photos")
    listed = read_list(folder)
    assert [clip.audio.name for clip in listed.clips] == ["good.wav"]
    assert [row.reason for row in listed.refused] == [
        "happy/link.wav is outside the folder of the list and no audio file"
    ]
    assert listed.notes == ("angry is a link out of the folder; it was not read.",)


def test_import_of_a_hostile_folder_is_a_sentence_a_file(folder, tmp_path, capsys):
    (folder / "wavs" / "link.wav").unlink()  # a person's own links may be followed
    assert run(["new", str(tmp_path / "mine.curator"), "--language", "en"]) == 0
    assert run(["import", str(tmp_path / "mine.curator"), str(folder), "--jobs", "1"]) == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    assert "pipe.wav" in said.out + said.err


def test_a_name_on_another_machine_is_not_asked_for(tmp_path):
    outside = write_sound(tmp_path / "outside" / "a.wav", tone(1.0))
    folder = tmp_path / "set"
    folder.mkdir()
    names = (f"/{outside}", f"/{outside}".replace("/", "\\"))
    (folder / "l.csv").write_text("file_name|text\n" + "".join(f"{name}|t\n" for name in names))
    listed = read_list(folder / "l.csv")
    assert listed.clips == ()
    assert all("there is no file" in row.reason for row in listed.refused)
