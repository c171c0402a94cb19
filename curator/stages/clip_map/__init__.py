"""The clip map: a two-dimensional layout of embeddings, and placement of new clips on it."""
