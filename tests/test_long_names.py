"""Texts that are tried as names of files: a text that is longer than a name can be is no error of the system."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clipgen.cli.estimate import _is_step
from clipgen.cli.search import _is_picture
from clipgen.errors import ClipgenError
from clipgen.media.footage import VideoFacts
from clipgen.media.images import find_images, load_image
from clipgen.models.weights import load_state
from clipgen.train.pairs import read_pairs

LONG = "a red fox in the snow " * 500


def test_a_long_text_is_no_file() -> None:
    assert not _is_picture(LONG) and _is_step(f"{LONG}=1")


@pytest.mark.parametrize("read", [load_image, load_state, VideoFacts.of, read_pairs, lambda name: find_images([name])])
def test_a_long_name_is_one_line(read: Callable[[Path], object]) -> None:
    with pytest.raises(ClipgenError):
        read(Path(LONG))
