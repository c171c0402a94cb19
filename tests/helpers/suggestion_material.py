"""Clips with known categories, from which suggestions are judged: planted, or of a folder."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel

from curator.audio.waveform import Samples, Waveform
from curator.jobs.learning import delivery_inputs, encodings
from curator.stages.delivery.features import delivery
from curator.stages.delivery.stage import DeliveryInputs
from curator.stages.speaker.embed import speaker_vectors
from curator.stages.suggestion.features import ClipFeatures
from curator.stages.transcription.encodings import FRAME
from curator.stages.transcription.packing import Chunk, packed
from curator.store.project import Project
from curator.weights.lookup import whisper_folder
from tests.helpers.commands import done
from tests.helpers.deliveries import MANNERS, planted, real_clips

WINDOW, FRAMES = 480_000, 3_000  # of Whisper: samples at 16 kHz, and spectrogram frames
FREQUENT = (0.1, 0.15, 0.1, 0.1, 0.1, 0.1, 0.35)  # neutral is most of any recording
ASKED = 0.7  # of the questions; the others are not transcribed as such


@dataclass(frozen=True, slots=True, eq=False)
class JudgedClips:
    """Features of clips and the category that each truly has."""

    name: str
    features: ClipFeatures
    truth: Mapping[int, str]

    @property
    def keys(self) -> list[str]:
        """Categories, in alphabetical order."""
        return sorted(set(self.truth.values()))


def planted_deliveries(folder: Path, count: int, seed: int = 0) -> JudgedClips:
    """Real clips of several readers, with a category planted in each."""
    clips = real_clips(folder)
    clips = [clips[(i + seed) % len(clips)] for i in range(count)]
    rng = np.random.default_rng(seed)
    keys = list(MANNERS)
    truth = [keys[kind] for kind in rng.choice(len(keys), count, p=FREQUENT)]
    waves = planted(clips, truth, seed)
    vectors = [
        (i, delivery(Waveform(wave, 16_000)).astype("<f4").tobytes())
        for i, wave in enumerate(waves)
    ]
    voices = [(i, v.astype("<f4").tobytes()) for i, v in enumerate(speaker_vectors(waves))]
    recordings = {i: clip.speaker for i, clip in enumerate(clips)}
    asks = rng.random(count) < ASKED
    texts = {
        i: "Is that so?" if kind == "question" and asks[i] else "That is so."
        for i, kind in enumerate(truth)
    }
    features = ClipFeatures(DeliveryInputs(vectors, voices, recordings), texts, encoded(waves))
    return JudgedClips("planted deliveries", features, dict(enumerate(truth)))


def encoded(waves: Sequence[Samples]) -> list[tuple[int, bytes]]:
    """Clips with the mean output of the encoder of Whisper base, several in a window."""
    model = WhisperModel(str(whisper_folder("base")), device="cpu", compute_type="int8")
    means = []
    for window in packed(Chunk(i, wave) for i, wave in enumerate(waves)):
        sound = np.zeros(WINDOW, np.float32)
        sound[: len(window.samples)] = window.samples
        frames = np.asarray(model.encode(model.feature_extractor(sound)[:, :FRAMES]))[0]
        for piece, start in zip(window.pieces, window.starts, strict=True):
            first = start // FRAME
            mean = frames[first : first + len(piece.samples) // FRAME].mean(axis=0)
            means.append((piece.owner, mean.astype("<f4").tobytes()))
    return means


def folder_clips(folder: Path, project: Path, language: str) -> JudgedClips:
    """Recordings of a folder whose categories a CSV in it tells, analysed as a person would.

    project: where the project is made, or one made by an earlier call, which is continued.
    language: of the recordings, for example "en".
    """
    categories = categories_of(folder)
    if not project.exists():
        done("new", project, "--language", language)
        done("import", project, *sorted(categories))
    done("analyse", project, "--only", "transcribe,segment,embed,delivery", "--whisper", "base")
    with Project.open(project) as opened:
        names = {each.id: Path(each.path).name for each in opened.recordings.all()}
        features = ClipFeatures(
            delivery_inputs(opened), dict(opened.clips.rows("shown")), encodings(opened)
        )
        recordings = {clip: names[number] for clip, number, _ in opened.clips.spans()}
    by_name = {path.name: category for path, category in categories.items()}
    truth = {clip: by_name[name] for clip, name in recordings.items()}
    return JudgedClips(folder.name, features, truth)


def categories_of(folder: Path) -> dict[Path, str]:
    """Category by recording, from the first two columns of the folder's CSV.

    A first line that names no recording of the folder is a heading. Raises SystemExit if there is
    not exactly one CSV, or if a line names a recording that is not there.
    """
    tables = sorted(folder.glob("*.csv"))
    if len(tables) != 1:
        raise SystemExit(f"{folder}: one CSV with file and category is needed; {len(tables)} found")
    with tables[0].open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) >= 2]
    if rows and not (folder / rows[0][0]).is_file():
        rows = rows[1:]
    missing = [name for name, *_ in rows if not (folder / name).is_file()]
    if missing or not rows:
        raise SystemExit(f"{tables[0]}: these recordings are not there: {missing[:3]}")
    return {folder / name: category.strip() for name, category, *_ in rows}
