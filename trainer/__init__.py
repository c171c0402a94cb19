"""Fine-tuning of speech models on bundles exported by curator. Imports nothing from curator."""

import os

# onnxruntime would write a device id and a database of events at its import.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
