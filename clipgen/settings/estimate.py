"""The settings of `estimate`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from clipgen.settings.base import About, Settings, setting
from clipgen.settings.describe import DescribeSettings
from clipgen.settings.grouped import GroupedSettings


@dataclass(frozen=True)
class EstimateSettings(Settings):
    """Where `estimate` is calibrated.

    >>> EstimateSettings(calibrate="ages.csv").file
    PosixPath('ages.calibration.json')
    """

    calibrate: str | None = setting(
        None,
        About(
            "calibrate on labelled pictures: a table of picture and value, ten rows or more",
            metavar="FILE.csv",
            verbs=("estimate",),
            file=True,
        ),
    )
    calibration: str | None = setting(
        None,
        About(
            "file of the calibration: written with --calibrate (default: beside that table), else used; it has the "
            "scale, too",
            metavar="FILE.json",
            verbs=("estimate",),
            file=True,
        ),
    )

    @property
    def file(self) -> Path | None:
        """The file of the calibration, to write or to use; None for none."""
        if self.calibration is not None:
            return Path(self.calibration)
        return None if self.calibrate is None else Path(self.calibrate).with_suffix(".calibration.json")


@dataclass(frozen=True)
class EstimateVerb(GroupedSettings):
    """All settings of `estimate`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    estimate: EstimateSettings = field(default_factory=EstimateSettings)
