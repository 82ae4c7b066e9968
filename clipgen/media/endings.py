"""The endings of picture files, wherever folders are searched for them."""

from __future__ import annotations

from importlib.util import find_spec

from PIL import Image

#: endings that need the package pi-heif
HEIF = frozenset((".heic", ".heif", ".hif"))


def picture_endings() -> frozenset[str]:
    """The endings of picture files, in lower case; HEIC is decoded where the package pi-heif is installed.

    >>> {".jpg", ".png", ".webp", ".gif", ".tiff", ".bmp", ".avif", ".heic"} <= picture_endings()
    True
    """
    register_heif()
    readable = {ending for ending, name in Image.registered_extensions().items() if name in Image.OPEN}
    return frozenset(readable) - _NO_PICTURES | HEIF


def register_heif() -> None:
    """Let Pillow decode HEIC, where the package pi-heif is installed."""
    if find_spec("pi_heif") is not None:
        import pi_heif  # an extra

        pi_heif.register_heif_opener()


#: what Pillow opens and people do not look for: documents, films and data
_NO_PICTURES = frozenset((".pdf", ".ps", ".eps", ".mpg", ".mpeg", ".h5", ".hdf", ".grib", ".bufr", ".wmf", ".emf",
                          ".fits", ".fit"))  # fmt: skip
