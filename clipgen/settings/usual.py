"""Defaults of single verbs that differ from those of the settings themselves."""

from __future__ import annotations

from collections.abc import Mapping

from clipgen.settings.keywords import PictureValues

#: verb → setting → its default there. `edit` keeps the forms of the picture, and the latents near their start.
USUAL: Mapping[str, PictureValues] = {
    "edit": PictureValues(init_weight=8.0, l2=0.01),
    "sample": PictureValues(generator="stylegan", seed=0),
}
