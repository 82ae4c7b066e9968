"""The words of file names, as the index has them and as they are asked for."""

from __future__ import annotations

import re
import unicodedata


def spaced(name: str) -> str:
    """The words of a file name.

    >>> spaced("IMG_2041-redFoxInSnow")
    'IMG 2041 red Fox In Snow'
    """
    text = name.encode("utf-8", "replace").decode()  # bytes that are not UTF-8 have no place in an index of words
    text = unicodedata.normalize("NFC", text)  # macOS writes an accent as a character of its own
    return " ".join(re.findall(r"\d+|[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)))
