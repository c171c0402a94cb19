"""Entry point of ``python -m trainer``."""

import sys

from trainer.cli.parser import main

if __name__ == "__main__":
    sys.exit(main())
