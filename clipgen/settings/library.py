"""The settings of the verbs that stand on a library of pictures: index, search, duplicates, curate, orient."""

from __future__ import annotations

from dataclasses import dataclass, field

from clipgen.errors import SettingsError
from clipgen.settings.base import About, Settings, setting
from clipgen.settings.describe import LIBRARY, DescribeSettings
from clipgen.settings.grouped import GroupedSettings

KEEPS = ("largest", "oldest", "newest", "first")


@dataclass(frozen=True)
class IndexSettings(Settings):
    """Where the index of a library is, and whether it is brought up to date.

    >>> IndexSettings(index="photos.sqlite").validate().refresh
    True
    """

    index: str | None = setting(
        None,
        About(
            "file of the index (default: in the user's data folder)", metavar="FILE", section="Machine", verbs=LIBRARY
        ),
    )
    refresh: bool = setting(
        True,
        About(
            "look for new and changed files first",
            flags=("--refresh/--no-refresh",),
            section="Machine",
            verbs=("search", "duplicates", "curate", "orient"),
        ),
    )


@dataclass(frozen=True)
class QuerySettings(Settings):
    """How many pictures `search` finds.

    >>> QuerySettings(top=3).validate().fold
    True
    """

    top: int = setting(10, About("pictures to show", least=1, section="Output", verbs=("search",)))
    unlikely: bool = setting(
        False, About("also show pictures that fit no better than chance", section="Output", verbs=("search",))
    )
    films: bool = setting(
        True, About("also search films, and index new ones", flags=("--films/--no-films",), section="Search",
                    verbs=("search",))
    )  # fmt: skip
    fold: bool = setting(
        True, About("show one of several near copies", flags=("--fold/--no-fold",), section="Output", verbs=("search",))
    )


@dataclass(frozen=True)
class DuplicatesSettings(Settings):
    """Which file of a group `duplicates` keeps.

    >>> DuplicatesSettings(keep="oldest").validate().keep
    'oldest'
    """

    keep: str = setting(
        "largest",
        About("file of a group to keep: " + ", ".join(KEEPS), choices=KEEPS, section="Output", verbs=("duplicates",)),
    )


@dataclass(frozen=True)
class CurateSettings(Settings):
    """What `curate` knows of a data set.

    >>> CurateSettings(by_folder=True).validate().by_folder
    True
    """

    by_folder: bool = setting(
        False, About("folders are labels: look for pictures in the wrong one", section="Pictures", verbs=("curate",))
    )


@dataclass(frozen=True)
class OrientSettings(Settings):
    """Which network `orient` asks, and what it believes.

    >>> OrientSettings(sure=0.9).validate().head is None
    True
    """

    head: str | None = setting(
        None,
        About(
            "file of an orientation head, from `clipgen train orient` (default: the shipped one, for reader)",
            metavar="FILE",
            section="Search",
            verbs=("orient",),
            file=True,
        ),
    )
    sure: float | None = setting(
        None,
        About(
            "probability from which a picture is listed (default: the head's own, for one false alarm in 200)",
            least=0,
            section="Output",
            verbs=("orient",),
        ),
    )


@dataclass(frozen=True)
class FilmsSettings(Settings):
    """Whether `index` takes films, too.

    >>> FilmsSettings().validate().films
    True
    """

    films: bool = setting(
        True, About("also index films", flags=("--films/--no-films",), section="Search", verbs=("index",))
    )


@dataclass(frozen=True)
class ClusterSettings(Settings):
    """On which Ray cluster `index` embeds pictures.

    >>> ClusterSettings(ray="auto").validate().workers is None
    True
    """

    ray: str | None = setting(
        None,
        About(
            "embed pictures on a Ray cluster: auto, local, or HOST:PORT",
            metavar="ADDRESS",
            section="Machine",
            verbs=("index",),
        ),
    )
    workers: int | None = setting(
        None,
        About(
            "actors on the cluster (default: one a GPU, or one a machine without any)",
            least=1,
            section="Machine",
            verbs=("index",),
        ),
    )

    def check(self) -> None:
        """Raise SettingsError for workers without a cluster."""
        if self.workers is not None and self.ray is None:
            raise SettingsError("workers are those of a cluster; set ray as well", settings=["ray", "workers"])


@dataclass(frozen=True)
class IndexVerb(GroupedSettings):
    """All settings of `index`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    library: IndexSettings = field(default_factory=IndexSettings)
    content: FilmsSettings = field(default_factory=FilmsSettings)
    cluster: ClusterSettings = field(default_factory=ClusterSettings)


@dataclass(frozen=True)
class SearchVerb(GroupedSettings):
    """All settings of `search`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    library: IndexSettings = field(default_factory=IndexSettings)
    query: QuerySettings = field(default_factory=QuerySettings)


@dataclass(frozen=True)
class DuplicatesVerb(GroupedSettings):
    """All settings of `duplicates`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    library: IndexSettings = field(default_factory=IndexSettings)
    duplicates: DuplicatesSettings = field(default_factory=DuplicatesSettings)


@dataclass(frozen=True)
class CurateVerb(GroupedSettings):
    """All settings of `curate`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    library: IndexSettings = field(default_factory=IndexSettings)
    curate: CurateSettings = field(default_factory=CurateSettings)


@dataclass(frozen=True)
class OrientVerb(GroupedSettings):
    """All settings of `orient`."""

    describe: DescribeSettings = field(default_factory=DescribeSettings)
    library: IndexSettings = field(default_factory=IndexSettings)
    orient: OrientSettings = field(default_factory=OrientSettings)


#: the settings of a verb that stands on a library of pictures
LibraryVerb = IndexVerb | SearchVerb | DuplicatesVerb | CurateVerb | OrientVerb
