"""Fine-tunes speech models on what curator exported. Imports nothing from curator."""

__version__ = "0.1.0"
