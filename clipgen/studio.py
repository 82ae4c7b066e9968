"""The library's front door: load the parts once, use them many times.

    >>> import clipgen
    >>> clipgen.generate("underwater scene Van Gogh", seed=7).save("reef.png")
    >>> with clipgen.Studio(generator="cppn") as studio:
    ...     pictures = studio.generate(["a castle", "a cathedral"], size=(512, 384))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Self, overload

import torch

from clipgen import devices
from clipgen.errors import SettingsError, UnknownNameError
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.ensemble import load_perceptors
from clipgen.settings import GenerateSettings
from clipgen.tasks.generate import GeneratedImage, Generation


class Studio:
    """Parts, loaded once, bound to the verbs.

        >>> with Studio(perceptor="builtin", steps=80) as studio:
        ...     for seed in range(5):
        ...         studio.generate("a paper fox", seed=seed).save(f"fox-{seed}.png")

    perceptor: one name or several; generator, device, dtype: names; weights: file or folder of the generator's weights,
    None for the built-in ones; defaults: any other field of GenerateSettings, for all calls.

    Raises SettingsError and UnknownNameError for settings that are not known, DeviceError for a missing device.
    The perceptor is loaded with the first call, and freed by `close` or at the end of `with`.
    """

    def __init__(
        self,
        perceptor: str | Sequence[str] = "builtin",
        generator: str = "vqgan",
        device: str = "auto",
        dtype: str = "auto",
        *,
        weights: Path | None = None,
        **defaults: Any,
    ) -> None:
        named = {"perceptor": perceptor, "generator": generator, "device": device, "dtype": dtype}
        self.settings = _changed(GenerateSettings(), {**named, **defaults}).validate()
        self.device = devices.pick_device(self.settings.device)
        self.weights = weights
        self._perceptors: dict[tuple[tuple[str, ...], torch.device, torch.dtype], Perceptor] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the loaded parts."""
        self._perceptors.clear()

    @overload
    def generate(self, prompts: str, **settings: Any) -> Any: ...
    @overload
    def generate(self, prompts: Sequence[str], **settings: Any) -> list[GeneratedImage]: ...
    def generate(self, prompts: str | Sequence[str], **settings: Any) -> Any:
        """Paint one prompt, or several in one batch.

            >>> studio.generate("a paper fox | watercolor:0.4", seed=7).save("fox.png")

        prompts: one text gives one GeneratedImage (a list with count > 1), a list gives a list; settings: fields of
        GenerateSettings, `perceptor` for one name.
        Returns PIL images whose `.info["clipgen"]` and saved PNGs carry all settings.

        Raises what `Generation` raises.
        """
        generation = self.stream(prompts, **settings)
        for _ in generation:
            pass
        images = [GeneratedImage.of(picture) for picture in generation.pictures()]
        return images[0] if isinstance(prompts, str) and len(images) == 1 else images

    def stream(self, prompts: str | Sequence[str], **settings: Any) -> Generation:
        """As `generate`, step by step; `.pictures()` of what is returned gives the best so far at any time.

            >>> for step in studio.stream("a paper fox", steps=300):
            ...     if max(step.score) > 0.35:
            ...         break
        """
        chosen = _changed(self.settings, settings)
        lines = [prompts] if isinstance(prompts, str) else list(prompts)
        return Generation(lines, chosen, perceptor=self.perceptor(chosen), weights=self.weights)

    def again(self, metadata: Mapping[str, Any]) -> Generation:
        """The run that made a picture, from its metadata; see `Generation.again`.

        >>> generation = studio.again(read_metadata("fox.png"))
        """
        settings = GenerateSettings.from_dict(metadata.get("settings", {}))
        return Generation.again(metadata, perceptor=self.perceptor(settings), weights=self.weights)

    def perceptor(self, settings: GenerateSettings) -> Perceptor:
        """The perceptor that settings name, on their device; loaded when it is first asked for."""
        settings.validate()
        device = devices.pick_device(settings.device)
        key = (settings.perceptors, device, devices.pick_dtype(settings.dtype, device))
        if key not in self._perceptors:
            self._perceptors[key] = load_perceptors(*key)
        return self._perceptors[key]


@overload
def generate(prompts: str, **settings: Any) -> Any: ...
@overload
def generate(prompts: Sequence[str], **settings: Any) -> list[GeneratedImage]: ...
def generate(prompts: str | Sequence[str], **settings: Any) -> Any:
    """Paint pictures from words.

        >>> image = clipgen.generate("underwater scene Van Gogh", seed=7)
        >>> image.save("reef.png")

    prompts: "text", "text:weight | text:weight:stop", or a list of such lines for one batch; settings: fields of
    GenerateSettings, `perceptor` for one name, `weights` for the generator's own files.
    Returns a PIL image, or a list for a list of prompts or count > 1; settings travel in `.info` and in saved PNGs.

    Raises ClipgenError: its subclasses say what was given, what is allowed and what to do.
    """
    with Studio(**settings) as studio:
        return studio.generate(prompts)


def stream(prompts: str | Sequence[str], **settings: Any) -> Generation:
    """As `generate`, step by step.

    >>> for step in clipgen.stream("a paper fox | watercolor:0.4", generator="cppn", steps=300):
    ...     if max(step.score) > 0.35:
    ...         break
    """
    with Studio(**settings) as studio:
        return studio.stream(prompts)


def _changed(settings: GenerateSettings, changes: Mapping[str, Any]) -> GenerateSettings:
    allowed = {spec.name for spec in fields(GenerateSettings)}
    given: dict[str, Any] = {k: tuple(value) if isinstance(value, list) else value for k, value in changes.items()}
    if "perceptor" in given:
        names = given.pop("perceptor")
        given["perceptors"] = (names,) if isinstance(names, str) else tuple(names)
    for name in given:
        if name not in allowed:
            raise SettingsError(str(UnknownNameError.of("setting", name, sorted(allowed))))
    return replace(settings, **given)
