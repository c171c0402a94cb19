"""Page 3: every clip a point."""
