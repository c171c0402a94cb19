"""Command ``clips``: list clips with text, scores, findings and decisions."""

import json
import sys
from argparse import Namespace

from curator.domain.clip import Clip
from curator.domain.errors import printable

TEXT_WIDTH = 60  # characters of the transcript in the table


def clips(arguments: Namespace) -> int:
    """List the clips of a query."""
    from curator.jobs.queries import read_query
    from curator.store.project import Project

    with Project.open(arguments.project, write=False) as project:
        matches = project.clips.find(read_query(project, arguments.query))
    for clip in matches:
        line = json.dumps(as_json(clip), ensure_ascii=False) if arguments.json else as_line(clip)
        sys.stdout.write(f"{line}\n")
    if not arguments.json:
        seconds = sum(clip.seconds for clip in matches)
        sys.stdout.write(f"{len(matches)} clips, {seconds / 60:.1f} minutes.\n")
    return 0


def as_json(clip: Clip) -> dict[str, object]:
    """JSON fields of a clip; times in seconds of the recording."""
    return {
        "id": clip.id,
        "recording": printable(clip.recording),
        "start_s": round(clip.span.start_s(clip.rate), 6),
        "end_s": round(clip.span.stop_s(clip.rate), 6),
        "duration_s": round(clip.seconds, 6),
        "text": clip.text,
        "machine_text": clip.machine_text,
        "words": [
            {
                "text": word.text,
                "start_s": round(word.start / clip.rate, 3),
                "end_s": round(word.stop / clip.rate, 3),
                "probability": round(word.probability, 4),
            }
            for word in clip.words
        ],
        "language": clip.language,
        "speaker_similarity": clip.speaker_similarity,
        "scores": dict(clip.scores),
        "findings": [
            {"key": finding.key, "severity": finding.severity, "sentence": finding.sentence}
            for finding in clip.findings
        ],
        "state": clip.state,
        "emotion": clip.emotion,
        "map": None if clip.map is None else [clip.map.x, clip.map.y],
        "cluster": None if clip.map is None else clip.map.cluster,
    }


def as_line(clip: Clip) -> str:
    """Table row of a clip."""
    text = clip.text.replace("\n", " ")  # a row is one line
    text = text if len(text) <= TEXT_WIDTH else text[: TEXT_WIDTH - 1] + "…"
    findings = ",".join(finding.key for finding in clip.findings)
    return (
        f"{clip.id:>6}  {clip.state:<9}  {clip.emotion or '-':<12}  {clip.language or '-':<3}  "
        f"{clip.span.start_s(clip.rate):>9.2f} s  {clip.seconds:>5.2f} s  "
        f"{text:<{TEXT_WIDTH}}  {findings}"
    ).rstrip()
