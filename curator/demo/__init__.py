"""Demo: a generated quiz-show recording with known faults, and how many of them are detected."""
