"""Follows the addresses of a report back to the files, without the report's own code."""

import html.parser
import importlib
import json
import math
import statistics
import tomllib
from pathlib import Path
from urllib.parse import unquote

SILENT = {"style", "script", "title", "pre", "svg"}


class Page(html.parser.HTMLParser):
    """figures: (attributes, text) of each traced number. loose: all text outside of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.figures: list[tuple[dict, str]] = []
        self.drawn: list[str] = []
        self.loose: list[str] = []
        self.sounds: list[str] = []
        self._open: dict | None = None
        self._silent = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self._silent += tag in SILENT
        if tag == "data":
            self._open = found
            self.figures.append((found, ""))
        if tag == "polyline":
            self.drawn.append(found["data-source"])
        if tag == "audio":
            self.sounds.append(found["src"])

    def handle_endtag(self, tag):
        self._silent -= tag in SILENT
        if tag == "data":
            self._open = None

    def handle_data(self, data):
        if self._open is not None:
            self.figures[-1] = (self._open, self.figures[-1][1] + data)
        elif not self._silent:
            self.loose.append(data)


class Files:
    """The run's files, read plainly."""

    def __init__(self, run: Path, bundle: Path, resources: Path, asked: dict) -> None:
        self.run, self.bundle, self.resources, self.asked = run, bundle, resources, asked
        self.read: dict[str, list[tuple[int, dict]]] = {}

    def rows(self, name: str) -> list[tuple[int, dict]]:
        if name not in self.read:
            self.read[name] = self.load(name)
        return self.read[name]

    def load(self, name: str) -> list[tuple[int, dict]]:
        if name == "asked":
            return [(1, self.asked)]
        path = self.run / name
        for prefix, folder in (
            ("bundle/", self.bundle),
            ("resources/", self.resources),
            ("beside/", self.run.parent),
        ):
            if name.startswith(prefix):
                path = folder / name.removeprefix(prefix)
        text = path.read_text()
        if path.suffix == ".jsonl":
            lines = enumerate(text.split("\n"), start=1)
            return [(number, json.loads(line)) for number, line in lines if line.strip()]
        return [(1, tomllib.loads(text) if path.suffix == ".toml" else json.loads(text))]

    def column(self, address: str) -> list:
        """The values an address names."""
        name, _, rest = address.partition("#")
        selector, *path = rest.split("/")
        path = [unquote(part) for part in path]
        if name == "rule":
            return [getattr(importlib.import_module(path[0]), path[1])]
        chosen, _, by = selector.partition("@")
        found = []
        for number, row in self.rows(unquote(name)):
            if not _fits(number, row, chosen):
                continue
            value = _inside(row, path)
            if value is not ...:
                key = tuple(str(_inside(row, unquote(part).split("."))) for part in by.split("+"))
                found.append((key, value) if by else value)
        return found


def _fits(number: int, row: dict, chosen: str) -> bool:
    if chosen.isdigit():
        return number == int(chosen)
    for pair in chosen.split(",") if chosen else ():
        key, _, values = pair.partition("=")
        value = _inside(row, unquote(key).split("."))
        written = "null" if value is None else "" if value is ... else str(value)
        if written not in [unquote(each) for each in values.split("|")]:
            return False
    return True


def _inside(row, path):
    for key in path:
        try:
            row = row[int(key) if isinstance(row, list) else key]
        except (KeyError, IndexError, TypeError, ValueError):
            return ...
    return row


def worked_out(how: str, columns: list[list]):
    """What an operation should give; ... for those that only another bootstrap could check."""
    numbers = [[v for v in column if isinstance(v, int | float)] for column in columns]
    one = numbers[0][0] if numbers and numbers[0] else None
    two = numbers[1][0] if len(numbers) > 1 and numbers[1] else None
    match how:
        case "text":
            return str(columns[0][0])
        case "value":
            return columns[0][0]
        case "count":
            return len(columns[0])
        case "kinds":
            return len(set(columns[0]))
        case "listed":
            return ", ".join(sorted(set(columns[0])))
        case "sum" | "minutes" | "hours":
            return sum(numbers[0]) / {"sum": 1, "minutes": 60, "hours": 3600}[how]
        case "money":
            return sum(numbers[0]) / 3600 * two
        case "mean" | "median":
            return getattr(statistics, how)(numbers[0])
        case "max" | "min":
            return {"max": max, "min": min}[how](numbers[0])
        case "exp":
            return math.exp(one)
        case "log":
            return math.log(one)
        case "gain" | "rise" | "ratio" | "difference":
            rise = (two - one) / one if how in ("gain", "rise") else None
            return {"gain": lambda: -rise, "rise": lambda: rise, "ratio": lambda: one / two,
                    "difference": lambda: one - two}[how]()  # fmt: skip
        case "per second":
            return sum(numbers[0]) / sum(numbers[1])
        case "above":
            return sum(value > two for value in numbers[0])
        case "below":
            return sum(value < two for value in numbers[0])
        case "lacking":
            return two - sum(numbers[0]) / 60
        case "paired" | "pairs":
            before = {tuple(key): v for key, v in columns[0]}
            changes = [
                v - before[tuple(k)] for k, v in columns[1] if None not in (v, before.get(tuple(k)))
            ]
            return len(changes) if how == "pairs" else statistics.mean(changes)
        case "apart":
            return statistics.mean(numbers[1]) - statistics.mean(numbers[0])
        case "clipwise":
            before, after = columns[0][0], columns[1][0]
            targets = sum(before[clip][1] for clip in before)
            return sum((after[c][0] - before[c][0]) * before[c][1] for c in before) / targets
        case "least gain" | "most gain":
            gains = [(a[0] - b[0]) / a[0] for a, b in zip(columns[::2], columns[1::2], strict=True)]
            return min(gains) if how == "least gain" else max(gains)
    return ...
