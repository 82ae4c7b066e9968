"""The studio: a queue of jobs, workers that paint them, and a gallery of what they made."""
