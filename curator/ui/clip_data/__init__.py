"""Columns, filters, order and counts of the clips shown."""
