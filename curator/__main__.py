"""Entry point of ``curator`` and ``python -m curator``; parses before heavy imports."""

import sys


def main() -> None:
    """Open the window or run a command, and exit with its code."""
    from curator.cli.arguments import run, window_request

    request = window_request(sys.argv[1:])
    if request is None:
        sys.exit(run(sys.argv[1:]))
    from curator.ui.app import open_window

    sys.exit(open_window(request.project, request.quit_after_paint))


if __name__ == "__main__":
    main()
