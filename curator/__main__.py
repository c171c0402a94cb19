"""``curator`` and ``python -m curator``: arguments first, so that --help is instant."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from curator.cli.arguments import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
