"""The drawing game: draw a prompt, CLIP scores it, and each prompt has a board."""
