import html.parser
import json
import re
import shutil

import jsonschema
import pytest

from tests.trainer.toy_runs import TOY
from trainer.cli.parser import main
from trainer.report import contents
from trainer.report.page import as_markdown
from trainer.report.run_files import read_run
from trainer.resources import resources
from trainer.runs import checkpoint
from trainer.runs.events import of_kind, read_events

SCHEMA = json.loads((resources() / "events.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def trained(bundle, tmp_path_factory):
    """A run of ten steps that spoke and was exported; not to be changed."""
    folder = tmp_path_factory.mktemp("trained")
    run = folder / "run"
    settings = [part for change in (*TOY, "sched.total_steps=10") for part in ("--set", change)]
    assert main(["train", str(bundle), str(run), "--preset", "tiny-cpu", *settings]) == 0
    main(["speak", str(run), "--text", "Good <evening>", "--out", str(folder / "a.wav")])
    main(["export", str(run), str(folder / "voice")])
    return run


@pytest.fixture
def finished(trained, tmp_path):
    """The same, to be changed."""
    return shutil.copytree(trained, tmp_path / "run")


def test_every_event_is_as_the_schema_says(finished, toy):
    shutil.rmtree(checkpoint.path_of(finished / "checkpoints", 10))
    toy("resume", finished)
    checker = jsonschema.Draft202012Validator(SCHEMA)
    kinds = set()
    for event in read_events(finished):
        checker.validate(event)
        kinds.add(event["event"])
    trained = {"started", "step", "eval", "guard", "checkpoint", "resumed", "finished"}
    assert kinds == trained | {"spoken", "exported"}


def test_the_report_is_one_file_that_needs_nothing_else(finished, tmp_path):
    out = tmp_path / "report.html"
    assert main(["report", str(finished), "--out", str(out), "--price", "1.5"]) == 0
    page = out.read_text(encoding="utf-8")
    wanted = re.findall(r"""(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import (\S+)""", page)
    assert {"".join(each).partition(",")[0].partition("#")[0] for each in wanted} <= {"", "data:"}
    assert "<script" not in page
    assert "prefers-color-scheme: dark" in page
    assert "Good &lt;evening&gt;" in page
    assert "per hour of training steps" in page
    Balanced().feed(page)
    told = out.with_suffix(".md").read_text(encoding="utf-8")
    assert "Good \\<evening>" in told


def test_every_evaluation_and_step_is_in_the_tables(finished):
    told = as_markdown(contents(read_run(finished)))
    for event in of_kind(read_events(finished), "eval"):
        assert f"| {event['step']} | {event['step'] / 4:.3g} | {event['mel_ce']:.3f} |" in told
    assert all(f"\n| {step} | " in told for step in range(1, 11))
    assert read_run(finished).verdict.best_at == 10
    assert "no speech was synthesised" in told
    assert "Chance level: 2.833 nats, the logarithm of 17 classes" in told
    assert "2 evaluation clips are too few" in told


def test_a_folder_that_is_no_run_is_refused_in_a_sentence(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 1
    assert "is not a run folder" in capsys.readouterr().err


class Balanced(html.parser.HTMLParser):
    """Fails when an element is closed that is not open."""

    ALONE = frozenset({"meta", "line", "link", "polyline", "circle", "br"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.ALONE:
            return
        if self.open[-1] == "li" and tag == "ul":
            self.open.pop()
        assert self.open.pop() == tag
