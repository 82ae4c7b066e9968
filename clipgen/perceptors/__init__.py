"""Perceptors: networks that embed pictures and texts in one space, so that cosines measure how well they fit."""
