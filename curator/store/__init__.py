"""The project on disk: one SQLite file, written by one process, read by any number.

Analysis writes facts, people write decisions; nothing is written by both. See
`curator.store.schema` for the tables and `curator.store.project` for access.
"""
