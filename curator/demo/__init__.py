"""Demo: a generated quiz-show recording with known faults, and their detection."""
