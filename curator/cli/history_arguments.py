"""What can be typed after ``curator snapshot``, ``curator compare`` and ``curator merge``."""

import os
from pathlib import Path

from curator.cli.shared_arguments import Make, add_json, add_project, positive


def add_history_commands(make: Make) -> None:
    """The commands about sets as they were."""
    snapshot = make("snapshot", "snapshots:snapshot", "Keep the set as it is now under a name.")
    add_project(snapshot)
    snapshot.add_argument("name", metavar="NAME", nargs="?", default="", help="left out: the time")
    instead = snapshot.add_mutually_exclusive_group()
    instead.add_argument("--list", action="store_true", help="say which snapshots there are")
    instead.add_argument("--back", metavar="NAME", help="make the clips what they were; undoable")
    instead.add_argument("--remove", metavar="NAME", help="forget a snapshot")
    add_json(snapshot)

    compare = make("compare", "snapshots:compare", "Say what makes two snapshots different.")
    add_project(compare)
    compare.add_argument("before", metavar="A", help="a snapshot")
    compare.add_argument("after", metavar="B", nargs="?", default="now", help="left out: now")
    add_json(compare)

    merge = make("merge", "merge:merge", "Put another project or a list of clips into this one.")
    add_project(merge)
    merge.add_argument(
        "other",
        metavar="OTHER",
        type=Path,
        help="a project, a bundle, or a list: coqui, LJ Speech, GPT-SoVITS, NeMo, Lhotse, "
        "audiofolder",
    )
    merge.add_argument(
        "--rule",
        choices=("mine", "theirs", "newer", "ask"),
        default="ask",
        help="whose decision counts where two differ; ask: decide one by one",
    )
    merge.add_argument(
        "--choose",
        metavar="N=mine|theirs",
        action="append",
        default=[],
        help="decide conflict N, whatever the rule",
    )
    merge.add_argument("--dry-run", action="store_true", help="only say what would be done")
    merge.add_argument("--licence", default="", help="of recordings that a list names")
    merge.add_argument("--consent", default="", help="who agreed to what, and when")
    merge.add_argument(
        "--jobs", type=positive, default=max(1, os.cpu_count() or 1), help="processes"
    )
    add_json(merge)
