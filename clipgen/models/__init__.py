"""Models: their cards, where their files are, and how these are fetched, checked and read."""
