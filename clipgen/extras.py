"""Optional packages: which uses of clipgen need which, and the extra that installs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from clipgen.errors import ClipgenError


@dataclass(frozen=True)
class Need:
    """An extra of clipgen, and the packages of it that are used: their names by module."""

    extra: str
    packages: Mapping[str, str]


#: what verbs, calibrating, and addresses need
NEEDS: dict[str, Need] = {
    "scenes": Need("video", {"scenedetect": "PySceneDetect"}),
    "track": Need("video", {"scipy": "SciPy"}),
    **dict.fromkeys(("pair", "calibrating"), Need("library", {"scipy": "SciPy"})),
    **dict.fromkeys(("s3://", "s3a://"), Need("remote", {"s3fs": "s3fs"})),
}


def check_extra(use: str) -> None:
    """Raise ClipgenError where a package is missing that a verb, or another key of NEEDS, needs; it is not imported.

    >>> check_extra("generate")
    """
    need = NEEDS.get(use, Need("", {}))
    if missing := [name for module, name in need.packages.items() if find_spec(module) is None]:
        raise ClipgenError(f"{use} needs {' and '.join(missing)}: pip install 'clipgen[{need.extra}]'")
