"""Page 1: recordings into the project, and what is found out about them."""
