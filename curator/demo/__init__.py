"""Demo: a generated quiz-show recording with known faults, and a detection report."""
