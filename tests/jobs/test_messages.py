import os
from pathlib import Path

import pytest

from curator.domain.fact import (
    ClipFact,
    Edges,
    MapPoint,
    NewClip,
    Producer,
    RecordingCut,
    RecordingTranscript,
    Score,
    SpeakerVector,
    Transcript,
    Word,
)
from curator.domain.intake import Intake
from curator.domain.span import Span
from curator.jobs.job import Job, Options, from_json, path_bytes, path_of, to_json
from curator.jobs.messages import Done, Partly, Stopped, Taken, TakenIn, from_line, to_line
from curator.stages import Failed

MADE_BY = Producer("stage", 3, "tiny.en")
TRANSCRIPT = Transcript(
    "Nagyszerű, “ő” az!\n", (Word(1, 2, "Nagyszerű", 0.5),), "hu", 0.5, 0.1, 1.2
)
FACTS = [
    TRANSCRIPT,
    Score("snr", -3.25),
    SpeakerVector(bytes(range(256)) * 4),
    MapPoint(0.5, -1.5, -1),
    Edges(0.0, 1.0, None, 12),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_arrives_as_it_was_sent(fact):
    message = ClipFact(7, Span(3, 2**40), MADE_BY, fact)
    assert from_line(to_line(message)) == message


@pytest.mark.parametrize(
    "message",
    [
        RecordingTranscript(1, MADE_BY, TRANSCRIPT),
        RecordingCut(1, MADE_BY, (NewClip(Span(0, 5), 0), NewClip(Span(9, 11), 1))),
        Failed(4, "It is silent."),
        Taken(4),
        Partly(4, 12.5),
        Stopped("The model is missing.", "Install it."),
        Done(),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_message_arrives_as_it_was_sent(message):
    line = to_line(message)
    assert line.count(b"\n") == 1
    assert from_line(line) == message


def test_a_path_of_undecodable_bytes_survives_the_wire():
    path = Path(os.fsdecode(b"/tmp/\xff\n-\xf0\x9f\x8e\xa4.wav"))
    intake = Intake(path, "ab", 1, 2, 44_100, 2, 3, "wav", ("a note",))
    assert from_line(to_line(TakenIn(0, intake))) == TakenIn(0, intake)
    job = Job("import", "p", Options(), items=(0,), paths=(path_bytes(path),))
    assert path_of(from_json(to_json(job)).paths[0]) == path


@pytest.mark.parametrize("line", [b"", b"Loading model...\n", b"{}\n", b'{"kind":"x","body":{}}\n'])
def test_a_line_that_is_no_message_is_refused(line):
    with pytest.raises(ValueError, match=r"JSON|truncated|unknown|field"):
        from_line(line)
