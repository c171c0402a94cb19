"""Page 6: trainings, followed by what they write down, and heard."""
