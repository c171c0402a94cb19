"""The project on disk: one SQLite file, written by one process, read by any number.

Machines write facts, people write decisions, nothing is written by both. See `curator.store.schema`
for the tables and `curator.store.project` for the way in.
"""
