"""``python -m trainer``: arguments first, heavy libraries only in the command that needs them."""

import sys

from trainer.cli.parser import main

if __name__ == "__main__":
    sys.exit(main())
