"""Speaks a script into a folder: one WAV per line, measured, resumable, with a playlist.

FOLDER/ID.wav          audio of a line
FOLDER/lines.jsonl     one row per finished line, in the order of completion
FOLDER/playlist.csv    all lines with their measures, worst first
FOLDER/playlist.m3u8   the same order, for players
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainer.errors import TrainerError
from trainer.evaluate.measures import VoiceStatistics, measures
from trainer.evaluate.pipeline import pipeline
from trainer.evaluate.results import as_line
from trainer.evaluate.samples import as_sample
from trainer.output import formula_escaped
from trainer.runs.files import json_lines, sha256_of, write_atomically
from trainer.voice.script import ScriptLine
from trainer.voice.voice import SpokenText, Voice

ROWS = "lines.jsonl"
PLAYLIST = "playlist"
MEASURES = ("word_errors", "endings")
COLUMNS = ("id", "wav", "seconds", "wer", "early_stop", "run_on", "length_ratio", "heard", "text")

Row = dict[str, Any]
Show = Callable[[Row], None]


def speak_script(
    voice: Voice, lines: Sequence[ScriptLine], folder: Path, *, measure: bool, show: Show
) -> list[Row]:
    """Speak all lines that are not finished, and write the playlist; returns all rows.

    show: called with each new row. A killed call is resumed by repeating it: finished lines are
    kept, and the others sound as they would have.
    """
    for line in lines:
        voice.request(line.text, line.options)  # raises before anything is spoken
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ROWS
    keys = {line.id: line_key(voice, line) for line in lines}
    done = _finished(folder, keys, measured=measure)
    write_atomically(path, "".join(as_line(row) for row in done.values()).encode())

    def speak(line: ScriptLine) -> SpokenText:
        return voice.speak(line.text, line.options)

    def finish(line: ScriptLine, spoken: SpokenText) -> Row:
        wav = folder / f"{line.id}.wav"
        spoken.save(wav)
        return line_row(voice, line, spoken, wav, keys[line.id], measure=measure)

    def keep(row: Row) -> None:
        done[row["id"]] = row
        with path.open("a", encoding="utf-8") as file:
            file.write(as_line(row))
        show(row)

    pipeline([line for line in lines if line.id not in done], speak, finish, keep)
    rows = [done[line.id] for line in lines]
    write_playlist(folder, rows)
    return rows


def line_key(voice: Voice, line: ScriptLine) -> str:
    """Hash of everything that a line's audio depends on."""
    options: dict[str, Any] = asdict(line.options)
    options["references"] = [sha256_of(path) for path in line.options.references]
    text = json.dumps([voice.fingerprint, line.text, options], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def line_row(
    voice: Voice, line: ScriptLine, spoken: SpokenText, wav: Path, key: str, *, measure: bool
) -> Row:
    """Row of a finished line. wav: its audio."""
    row: Row = {
        "id": line.id,
        "wav": wav.name,
        "text": line.text,
        "category": line.options.category or None,
        "language": spoken.language,
        "seed": line.options.seed,
        "seconds": round(spoken.sound.seconds, 3),
        "rules": list(spoken.rules),
        "key": key,
        "sha256": sha256_of(wav),
        "heard": None,
        "measures": None,
    }
    if measure:
        row |= measured(voice, spoken)
    return row


def measured(voice: Voice, spoken: SpokenText) -> Row:
    """Transcript and measures of a text: word errors and endings."""
    sample = as_sample(spoken.sound, [spoken.text], spoken.language, voice.transcriber)
    statistics = VoiceStatistics({}, voice.profile.length_prior, voice.profile.usual_rate)
    values: dict[str, float | None] = {}
    for each in measures():
        if each.name in MEASURES:
            results = each.measure(sample, statistics)
            values.update({key: results.get(key) for key in each.keys})
    return {"heard": sample.transcript, "measures": values}


def write_playlist(folder: Path, rows: Sequence[Row]) -> None:
    """Write the playlists, worst lines first."""
    ordered = sorted(rows, key=badness, reverse=True)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in ordered:
        values = {**row, **(row["measures"] or {})}
        writer.writerow([_cell(values.get(name)) for name in COLUMNS])
    write_atomically(folder / f"{PLAYLIST}.csv", table.getvalue().encode("utf-8-sig"))
    entries = [
        f"#EXTINF:{row['seconds']:.1f},{row['id']}: {row['text']}\n{row['wav']}\n"
        for row in ordered
    ]
    write_atomically(folder / f"{PLAYLIST}.m3u8", ("#EXTM3U\n" + "".join(entries)).encode())


def badness(row: Row) -> tuple[float, ...]:
    """Sort key, higher is worse: wrong endings, then word errors, then an unusual length."""
    values = row["measures"] or {}
    ending = (values.get("early_stop") or 0.0) + (values.get("run_on") or 0.0)
    ratio = values.get("length_ratio")
    return (ending, values.get("wer") or 0.0, abs((1.0 if ratio is None else ratio) - 1.0))


def _cell(value: object) -> object:
    """Cell of a table: floats rounded, text that no spreadsheet evaluates as a formula."""
    if isinstance(value, float):
        return round(value, 3)
    return formula_escaped(value) if isinstance(value, str) else value


def _finished(folder: Path, keys: dict[str, str], *, measured: bool) -> dict[str, Row]:
    """Rows of an earlier call that still hold, by id."""
    path = folder / ROWS
    if not path.is_file():
        others = [file.name for file in folder.glob("*.wav")]
        if others:
            raise TrainerError(
                f"{folder} has audio files of something else ({others[0]}).",
                "Choose another folder.",
            )
        return {}
    rows: dict[str, Row] = {}
    for _, row in json_lines(path):
        name = row.get("id") if isinstance(row, dict) else None
        if not isinstance(name, str) or keys.get(name) != row.get("key"):
            continue
        wav = folder / f"{name}.wav"
        complete = row.get("measures") is not None or not measured
        if complete and wav.is_file() and sha256_of(wav) == row.get("sha256"):
            rows[name] = row
    return rows
