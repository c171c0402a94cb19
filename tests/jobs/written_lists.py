"""Random lists of clips in the formats of other programs, by their own writers where there are any,
and 24 kinds of damage to them with what a reader must still get right."""

import csv
import gzip
import io
import json
import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

WORDS = (
    "jó", "reggelt", "Árvíztűrő", "tükörfúrógép", "Việt", "tiếng", "hận", "hân", "stop", "go",
    "it's", "9:30", "50%", "a/b", "#1", "naïve", "Straße", "NA", "null", "-", "1984", "True",
)  # fmt: skip
BEYOND_CP1250 = ("Tiếng Việt", "🎉", "你好", unicodedata.normalize("NFD", "düh"), "a\u2028b")
LABELS = ("calm", "düh", "hận", "none", "")
SEPARATOR = {
    "ljspeech": "|", "coqui": "|", "vits": "|", "gpt_sovits": "|", "audiofolder_csv": ",",
    "spreadsheet": ";", "tabs": "\t", "text_first": ",",
}  # fmt: skip
QUOTING = frozenset({"coqui", "audiofolder_csv", "spreadsheet", "tabs", "text_first"})
JSON = ("nemo", "audiofolder_jsonl", "bundle", "array", "lhotse_cuts", "lhotse_supervisions")
FORMATS = (*SEPARATOR, *JSON)


@dataclass
class Row:
    """A row to be written. is_damaged: it may be refused."""

    number: int
    text: str
    label: str
    named: str = ""
    is_damaged: bool = False

    @property
    def sound(self) -> str:
        return f"clip {self.number}.wav" if self.number % 5 == 0 else f"clip{self.number}.wav"


@dataclass
class Written:
    """A list in memory. truth: texts that a sound may have. extra: rows added by damage, which may
    only be refused. is_readable: the whole list must not be refused."""

    form: str
    rows: list[Row]
    chance: random.Random
    lines: list[str] = field(default_factory=list)
    encoding: str = "utf-8"
    newline: str = "\n"
    prefix: bytes = b""
    extra: int = 0
    is_readable: bool = True
    is_packed: bool = False
    missing: set[int] = field(default_factory=set)
    suffix: str = ".wav"
    tear: Callable[[bytes], bytes] = bytes

    @property
    def header(self) -> int:
        return int(self.form in QUOTING)

    def any_line(self) -> int:
        return self.chance.randrange(self.header, len(self.lines))

    def row_of(self, line: int) -> Row:
        return self.rows[line - self.header]


def sentence(chance: random.Random, form: str, *, latin2: bool) -> str:
    """A text that its format can hold, without a space at its ends."""
    words = chance.choices(WORDS if not latin2 else WORDS[:4] + WORDS[8:], k=chance.randint(1, 9))
    if latin2:
        words = [word for word in words if word.encode("cp1250", "ignore").decode("cp1250") == word]
        words += ["őrült", "űr"]
    elif chance.random() < 0.3:
        words.insert(chance.randrange(len(words) + 1), chance.choice(BEYOND_CP1250))
    if chance.random() < 0.3:
        at = chance.randrange(len(words))
        words[at] = chance.choice(('"{}"', '"{}', '{}"', "'{}'", "„{}”", "({})")).format(words[at])
    joint = " "
    if form in (*QUOTING, *JSON) and chance.random() < 0.2:
        joint = chance.choice((", ", "; ", " | ", "\n", "\t"))
    return joint.join(words)


def rows_of(chance: random.Random, form: str, *, latin2: bool) -> list[Row]:
    count = chance.randint(2, 9)
    rows = []
    for number in range(count):
        text = sentence(chance, form, latin2=latin2)
        # Two columns of a list with times would be the same sentence for different sounds.
        label = chance.choice(LABELS[:2] if latin2 else LABELS)
        rows.append(Row(number, f"{text} {number}" if chance.random() < 0.5 else text, label))
    return rows


def _csv(rows: Sequence[Sequence[str]], delimiter: str) -> list[str]:
    lines = []
    for row in rows:
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerow(row)
        lines.append(out.getvalue().removesuffix("\n"))
    return lines


def _pandas(rows: Sequence[Sequence[str]], names: Sequence[str]) -> list[str]:
    import pandas

    lines = []
    for index, row in enumerate(rows):
        text = pandas.DataFrame([row], columns=list(names)).to_csv(
            sep="|", index=False, header=index == 0, lineterminator="\n"
        )
        if index == 0:
            head, _, text = text.partition("\n")
            lines.append(head)
        lines.append(text.removesuffix("\n"))
    return lines


def _lhotse(rows: Sequence[Row], *, cuts: bool) -> tuple[list[str], list[str]]:
    """Lines of the cuts or supervisions, and of the recordings; as lhotse serialises them."""
    from lhotse import MonoCut, Recording, SupervisionSegment
    from lhotse.audio import AudioSource

    lines, recordings = [], []
    for row in rows:
        source = AudioSource(type="file", channels=[0], source=row.named)
        key = f"r{row.number}"
        recording = Recording(key, [source], 16_000, 160_000, 10.0)
        said = SupervisionSegment(
            id=f"s{row.number}", recording_id=key, start=0.0, duration=1.0 + row.number / 8,
            text=row.text, custom={"emotion": row.label} if row.label else None,
        )  # fmt: skip
        cut = MonoCut(f"c{row.number}", 0.0, 10.0, 0, supervisions=[said], recording=recording)
        lines.append(json.dumps((cut if cuts else said).to_dict(), ensure_ascii=False))
        recordings.append(json.dumps(recording.to_dict(), ensure_ascii=False))
    return lines, recordings


def _object(row: Row, form: str) -> dict[str, object]:
    if form == "nemo":
        return {"audio_filepath": row.named, "duration": 1.5, "text": row.text, "label": row.label}
    if form == "bundle":
        return {"audio": row.named, "text": row.text, "sha256": "0" * 64, "emotion_name": row.label}
    return {"file_name": row.named, "transcription": row.text, "emotion": row.label}


def lines_of(form: str, rows: Sequence[Row], chance: random.Random) -> list[str]:
    """The lines of a list; for an array, its items."""
    if form == "ljspeech":
        return [f"{row.named}|{row.text}|{row.text}" for row in rows]
    if form == "vits":
        return [f"{row.named}|{row.number % 2}|{row.text}" for row in rows]
    if form == "gpt_sovits":
        return [f"{row.named}|joe|EN|{row.text}" for row in rows]
    if form == "coqui":
        names = ("audio_file", "text", "speaker_name", "emotion_name")
        return _pandas([(row.named, row.text, "joe", row.label) for row in rows], names)
    if form == "text_first":
        table = [("transcription", "file_name"), *((row.text, row.named) for row in rows)]
        return _csv(table, SEPARATOR[form])
    if form in SEPARATOR:
        head = ("file_name", "transcription", "emotion")
        table = [head, *((row.named, row.text, row.label) for row in rows)]
        return _csv(table, SEPARATOR[form])
    if form.startswith("lhotse"):
        return _lhotse(rows, cuts=form == "lhotse_cuts")[0]
    escape = chance.random() < 0.5
    return [json.dumps(_object(row, form), ensure_ascii=escape) for row in rows]


FILES = {
    "ljspeech": "metadata.csv", "coqui": "metadata_train.csv", "vits": "filelist.txt",
    "gpt_sovits": "slicer.list", "audiofolder_csv": "metadata.csv", "spreadsheet": "metadata.csv",
    "tabs": "metadata.tsv", "text_first": "metadata.csv",
    "nemo": "manifest.json", "audiofolder_jsonl": "metadata.jsonl",
    "bundle": "manifest.jsonl", "array": "list.json", "lhotse_cuts": "cuts.jsonl",
    "lhotse_supervisions": "supervisions.jsonl",
}  # fmt: skip


def save(written: Written, folder: Path) -> Path:
    """Write the list and its (empty) sounds."""
    wavs = folder / "wavs"
    wavs.mkdir(parents=True)
    for row in written.rows:
        if row.number not in written.missing:
            (wavs / Path(row.sound).with_suffix(written.suffix)).touch()
    lines = written.lines
    if written.form == "array":
        text = "[" + f",{written.newline}".join(lines) + "]"
    else:
        text = "".join(f"{line}{written.newline}" for line in lines)
    raw = written.tear(written.prefix + text.encode(written.encoding, "surrogateescape"))
    path = folder / FILES[written.form]
    if written.is_packed:
        path = path.with_name(f"{path.name}.gz")
        raw = gzip.compress(raw, 1)
    path.write_bytes(raw)
    if written.form == "lhotse_supervisions":
        _, recordings = _lhotse(written.rows, cuts=False)
        (folder / "recordings.jsonl").write_text("\n".join(recordings), encoding="utf-8")
    return path
