"""Every format is read back by its own program's reader, odd texts and names and all."""

import csv
import json
import wave

import numpy as np
import pytest

from curator.audio.excerpts import Excerpts
from curator.domain import system
from curator.domain.decision import correct_text, drop, give_emotion, keep, recut
from curator.domain.errors import CuratorError
from curator.domain.languages import folded
from curator.domain.recording import Recording
from curator.domain.span import Span
from curator.export.formats import formats
from curator.export.formats.table import FORMULA_STARTS, formula_escaped
from curator.export.project import export_project
from curator.export.settings import ExportSettings
from tests.helpers.bundles import a_source, as_recording
from tests.helpers.factories import RATE, an_empty_project, say, some_clips
from trainer import output

TEXTS = (
    'He said "stop" twice, and I\'m gone.',
    "Ez egy nagyszeru kerdes; nem?",
    "NA",
    "Two\tlines\nof text",
    '"',
    "Plain words here",
    "What is it, then - and now?",
    "So it goes",
)
NAMES = ("Árvíz | 10_30 <a>.wav", "árvíz | 10_30 <A>.wav")
WINDOWS_NAMES = ("Árvíz; 10_30 {a}.wav", "árvíz; 10_30 {A}.wav")  # as odd as it allows


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Eight kept clips with odd texts of two oddly named recordings, one dropped, one undecided."""
    folder = tmp_path_factory.mktemp("odd")
    with an_empty_project(folder, "show.curator") as project:
        for number, name in enumerate(WINDOWS_NAMES if system.WINDOWS else NAMES):
            (folder / str(number)).mkdir()
            source = as_recording(a_source(folder / str(number), name, seconds=12.0, seed=number))
            fields = ("content_hash", "size", "mtime_ns", "rate", "channels", "samples")
            recording = project.recordings.add(
                Recording(
                    id=0,
                    path=source.path,
                    container="wav",
                    licence="CC0",
                    consent="by letter | <b>",
                    **{field: getattr(source, field) for field in fields},
                )
            )
            some_clips(project, recording, 5, seconds=1.5)
        clips = project.clips.ids()
        project.decisions.apply(keep(clips[:8]))
        project.decisions.apply(give_emotion(clips[:3], "tension"))
        project.decisions.apply(drop(clips[8:9]))
        for clip, text in zip(clips, TEXTS, strict=False):
            say(project, clip, "machine words")
            project.decisions.apply(correct_text([clip], text))
        yield project


@pytest.fixture
def exported(project, tmp_path):
    """Writes a format; returns the folder."""

    def write(form):
        export_project(project, tmp_path / form, ExportSettings(form, speaker="host"))
        return tmp_path / form

    return write


def kept(project):
    return [clip for clip in project.clips.find() if clip.state == "kept"]


def usable(project):
    """The kept clips that XTTS takes: a quotation mark alone is no text."""
    return {
        f"clip_{clip.id:06d}": clip for clip in kept(project) if any(map(str.isalnum, clip.text))
    }


@pytest.mark.parametrize("form", list(formats()))
def test_every_format_names_the_snapshot_it_is_of(project, exported, form):
    folder = exported(form)
    snapshot = project.snapshots.all()[0]
    assert snapshot.name in (folder / "data_card.md").read_text("utf-8")
    assert "by letter \\| &lt;b&gt;" in (folder / "data_card.md").read_text("utf-8")


def test_an_unknown_format_is_answered_with_the_known_ones(project, tmp_path):
    with pytest.raises(CuratorError, match="no export format 'wav2vec'"):
        export_project(project, tmp_path / "out", ExportSettings("wav2vec"))
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.model
def test_coqui_tts_reads_its_own_and_lj_speech_back(project, exported):
    from trainer.backends.xtts.coqui import coqui

    readers = coqui("tts.datasets.formatters")
    clips = usable(project)
    folder = exported("coqui")
    names = [path.name for path in sorted(folder.glob("metadata_*.csv"))]
    found = [item for name in names for item in readers.coqui(str(folder), name)]
    texts = {item["audio_file"].rpartition("/")[2][:-4]: item["text"] for item in found}
    assert texts == {key: folded(clip.text) for key, clip in clips.items()}
    found = readers.ljspeech(str(exported("ljspeech")), "metadata.csv")
    texts = {  # its reader leaves the line end at the text, of LJ Speech's own list, too
        item["audio_file"].rpartition("/")[2][:-4]: item["text"].removesuffix("\n")
        for item in found
    }
    assert texts == {key: folded(clip.text) for key, clip in clips.items()}


def test_lists_without_quoting_hold_texts_byte_for_byte(project, exported):
    clips = usable(project)
    for form, name, column in (("ljspeech", "metadata.csv", 2), ("gpt_sovits", "*.list", 3)):
        folder = exported(form)
        lines = [
            line.split("|")
            for path in sorted(folder.glob(name))
            for line in path.read_bytes().decode().split("\n")[:-1]
        ]
        ids = [line[0].removeprefix("wavs/").removesuffix(".wav") for line in lines]
        assert {key: line[column] for key, line in zip(ids, lines, strict=True)} == {
            key: folded(clip.text) for key, clip in clips.items()
        }
        assert all((folder / "wavs" / f"{key}.wav").is_file() for key in ids)


def test_nemo_finds_every_sound_with_its_length(project, exported):
    folder = exported("nemo")
    rows = [
        json.loads(line)
        for path in sorted(folder.glob("*_manifest.json"))
        for line in path.read_text("utf-8").splitlines()
    ]
    clips = usable(project)
    assert {row["text"] for row in rows} == {folded(clip.text) for clip in clips.values()}
    for row in rows:
        with wave.open(str(folder / row["audio_filepath"])) as sound:
            assert sound.getnframes() / sound.getframerate() == pytest.approx(row["duration"])


@pytest.mark.slow
def test_datasets_reads_the_audiofolder_back(project, exported, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    # Its decoder of sound is a package of its own; what it makes of the folder needs none.
    as_path = lambda _, value: {"path": value, "bytes": None}  # noqa: E731
    monkeypatch.setattr(datasets.Audio, "encode_example", as_path)
    folder = exported("audiofolder")
    read = datasets.load_dataset(
        "audiofolder", data_dir=str(folder), cache_dir=str(tmp_path / "cache")
    )
    rows = [row for split in read.values() for row in split.cast_column(
        "audio", datasets.Audio(decode=False)
    )]  # fmt: skip
    clips = usable(project)
    names = [row["audio"]["path"].rpartition("/")[2][:-4] for row in rows]
    assert {n: row["transcription"] for n, row in zip(names, rows, strict=True)} == {
        key: folded(clip.text) for key, clip in clips.items()
    }
    assert {n: row["emotion"] for n, row in zip(names, rows, strict=True)} == {
        key: clip.emotion or "" for key, clip in clips.items()
    }


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_lhotse_reads_cuts_that_refer_to_the_recordings(project, exported):
    lhotse = pytest.importorskip("lhotse")
    folder = exported("lhotse")
    assert not list(folder.glob("**/*.wav"))
    cuts = {cut.id: cut for cut in lhotse.CutSet.from_file(folder / "cuts.jsonl.gz")}
    supervisions = lhotse.SupervisionSet.from_file(folder / "supervisions.jsonl.gz")
    recordings = lhotse.RecordingSet.from_file(folder / "recordings.jsonl.gz")
    clips = {f"clip_{clip.id:06d}": clip for clip in kept(project)}
    assert {key: cut.supervisions[0].text for key, cut in cuts.items()} == {
        key: folded(clip.text) for key, clip in clips.items()
    }
    assert {s.id: s.custom["emotion"] for s in supervisions} == {
        key: clip.emotion for key, clip in clips.items()
    }
    assert len(list(recordings)) == 2
    key, clip = next(iter(clips.items()))
    with Excerpts() as excerpts:
        expected = excerpts.read(project.recordings.get(clip.recording_id), clip.span).samples
    assert np.abs(cuts[key].load_audio()[0] - expected).max() < 1e-4


@pytest.mark.filterwarnings("ignore")
def test_praat_tiers_hold_clips_that_overlap_on_tiers_of_their_own(project, exported):
    from praatio import textgrid

    first = project.clips.find()[0]
    project.decisions.apply(recut(first.id, Span(first.span.start, first.span.stop + 2 * RATE)))
    try:
        clips = project.clips.find()
        folder = exported("textgrid")
    finally:
        project.decisions.undo()
    grids = [
        textgrid.openTextgrid(str(path), includeEmptyIntervals=False)
        for path in folder.glob("*.TextGrid")
    ]
    assert len(grids) == 2
    found = [
        (entry.label, round(entry.start, 3), round(entry.end, 3))
        for grid in grids
        for tier in grid.tiers
        if tier.name.startswith("text")
        for entry in tier.entries
    ]
    assert sorted(found) == sorted(
        (
            " ".join(c.text.split()),
            round(c.span.start_s(c.rate), 3),
            round(c.span.stop_s(c.rate), 3),
        )
        for c in clips
        if c.text
    )
    assert {len(grid.tiers) for grid in grids} == {3, 6}
    states = [e.label for grid in grids for e in grid.getTier("state").entries]
    assert {"kept", "dropped", "undecided"} == set(states)


@pytest.mark.filterwarnings("ignore")
def test_elan_reads_its_tiers_back(project, exported):
    from pympi.Elan import Eaf

    found = set()
    for path in exported("elan").glob("*.eaf"):
        document = Eaf(str(path))
        found |= set(document.get_annotation_data_for_tier("text"))
        assert document.media_descriptors[0]["MEDIA_URL"].startswith("file:///")
        assert len(document.get_annotation_data_for_tier("category")) == 5
    assert found == {
        (
            round(1000 * clip.span.start_s(clip.rate)),
            round(1000 * clip.span.stop_s(clip.rate)),
            " ".join(clip.text.split()),
        )
        for clip in project.clips.find()
    }


def test_audacity_labels_are_start_stop_and_text(project, exported):
    folder = exported("audacity")
    lines = [
        line.split("\t")
        for path in folder.glob("*.txt")
        if not path.name.endswith(".categories.txt")
        for line in path.read_text("utf-8").splitlines()
    ]
    assert sorted((float(start), text) for start, _, text in lines) == sorted(
        (round(clip.span.start_s(clip.rate), 6), " ".join(clip.text.split()))
        for clip in project.clips.find()
        if clip.state != "dropped"
    )


def test_files_of_recordings_that_differ_in_case_alone_are_apart(exported):
    names = [path.stem for path in exported("textgrid").glob("*.TextGrid")]
    assert len({name.casefold() for name in names}) == 2
    assert not any(set(name) & set('<>:"/\\|?*') for name in names)


def test_the_table_runs_nothing_and_loses_nothing(project, exported):
    clip = project.clips.find()[0]
    formula = '=HYPERLINK("http://x","y")'
    project.decisions.apply(correct_text([clip.id], formula))
    try:
        with (exported("table") / "clips.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    finally:
        project.decisions.undo()
    assert len(rows) == 10
    assert rows[0]["text"] == f"'{formula}"
    assert rows[3]["text"] == TEXTS[3]
    assert not any(cell[:1] in "=+@\t" for row in rows for cell in row.values() if cell)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
@pytest.mark.parametrize("escaped", [formula_escaped, output.formula_escaped])
def test_cells_that_a_spreadsheet_would_run_are_escaped(start, escaped):
    assert escaped(f"{start}1+1") == f"'{start}1+1"
    assert escaped(f"a{start}") == f"a{start}"
    assert FORMULA_STARTS == output.FORMULA_STARTS
