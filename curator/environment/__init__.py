"""The environment of parts that need torch: which there are, where it is, how it is made."""
