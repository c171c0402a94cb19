"""The dialog of cleaning: a recipe tried, heard before and after, and decided about."""
