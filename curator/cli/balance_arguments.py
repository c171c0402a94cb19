"""Arguments of ``balance``, ``suggest``, ``categories`` and ``weights``."""

import argparse

from curator.cli.shared_arguments import Make, add_json, add_project, positive


def add_balance_commands(make: Make) -> None:
    """Add the commands about categories."""
    balance = make("balance", "balance:balance", "Show clip counts and what the set still lacks.")
    add_project(balance)
    add_json(balance)

    suggest = make(
        "suggest", "balance:suggest", "Suggest categories, learned from the labelled clips."
    )
    add_project(suggest)
    which = suggest.add_mutually_exclusive_group()
    which.add_argument(
        "--category", metavar="KEY", help="category to suggest; default: the scarcest"
    )
    which.add_argument("--suspects", action="store_true", help="list clips with suspect labels")
    which.add_argument("--doubtful", action="store_true", help="list the most uncertain clips")
    which.add_argument(
        "--next", action="store_true", help="list the clips whose category teaches most"
    )
    suggest.add_argument(
        "--most",
        metavar="N",
        type=positive,
        default=10,
        help="number of clips to list; default: %(default)s",
    )
    add_json(suggest)

    _add_categories(make)
    weights = make(
        "weights", "categories:weights", "Show or set the sampling weights of categories."
    )
    add_project(weights)
    weights.add_argument(
        "--temperature",
        metavar="T",
        type=float,
        help="1: in proportion to the clips of a category, 0: all categories equally often",
    )
    weights.add_argument(
        "--category",
        metavar="KEY=TIMES",
        action="append",
        default=[],
        help="weight of one category; 1 removes it",
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
    changing = part("change", "Change name, key, colour, shortcut or targets of a category.")
    changing.add_argument("key", metavar="KEY")
    changing.add_argument("--name")
    changing.add_argument(
        "--key", dest="new_key", metavar="KEY", help="new key, used in queries and manifests"
    )
    _add_looks(changing)
    merging = part("merge", "Move all clips of one category into another and remove it.")
    merging.add_argument("key", metavar="KEY")
    merging.add_argument("into", metavar="INTO")
    removing = part("remove", "Remove a category; its clips lose their category.")
    removing.add_argument("key", metavar="KEY")
    using = part("use", "Replace the category set; categories in use are kept.")
    using.add_argument(
        "set", metavar="SET|FILE", help="quiz_show, audiobook, assistant or a TOML file"
    )


def _add_looks(command: argparse.ArgumentParser) -> None:
    command.add_argument("--colour", metavar="#RRGGBB")
    command.add_argument("--digit", metavar="0-9", help="keyboard shortcut")
    command.add_argument("--clips", type=int, help="target clips")
    command.add_argument("--minutes", type=float, help="target minutes")
