"""Evaluation of checkpoints on fixed test sentences by objective measures.

sentences.py reads what is spoken, speaking.py speaks it, measures/ holds one file a measure,
results.py is where it is written, summary.py says what the numbers can and cannot show.
"""
