"""Fine-tuning of speech models on bundles exported by curator. Imports nothing from curator."""

__version__ = "0.1.0"
