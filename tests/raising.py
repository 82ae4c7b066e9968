"""Expected errors: their class and the settings that they name, not their words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from clipgen.errors import ClipgenError


@contextmanager
def refused(kind: type[ClipgenError], *settings: str, match: str | None = None) -> Iterator[None]:
    """Expect an error of a class that names exactly these settings.

        >>> with refused(SettingsError, "size"):
        ...     GenerateSettings.of(size=(0, 16))

    match: as for `pytest.raises`, for data in the message such as the name of a file, never for its words.
    """
    with pytest.raises(kind, match=match) as raised:
        yield
    assert set(raised.value.settings) == set(settings)
