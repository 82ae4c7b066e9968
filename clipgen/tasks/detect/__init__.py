"""Find where in pictures things are, by their names."""

from __future__ import annotations

from clipgen.tasks.detect.detector import Detected, Detection, Detector, Seen
from clipgen.tasks.detect.files import detect
from clipgen.tasks.detect.others import Others
from clipgen.tasks.detect.show import draw_detections, draw_heat

__all__ = ["Detected", "Detection", "Detector", "Others", "Seen", "detect", "draw_detections", "draw_heat"]
