"""Verbs, one room each: they take loaded parts and settings, return data or yield steps, and print nothing."""
