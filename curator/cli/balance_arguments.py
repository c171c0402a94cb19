"""What can be typed about categories: ``balance``, ``suggest``, ``categories``, ``weights``."""

import argparse

from curator.cli.shared_arguments import Make, add_json, add_project, positive


def add_balance_commands(make: Make) -> None:
    """The commands about categories."""
    balance = make("balance", "balance:balance", "Say what the set still needs.")
    add_project(balance)
    add_json(balance)

    suggest = make(
        "suggest", "balance:suggest", "Learn from the categories given so far, and suggest more."
    )
    add_project(suggest)
    which = suggest.add_mutually_exclusive_group()
    which.add_argument("--category", metavar="KEY", help="left out: the one that lacks most")
    which.add_argument("--suspects", action="store_true", help="clips whose category looks wrong")
    which.add_argument("--doubtful", action="store_true", help="clips of which least can be said")
    suggest.add_argument("--most", metavar="N", type=positive, default=10, help="clips to list")
    add_json(suggest)

    _add_categories(make)
    weights = make("weights", "categories:weights", "Say how often each category shall be heard.")
    add_project(weights)
    weights.add_argument(
        "--temperature",
        metavar="T",
        type=float,
        help="from 1, categories as often as they have clips, to 0, all equally often",
    )
    weights.add_argument(
        "--category",
        metavar="KEY=TIMES",
        action="append",
        default=[],
        help="so many times as often, for one category; 1 takes it back",
    )
    add_json(weights)


def _add_categories(make: Make) -> None:
    categories = make("categories", "categories:list_", "List or change the project's categories.")
    add_project(categories)
    add_json(categories)
    parts = categories.add_subparsers(metavar="add|change|merge|remove|use")

    def part(name: str, text: str) -> argparse.ArgumentParser:
        added = parts.add_parser(name, help=text, description=text)
        added.set_defaults(runs=f"categories:{name}")
        return added

    adding = part("add", "Add a category.")
    adding.add_argument("name", metavar="NAME")
    _add_looks(adding)
    changing = part("change", "Rename, recolour or give another target; its clips stay in it.")
    changing.add_argument("key", metavar="KEY")
    changing.add_argument("--name")
    changing.add_argument("--key", dest="new_key", metavar="KEY", help="in queries and manifests")
    _add_looks(changing)
    merging = part("merge", "Put all clips of one category into another.")
    merging.add_argument("key", metavar="KEY")
    merging.add_argument("into", metavar="INTO")
    removing = part("remove", "Take a category away; its clips have none then.")
    removing.add_argument("key", metavar="KEY")
    using = part("use", "Use another set; categories that clips have stay.")
    using.add_argument("set", metavar="SET|FILE", help="quiz_show, audiobook, assistant, or a file")


def _add_looks(command: argparse.ArgumentParser) -> None:
    command.add_argument("--colour", metavar="#RRGGBB")
    command.add_argument("--digit", metavar="0-9", help="the key that gives it")
    command.add_argument("--clips", type=int, help="how many are enough to start")
    command.add_argument("--minutes", type=float, help="the same in minutes")
