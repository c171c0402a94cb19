"""The drawer: what runs, what was said, what was decided."""
