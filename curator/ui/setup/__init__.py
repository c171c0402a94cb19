"""Parts of ``curator setup`` in the window."""
