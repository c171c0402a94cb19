"""The dialogs of sets as they were: snapshots, and merging another set."""
