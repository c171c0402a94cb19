"""Lists for today's trainers: 200 clips with odd texts come back as they are in the manifest.

By the peer's own loader where it is installed (datasets, lhotse, webdataset); otherwise by a reader
after the peer's documented schema, with the calls that its own code makes, and named ``*_schema``.
"""

import csv
import io
import itertools
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from curator.audio.encode import wav_header
from curator.domain.errors import CuratorError
from curator.domain.languages import folded
from curator.export import shards
from curator.export.formats import format_of, formats
from curator.export.metadata_files import _located
from tests.export.test_manifest import a_row

CLIPS = 200
RATE = 24_000
SAMPLES = 240
ODD = (
    'He said "stop" twice, and I\'m gone.',
    "NA",
    "null",
    '"',
    '""',
    "a, b; c:\td\nlines\r\nmore",
    "=HYPERLINK(1)",
    "'",
    "\u2028 line \x0b separators \x0c and \x85 more",
    "Ünï “çödé” ő árvíztűrő tükörfúrógép",
    "Người Việt nói tiếng Việt",
    "今天天气真不错。",
    "\\n \\ {x} %s $HOME",
    "#comment",
    "🎉 party",
    "speaker 1 said",
    "1e5",
    "-",
    "<|im_end|>",
    "a" * 400,
)
BAR = "one|two"


def rows_of(form):
    texts = [text for text in (*ODD, BAR) if not form.fault or not form.fault(text)]
    pairs = zip(range(CLIPS), itertools.cycle(texts), strict=False)
    return [
        a_row(
            number,
            text=folded(f"{text} {number}"),
            split="eval" if number % 10 == 0 else "train",
            emotion="tension" if number % 3 else None,
            rate=RATE,
            samples=SAMPLES,
            duration_s=SAMPLES / RATE,
            scores={"speaker_similarity": number / 1000},
        )
        for number, text in pairs
    ]


@pytest.fixture
def written(tmp_path):
    """Writes 200 clips in a format as an export does; rows by id and the folder."""

    def write(key, size=shards.CLIPS):
        form = format_of(key)
        folder = tmp_path / key
        rows = rows_of(form)
        (folder / "wavs").mkdir(parents=True)
        for number, row in enumerate(rows):
            sound = np.full(SAMPLES, number, "<i2")
            (folder / row.audio).write_bytes(wav_header(SAMPLES, RATE) + sound.tobytes())
        lists = form.files(_located(rows, folder) if form.absolute else rows)
        for name, content in lists.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        if form.pack:
            names = form.pack(rows, folder)
            assert all((folder / name).is_file() for name in names)
            (folder / "wavs").rmdir()  # empty: every clip is in an archive
        return {row.id: row for row in rows}, folder

    return write


def texts(rows, split):
    return {key: row.text for key, row in rows.items() if row.split == split}


def stem(path):
    assert Path(path).is_file()
    return Path(path).stem


def test_qwen3_tts_schema(written):
    rows, folder = written("qwen3_tts")
    references = set()
    for split in ("train", "eval"):
        with (folder / f"{split}_raw.jsonl").open(encoding="utf-8") as file:
            items = [json.loads(line.strip()) for line in file.readlines()]
        assert {stem(item["audio"]): item["text"] for item in items} == texts(rows, split)
        references |= {item["ref_audio"] for item in items}
        assert all(Path(item["audio"]).is_absolute() for item in items)
    (reference,) = references
    assert soundfile.info(reference).samplerate == 24_000  # what its trainer insists on
    assert rows[stem(reference)].split == "train"


def test_the_reference_of_qwen3_tts_is_long_enough_and_like_the_speaker():
    rows = [
        a_row(0, duration_s=2.0, scores={"speaker_similarity": 0.99}),
        a_row(1, duration_s=6.0, scores={"speaker_similarity": 0.7}),
        a_row(2, duration_s=8.0, scores={"speaker_similarity": 0.9}),
        a_row(3, duration_s=20.0),
    ]
    (content,) = format_of("qwen3_tts").files(rows).values()
    assert {json.loads(line)["ref_audio"] for line in content.splitlines()} == {rows[2].audio}


@pytest.mark.slow
def test_voxcpm_reads_its_manifest_by_the_loader_it_uses(written, tmp_path, monkeypatch):
    """``load_audio_text_datasets`` of VoxCPM is load_dataset("json") and a cast to Audio."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    rows, folder = written("voxcpm")
    names = {"train": "train.jsonl", "eval": "val.jsonl"}
    sets = datasets.load_dataset(
        "json",
        data_files={split: str(folder / name) for split, name in names.items()},
        cache_dir=str(tmp_path / "cache"),
    )
    for split, items in sets.items():
        cast = items.cast_column("audio", datasets.Audio(decode=False))
        assert {stem(i["audio"]["path"]): i["text"] for i in cast} == texts(rows, split)
        assert set(items["duration"]) == {SAMPLES / RATE}


def test_f5_tts_schema(written):
    rows, folder = written("f5_tts")
    for split, name in (("train", "metadata.csv"), ("eval", "metadata_eval.csv")):
        with (folder / name).open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, delimiter="|")
            assert next(reader) == ["audio_file", "text"]
            pairs = [(row[0].strip(), row[1].strip()) for row in reader]
        assert all(Path(audio).is_absolute() for audio, _ in pairs)
        assert {stem(audio): text for audio, text in pairs} == texts(rows, split)


def test_cosyvoice_schema(written):
    rows, folder = written("cosyvoice")
    for split in ("train", "eval"):
        tables = {}
        for name in ("wav.scp", "text", "utt2spk"):
            with (folder / split / name).open(encoding="utf-8") as file:
                cells = [line.replace("\n", "").split() for line in file]
            tables[name] = {first: " ".join(rest) for first, *rest in cells}
        assert tables["text"] == texts(rows, split)
        assert {stem(path) for path in tables["wav.scp"].values()} == set(tables["text"])
        speakers = (folder / split / "spk2utt").read_text("utf-8").split()
        assert speakers == ["host", *tables["utt2spk"]]


@pytest.mark.parametrize(("folder", "speaker"), [("/a b/c", "host"), ("/a", "the host")])
def test_cosyvoice_refuses_names_with_a_space_before_anything_is_cut(folder, speaker):
    with pytest.raises(CuratorError, match="has a space"):
        format_of("cosyvoice").require(Path(folder), speaker)


def test_styletts2_schema(written):
    rows, folder = written("styletts2")
    for split, name in (("train", "train_list.txt"), ("eval", "val_list.txt")):
        with (folder / name).open(encoding="utf-8") as file:
            items = [line.strip().split("|") for line in file]
        assert all(len(item) == 3 and int(item[2]) == 0 for item in items)
        assert {stem(folder / item[0]): item[1] for item in items} == texts(rows, split)
    assert format_of("styletts2").fault(BAR)
    assert format_of("styletts2").rate == RATE


def test_indextts2_manifest_schema(written):
    rows, folder = written("indextts2")
    for split in ("train", "eval"):
        with (folder / f"{split}.jsonl").open(encoding="utf-8") as file:
            items = [json.loads(line) for line in file]
        assert {item["id"]: item["text"] for item in items} == texts(rows, split)
        assert all(stem(folder / item["audio"]) == item["id"] for item in items)
        assert {(i["speaker"], i["language"], i["duration"]) for i in items} == {
            ("host", "en", SAMPLES / RATE)
        }


def test_indextts_lora_list_schema(written):
    rows, folder = written("indextts_lora")
    for split in ("train", "eval"):
        with (folder / f"{split}.txt").open(encoding="utf-8") as file:
            items = [line.strip().split("\t", 1) for line in file]
        assert {stem(path): text for path, text in items} == texts(rows, split)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_lhotse_reads_its_shar_back(written, monkeypatch):
    monkeypatch.setattr(shards, "CLIPS", 75)
    lhotse = pytest.importorskip("lhotse")
    rows, folder = written("lhotse_shar")
    assert len(list(folder.glob("train/recording.*.tar"))) == 3
    for split in ("train", "eval"):
        cuts = list(lhotse.CutSet.from_shar(in_dir=str(folder / split)))
        assert {cut.id: cut.supervisions[0].text for cut in cuts} == texts(rows, split)
        for cut in cuts[::20]:
            assert rows[cut.id].emotion == cut.supervisions[0].custom["emotion"]
            assert np.all(np.round(cut.load_audio() * 32768) == int(cut.id[-6:]))


@pytest.mark.filterwarnings("ignore")
def test_webdataset_reads_its_shards_back(written, monkeypatch):
    monkeypatch.setattr(shards, "CLIPS", 75)
    webdataset = pytest.importorskip("webdataset")
    rows, folder = written("webdataset")
    assert len(list(folder.glob("train-*.tar"))) == 3
    for split in ("train", "eval"):
        urls = [path.as_uri() for path in sorted(folder.glob(f"{split}-*.tar"))]
        items = list(webdataset.WebDataset(urls, shardshuffle=False))
        assert {i["__key__"]: i["txt"].decode() for i in items} == texts(rows, split)
        for item in items:
            about = json.loads(item["json"])
            assert about["text"] == rows[item["__key__"]].text
            sound, rate = soundfile.read(io.BytesIO(item["wav"]), dtype="int16")
            assert (rate, sound.size) == (RATE, SAMPLES)
            assert np.all(sound == int(item["__key__"][-6:]))


@pytest.mark.slow
def test_datasets_reads_parquet_with_audio_back(written, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(shards, "CLIPS", 75)
    datasets = pytest.importorskip("datasets")
    rows, folder = written("parquet")
    names = sorted(path.name for path in (folder / "data").iterdir())
    assert names == [
        "test-00000-of-00001.parquet",
        *(f"train-0000{n}-of-00003.parquet" for n in range(3)),
    ]
    sets = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    for split, side in (("train", "train"), ("eval", "test")):
        assert sets[side].features["audio"] == datasets.Audio(sampling_rate=RATE)
        items = list(sets[side].cast_column("audio", datasets.Audio(decode=False)))
        assert {item["id"]: item["text"] for item in items} == texts(rows, split)
        for item in items[::20]:
            assert item["emotion"] == (rows[item["id"]].emotion or "")
            sound, _ = soundfile.read(io.BytesIO(item["audio"]["bytes"]), dtype="int16")
            assert np.all(sound == int(item["id"][-6:]))


def test_equal_sets_give_equal_archives(written, tmp_path):
    _, folder = written("webdataset")
    once = (folder / "train-000000.tar").read_bytes()
    folder.rename(tmp_path / "before")
    _, folder = written("webdataset")
    assert (folder / "train-000000.tar").read_bytes() == once
    with tarfile.open(folder / "train-000000.tar") as archive:
        assert {(entry.mtime, entry.uid, entry.uname) for entry in archive} == {(0, 0, "")}


def test_formats_that_hold_absolute_paths_say_so():
    assert {key for key, form in formats().items() if form.absolute} == {
        *("qwen3_tts", "voxcpm", "f5_tts", "cosyvoice", "indextts_lora")
    }
