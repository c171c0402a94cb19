"""HTML pages of runs with hostile text in every field: no request, no script, the usual title."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.helpers.browser import visit
from tests.helpers.training_runs import (
    IMPROVING,
    a_run,
    a_small_bundle,
    an_evaluation,
    speech_on_the_way,
)
from trainer.compare import read_runs
from trainer.compare.document import as_document
from trainer.errors import TrainerError
from trainer.listening import as_page, voices_of
from trainer.report import contents
from trainer.report.page import as_html
from trainer.report.run_files import read_run

ADDRESS = "http://127.0.0.1:9"
SCRIPT = f"document.title=String(9);window.ran=1;fetch('{ADDRESS}/fetched')"
HOSTILE = (
    f"</title></textarea></script><script>{SCRIPT}</script><img src={ADDRESS}/i.png "
    f'onerror="{SCRIPT}"><svg/onload="{SCRIPT}"><link rel=stylesheet href={ADDRESS}/s.css>'
    f"<iframe src={ADDRESS}/f></iframe>{{{{7*7}}}}'\"><base href={ADDRESS}/><!--\u2028\u202e]]>"
)
LOOK = """
document.querySelectorAll("button, summary").forEach((each) => each.click());
await new Promise((done) => setTimeout(done, 200));
return {title: document.title, ran: window.ran === 1, text: document.documentElement.outerHTML,
        foreign: document.querySelectorAll("iframe, base, link, [onerror], [onload]").length};
"""
PAGES: dict[str, Callable[[Path], str]] = {
    "report": lambda run: as_html(contents(read_run(run))),
    "listening": lambda run: as_page(voices_of([run])),
    "comparison": lambda run: as_html(as_document(read_runs([run, run.parent / "other"]))),
}
FILES = ("evaluation/results.jsonl", "events.jsonl", "run.json", "bundle/manifest.jsonl")
TEXTS = {"text", "heard", "sentence", "reason", "fault", "snapshot", "recording", "speaker"}


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """Folder of two runs with their bundles inside."""
    folder = tmp_path_factory.mktemp("runs")
    for name in ("run", "other"):
        run = folder / name
        a_run(run, IMPROVING, bundle=a_small_bundle(folder / "bundle"), every=10)
        shutil.copytree(folder / "bundle", run / "bundle")
        an_evaluation(run, [0, 290], sentences=2)
        speech_on_the_way(run, [0, 290], sentences=2)
        about = json.loads((run / "run.json").read_text())
        about["bundle"] = str(run / "bundle")
        (run / "run.json").write_text(json.dumps(about))
    return folder


def strings_in(value: object, path: tuple = ()) -> Iterator[tuple]:
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from strings_in(inner, (*path, key))
    elif isinstance(value, list) and value:
        yield from strings_in(value[0], (*path, 0))


def with_hostile(value: object, wanted: Callable[[tuple], bool], path: tuple = ()) -> object:
    if isinstance(value, str):
        return value + HOSTILE if wanted(path) else value
    if isinstance(value, dict):
        return {key: with_hostile(inner, wanted, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_hostile(inner, wanted, (*path, 0)) for inner in value]
    return value


def rewrite(run: Path, name: str, wanted: Callable[[tuple], bool]) -> None:
    """Make the wanted strings of a file of a run hostile."""
    path = run / name
    lines = path.read_text().splitlines() if name.endswith("l") else [path.read_text()]
    rows = [with_hostile(json.loads(line), wanted) for line in lines]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_browser_shows_hostile_text_as_text(runs, tmp_path, page):
    folder = tmp_path / "runs"
    shutil.copytree(runs, folder)
    run = folder / f"<img src=x onerror={SCRIPT.partition(';')[0]}>"
    (folder / "run").rename(run)
    for name in FILES:
        rewrite(run, name, lambda path: path[-1] in TEXTS)
    (tmp_path / "usual.html").write_text(PAGES[page](runs / "run"))
    (tmp_path / "hostile.html").write_text(PAGES[page](run))
    usual, shown = (
        visit(tmp_path / f"{name}.html", [LOOK], tmp_path / name) for name in ("usual", "hostile")
    )
    assert not shown.asked
    (usually,), (found,) = usual.found, shown.found
    assert found["foreign"] == usually["foreign"]
    assert not found["ran"]
    title = usually["title"].replace("run", run.name, 1)
    assert found["title"] == title
    assert "onerror=" in found["text"]
    assert "Content-Security-Policy" in found["text"]


@pytest.mark.slow
def test_no_field_of_a_run_becomes_markup(runs, tmp_path):
    """Each key alone, since some make a row unreadable and would hide the others."""
    checked = 0
    folder = tmp_path / "runs"
    shutil.copytree(runs, folder)
    for name in FILES:
        whole = (folder / "run" / name).read_text()
        rows = whole.splitlines() if name.endswith("l") else [whole]
        for key in sorted(
            {path[-1] for row in rows for path in strings_in(json.loads(row))}, key=str
        ):
            rewrite(folder / "run", name, lambda path, key=key: path[-1] == key)
            for page in ("report", "listening"):
                try:
                    shown = PAGES[page](folder / "run")
                except TrainerError:
                    continue
                checked += 1
                assert "<img src=http" not in shown, (name, key)
                assert f"<script>{SCRIPT}" not in shown, (name, key)
        (folder / "run" / name).write_text(whole)
    assert checked > 30


def test_every_page_has_a_content_security_policy():
    templates = [
        path
        for path in (ROOT / "resources").rglob("*")
        if path.is_file() and "<html" in path.read_text("utf-8", "replace")[:2000]
    ]
    assert len(templates) == 3
    for path in templates:
        head = path.read_text("utf-8")
        assert "Content-Security-Policy\" content=\"default-src 'none';" in head, path
