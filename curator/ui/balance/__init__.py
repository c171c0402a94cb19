"""Page 4: categories against their targets."""
