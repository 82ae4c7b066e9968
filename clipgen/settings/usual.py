"""Defaults of single verbs that differ from those of the settings themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: verb → setting → its default there. `edit` keeps the forms of the picture, and the latents near their start.
USUAL: Mapping[str, Mapping[str, Any]] = {
    "edit": {"init_weight": 8.0, "l2": 0.01},
    "sample": {"generator": "stylegan", "seed": 0},
}
