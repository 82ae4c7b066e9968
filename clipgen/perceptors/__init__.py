"""Perceptors: what looks at a picture and says how well it fits the words."""
