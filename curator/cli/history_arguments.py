"""Arguments of ``curator snapshot``, ``curator compare`` and ``curator merge``."""

import os
from pathlib import Path

from curator.cli.shared_arguments import Make, add_json, add_on, add_project, positive


def add_history_commands(make: Make) -> None:
    """Add the commands about snapshots and merging."""
    snapshot = make(
        "snapshot", "snapshots:snapshot", "Save, list, restore or remove snapshots of the set."
    )
    add_project(snapshot)
    snapshot.add_argument(
        "name", metavar="NAME", nargs="?", default="", help="default: the current time"
    )
    instead = snapshot.add_mutually_exclusive_group()
    instead.add_argument("--list", action="store_true", help="list snapshots")
    instead.add_argument("--back", metavar="NAME", help="restore a snapshot; can be undone")
    instead.add_argument("--remove", metavar="NAME", help="remove a snapshot")
    add_json(snapshot)

    compare = make(
        "compare", "snapshots:compare", "Compare two snapshots, or one with the current set."
    )
    add_project(compare)
    compare.add_argument("before", metavar="A", help="a snapshot")
    compare.add_argument(
        "after", metavar="B", nargs="?", default="now", help="snapshot; default: the current set"
    )
    add_json(compare)

    merge = make("merge", "merge:merge", "Merge another project, bundle or dataset into this one.")
    add_project(merge)
    merge.add_argument(
        "other",
        metavar="OTHER",
        type=Path,
        help="project, bundle or dataset: coqui, LJ Speech, GPT-SoVITS, NeMo, Lhotse, audiofolder",
    )
    merge.add_argument(
        "--rule",
        choices=("mine", "theirs", "newer", "ask"),
        default="ask",
        help="decision that wins a conflict; ask: resolve each one",
    )
    merge.add_argument(
        "--choose",
        metavar="N=mine|theirs",
        action="append",
        default=[],
        help="resolve conflict N this way",
    )
    merge.add_argument("--dry-run", action="store_true", help="show the plan without merging")
    merge.add_argument("--licence", default="", help="licence of recordings of a dataset")
    merge.add_argument("--consent", default="", help="consent statement: who, to what, when")
    merge.add_argument(
        "--jobs", type=positive, default=max(1, os.cpu_count() or 1), help="worker processes"
    )
    add_on(merge)
    add_json(merge)
