"""Files of the Hugging Face hub, in the hub's own cache, which other programs share.

    >>> fetch("hf:owner/name/model.ckpt")               # from the network, and checked
    >>> cached("hf:owner/name/model.ckpt")              # only what is here already
    PosixPath('/home/me/.cache/huggingface/hub/models--owner--name/snapshots/…/model.ckpt')

The hub names large files by their sha256, but takes what comes: the sum is checked here.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from clipgen.errors import UnknownNameError, WeightsError
from clipgen.files import reason, sha256

PREFIX = "hf:"
#: what is fetched along with a file, from the same folder: its config, in taming's and in diffusers' form
BESIDE = (".yaml", ".yml", "/config.json")
_SUM = re.compile("[0-9a-f]{64}")


def split(name: str) -> tuple[str, str]:
    """The repository and the file of a name.

        >>> split("hf:owner/name/folder/model.ckpt")
        ('owner/name', 'folder/model.ckpt')

    Raises UnknownNameError for a name without both.
    """
    parts = name.removeprefix(PREFIX).split("/", 2)
    if len(parts) < 3 or not all(parts):
        raise UnknownNameError(f"{name!r} names no file of the hub; say hf:OWNER/NAME/FILE")
    return "/".join(parts[:2]), parts[2]


def cached(name: str) -> Path | None:
    """Where a file of the hub lies on this machine; None when it does not. No network is asked."""
    if not snapshots(*split(name)):
        return None
    from huggingface_hub import try_to_load_from_cache  # late: it takes a while to import

    found = try_to_load_from_cache(*split(name))
    return Path(found) if isinstance(found, str) else None


def snapshots(repository: str, pattern: str) -> list[Path]:
    """Files of a repository, of whatever revision, that lie in the hub's cache; quick, and never the network.

    >>> snapshots("owner/name", "*.safetensors")
    """
    return sorted(_folder(repository).glob(f"snapshots/*/{pattern}"))


def _folder(repository: str) -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE, f"models--{repository.replace('/', '--')}")


def place(name: str) -> Path:
    """Where a file of the hub lies, or, while it does not, a place in the hub's cache that says which it is."""
    repository, file = split(name)
    return cached(name) or _folder(repository) / file


def found(name: str) -> Path:
    """Where a file of the hub lies; WeightsError when it does not."""
    path = cached(name)
    if path is None:
        raise WeightsError(f"{name} is not here yet; `clipgen models pull {name}` fetches it")
    check(path)
    return path


def fetch(name: str) -> Path:
    """Fetch a file, and the configs in its folder, into the hub's cache; return where the file lies.

    Raises WeightsError when it cannot be fetched or is not what the hub says it is.
    """
    from huggingface_hub import HfApi, hf_hub_download  # late: it takes a while to import

    repository, file = split(name)
    folder = file.rpartition("/")[0]
    try:
        path = Path(hf_hub_download(repository, file))
        for other in HfApi().list_repo_files(repository):
            if other.rpartition("/")[0] == folder and ("/" + other).endswith(BESIDE):
                hf_hub_download(repository, other)
    except Exception as error:  # fetching fails in as many ways as there are lines
        raise WeightsError(f"cannot fetch {name}: {reason(error)}; it needs the network once") from error
    check(path)
    return path


def named_sum(path: Path) -> str | None:
    """The sha256 that the hub's cache names a file by; None for small files, and outside of that cache."""
    blob = path.resolve().name
    return blob if _SUM.fullmatch(blob) else None


def check(path: Path) -> None:
    """Make sure that a file of the hub's cache is the one that the hub named; else it is taken out of the cache.

    Raises WeightsError when it is not.
    """
    expected, found = named_sum(path), sha256(path)
    if expected and found != expected:
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise WeightsError(f"{path} was damaged (sha256 {found[:12]}…, the hub says {expected[:12]}…); pull it again")


@contextmanager
def offline() -> Iterator[None]:
    """Inside the block the hub's own functions find what is here, and fail at once for what is not.

    The hub's library has this switch for the whole process only: it is set while any thread is inside such a block.
    """
    from huggingface_hub import constants

    with _SWITCH.lock:
        if not _SWITCH.inside:
            _SWITCH.before, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True
        _SWITCH.inside += 1
    try:
        yield
    finally:
        with _SWITCH.lock:
            _SWITCH.inside -= 1
            if not _SWITCH.inside:
                constants.HF_HUB_OFFLINE = _SWITCH.before


@dataclass
class _Switch:
    lock: threading.Lock = field(default_factory=threading.Lock)
    inside: int = 0
    before: bool = False


_SWITCH = _Switch()
