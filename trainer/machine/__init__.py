"""The machine: its check, packages, network sizes and the plan of a run."""
