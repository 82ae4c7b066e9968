"""Check that the models of a command are on this machine, before anything heavy is imported."""

from __future__ import annotations

from pathlib import Path

from clipgen.models import shelf
from clipgen.prompts import parse_weighted_path
from clipgen.settings import DescribeSettings, GenerateSettings


def check_presence(settings: GenerateSettings | DescribeSettings, weights: Path | None = None) -> None:
    """Raise WeightsError, with the command that downloads it, for a model that is missing.

    weights: custom weights of the generator; None: those of the model that `settings` names.
    """
    perceptors = settings.search.perceptors if isinstance(settings, GenerateSettings) else settings.perceptors
    for name in perceptors:
        shelf.check_perceptor(parse_weighted_path(name)[0])
    if isinstance(settings, GenerateSettings) and weights is None:
        shelf.generator(settings.generator, None)
