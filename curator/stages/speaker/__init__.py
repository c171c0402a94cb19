"""Speaker embeddings: similarity, grouping and nearest clips."""
