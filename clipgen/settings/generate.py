"""The settings of a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from typing import Self, Unpack

from clipgen.errors import SettingsError
from clipgen.registry import GENERATOR_OPTIONS, GENERATORS
from clipgen.settings.areas import LEAST_HIDING, Areas
from clipgen.settings.base import EVERY, About, Settings, setting, settings_in
from clipgen.settings.grouped import GroupedSettings
from clipgen.settings.groups import QUALITIES, Canvas, CutoutSettings, Guides, Init, Machine, Search
from clipgen.settings.keywords import PictureValues
from clipgen.settings.options import GeneratorOptions
from clipgen.settings.places import split_region
from clipgen.values import Values


@dataclass(frozen=True)
class GenerateSettings(GroupedSettings):
    """Everything that decides what a run makes, except its prompts and weights.

        >>> GenerateSettings.of(steps=0)
        Traceback (most recent call last):
        clipgen.errors.SettingsError: steps is 0; it must be 1 or more

    options: those of the generator, declared in its module. Frozen: change with `changed`. `None` stands for "from the
    quality preset" (steps, cutn, augments), "the generator's own" (lr, race), "random" (seed), "all at once"
    (cut_chunk) and "not used" elsewhere.
    """

    generator: str = setting(
        "vqgan",
        About(
            "generator; NAME:FILE loads custom weights",
            section="Picture",
            verbs=EVERY,
            listed=tuple(GENERATORS.table),
            file="after colon",
        ),
    )
    canvas: Canvas = field(default_factory=Canvas)
    init: Init = field(default_factory=Init)
    areas: Areas = field(default_factory=Areas)
    search: Search = field(default_factory=Search)
    cutouts: CutoutSettings = field(default_factory=CutoutSettings)
    guides: Guides = field(default_factory=Guides)
    machine: Machine = field(default_factory=Machine)
    options: GeneratorOptions = field(default_factory=lambda: options_of("vqgan")())

    @classmethod
    def of(cls, **values: Unpack[PictureValues]) -> Self:
        """Settings with some values, by their plain names; checked.

            >>> GenerateSettings.of(size=(512, 384)).canvas.size
            (512, 384)

        Raises SettingsError for an unknown name, or a value of the wrong type or out of range.
        """
        return cls.from_dict(values)

    def changed(self, **values: Unpack[PictureValues]) -> Self:
        """The same with other values, by their plain names; checked. Raises what `of` raises."""
        return self.updated(values)

    def check(self) -> None:
        """Raise SettingsError for groups that contradict each other, UnknownNameError for an unknown generator."""
        options_of(self.generator)
        race = self.options.race or 1
        if self.init.init_image is not None and race > 1:
            raise SettingsError(
                f"race is {race}, but all starts from init_image would be the same; leave one out",
                settings=["race", "init_image"],
            )
        self._check_areas()

    def _check_areas(self) -> None:
        areas, whole = self.areas, self.areas.whole(self.canvas.size)
        if areas.mask is not None and self.init.init_image is None:
            raise SettingsError(
                "mask is set and init_image is not; name the picture that stays where the mask is black",
                settings=["mask", "init_image"],
            )
        width, height = self.canvas.size
        if areas.hide is not None and min(width, height) < LEAST_HIDING:
            raise SettingsError(
                f"hide is set and size is {width} x {height}; a thing is hidden among tiles of {LEAST_HIDING} pixels "
                "or more on a side",
                settings=["hide", "size"],
            )
        if areas.mask is None:
            for region in areas.regions:
                split_region(region)[0].box(whole)
        if (areas.mask or areas.tiles) and self.options.final_size() is not None:
            raise SettingsError(
                "render_size is set, and mask or tiles too, which set the size of the picture; leave render_size out",
                settings=["render_size", "mask", "tiles"],
            )
        if areas.tiles is not None and (self.options.race or 1) > 1:
            raise SettingsError(
                f"race is {self.options.race}; tiles start from the picture around them: leave race out",
                settings=["race", "tiles"],
            )

    def resolved(self) -> Self:
        """Set steps, cutn and augments from the quality preset, unless they are set.

        `seed` and `lr` can stay None: they are drawn, or taken from the generator, when the run starts.
        """
        preset = QUALITIES[self.search.quality]
        return self.changed(
            steps=preset.steps if self.search.steps is None else self.search.steps,
            cutn=preset.cutn if self.cutouts.cutn is None else self.cutouts.cutn,
            augments=self.cutouts.augments or preset.augments,
        )

    @classmethod
    def _kinds(cls, given: Values) -> dict[str, object]:
        generator = given.get("generator", cls.generator)
        if not isinstance(generator, str):
            raise SettingsError(f"generator is {generator!r}; it must be text", settings=["generator"])
        return {**super()._kinds(given), "options": options_of(generator)}

    @classmethod
    def _refuse(cls, name: str, value: object, parts: Values) -> None:
        owners = [kind for kind in GENERATOR_OPTIONS if name in _names(_options(kind))]
        if not owners:
            super()._refuse(name, value, parts)
        # unset values, as in files of other versions and after a change of generator, are accepted
        usual = {spec.name: spec.default for owner in owners for spec in fields(_options(owner))}
        if value not in (None, (), [], usual[name]):
            raise SettingsError(
                f"{name} is {value!r}, which the generator {parts.get('generator', cls.generator)} does not have; "
                f"leave it out, or set generator to {' or '.join(owners)}",
                settings=[name],
            )


def options_of(generator: str) -> type[GeneratorOptions]:
    """The class of the options of a generator, by any name that `shelf.generator` takes; torch is not imported.

        >>> options_of("cppn").__name__
        'RenderingOptions'

    Raises UnknownNameError for a generator that does not exist.
    """
    if generator not in GENERATORS:
        from clipgen.models.shelf import part_of  # late: it loads the model cards

        generator = part_of(generator)
    return _options(generator) if generator in GENERATOR_OPTIONS else GeneratorOptions


def _options(name: str) -> type[GeneratorOptions]:
    kind = GENERATOR_OPTIONS.load(name)
    if not issubclass(kind, GeneratorOptions):
        raise GENERATOR_OPTIONS.wrong(name, "does not derive from clipgen.settings.GeneratorOptions")
    return kind


def picture_settings() -> Iterator[tuple[type[Settings], Field[object]]]:
    """Every setting of a picture with its group, including the options of all generators, each name once."""
    seen: set[str] = set()
    kinds: list[type[Settings]] = [GenerateSettings, *(_options(name) for name in GENERATOR_OPTIONS.table)]
    for kind in kinds:
        for group, spec in settings_in(kind):
            if spec.name not in seen:
                seen.add(spec.name)
                yield group, spec


def _names(kind: type[GeneratorOptions]) -> set[str]:
    return {spec.name for spec in fields(kind)}
