"""A quiz-show recording whose truth is known, and how much of that truth the program finds."""
