"""``curator`` and ``python -m curator``: arguments first, so that --help is instant."""

import sys


def main() -> None:
    """Open the window or run a command, and exit with its code."""
    from curator.cli.arguments import run, window_wanted

    wanted = window_wanted(sys.argv[1:])
    if wanted is None:
        sys.exit(run(sys.argv[1:]))
    from curator.ui.app import open_window

    sys.exit(open_window(wanted.project, wanted.quit_after_paint))


if __name__ == "__main__":
    main()
