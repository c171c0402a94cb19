import html.parser
import json
import re
import shutil

import jsonschema
import pytest

from trainer import checkpoint
from trainer.cli import main
from trainer.events import EventLog, of_kind, read_events
from trainer.report import contents, write_report
from trainer.resources import resources
from trainer.run import open_run

SCHEMA = json.loads((resources() / "events.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def finished(toy, tmp_path, capsys):
    """A run of ten steps that spoke and was exported."""
    run = tmp_path / "run"
    assert toy("train", run, "sched.total_steps=10") == 0
    main(["speak", str(run), "--text", "Good <evening>", "--out", str(tmp_path / "a.wav")])
    main(["export", str(run), str(tmp_path / "voice")])
    capsys.readouterr()
    return run


def test_every_event_is_as_the_schema_says(finished, toy):
    shutil.rmtree(checkpoint.at(finished / "checkpoints", 10))
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
    assert main(["report", str(finished), "--out", str(out)]) == 0
    page = out.read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=|url\(|@import|<script""", page)
    assert "prefers-color-scheme: dark" in page
    assert "Good &lt;evening&gt;" in page
    Balanced().feed(page)


def test_every_evaluation_and_step_is_in_the_tables(finished):
    shown = contents(open_run(finished), read_events(finished))
    events = read_events(finished)
    assert [row[0] for row in shown["evaluations"].rows] == ["0", "5", "10"]
    mel = [row[1] for row in shown["evaluations"].rows]
    assert mel == [f"{event['mel_ce']:.4g}" for event in of_kind(events, "eval")]
    assert len(shown["steps"].rows) == 10
    assert shown["verdict"].best_at == 10
    assert "Step 10 is kept as the best" in shown["choice"]
    assert any("no speech was generated" in line for line in shown["not_measured"])


def test_a_doomed_run_is_not_called_finished_well(finished, tmp_path):
    path = finished / "events.jsonl"
    kept = [line for line in path.read_text().splitlines() if '"event": "eval"' not in line]
    template = of_kind(read_events(finished), "eval")[0]
    path.write_text("\n".join(kept) + "\n")
    doomed = {0: 5.380, 5: 4.850, 10: 4.520, 15: 4.280, 20: 4.343, 25: 4.862, 29: 5.069}
    for step, value in doomed.items():
        fields = {key: template[key] for key in template if key not in ("event", "time")}
        EventLog(path).add("eval", **{**fields, "step": step, "mel_ce": value})
    out = tmp_path / "report.html"
    write_report(finished, out)
    page = out.read_text(encoding="utf-8")
    assert 'class="verdict overfits"' in page
    assert "best at step 15" in page
    assert "Step 15 is kept as the best" in page


def test_a_run_without_evaluation_clips_says_what_it_does_not_know(tmp_path):
    from tests.trainer.bundles import a_clip, write_bundle
    from tests.trainer.runs import TOY

    write_bundle(tmp_path / "b", [a_clip(tmp_path / "b", at, seconds=0.7) for at in range(4)])
    words = ["train", str(tmp_path / "b"), str(tmp_path / "run"), "--preset", "tiny-cpu"]
    for change in (*TOY, "sched.total_steps=3"):
        words += ["--set", change]
    assert main(words) == 0
    write_report(tmp_path / "run", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "There are no evaluation clips" in page
    assert "Whether it learnt anything" in page


def test_a_folder_that_is_no_run_is_refused_in_a_sentence(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 1
    assert "is not a run" in capsys.readouterr().err


class Balanced(html.parser.HTMLParser):
    """Fails when an element is closed that is not open."""

    ALONE = frozenset({"meta", "line", "polyline", "circle", "br"})

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
