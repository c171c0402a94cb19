"""Training data: features, prompts and the dataset in memory."""
