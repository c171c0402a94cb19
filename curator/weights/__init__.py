"""Model weights: catalogue, folder and download."""
