"""A number for a picture, on a scale of worded steps.

>>> Scale.of(["a baby=1", "an adult=35"]).values
(1.0, 35.0)
"""

from clipgen.tasks.estimate.calibration import Calibration, read_labels
from clipgen.tasks.estimate.estimate import Calibrated, Estimated, Estimator, Share, estimate
from clipgen.tasks.estimate.scale import Scale, Span

__all__ = ["Calibrated", "Calibration", "Estimated", "Estimator", "Scale", "Share", "Span", "estimate", "read_labels"]
