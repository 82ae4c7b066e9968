"""Files of the Hugging Face hub, in the hub's own cache, which other programs share.

    >>> fetch("hf:owner/name/model.ckpt")               # downloads and verifies
    >>> cached("hf:owner/name/model.ckpt")              # a local file, without the network
    PosixPath('/home/me/.cache/huggingface/hub/models--owner--name/snapshots/.../model.ckpt')

The hub names large files by their sha256 without verifying it: that is done here.
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
from clipgen.models.network import check_online

PREFIX = "hf:"
#: downloaded together with a file, from the same folder: its config, in taming's and in diffusers' format
CONFIGS = (".yaml", ".yml", "/config.json")
_SUM = re.compile("[0-9a-f]{64}")


def split(name: str) -> tuple[str, str]:
    """The repository and the file in a name.

        >>> split("hf:owner/name/folder/model.ckpt")
        ('owner/name', 'folder/model.ckpt')

    Raises UnknownNameError for a name without both.
    """
    parts = name.removeprefix(PREFIX).split("/", 2)
    if len(parts) < 3 or not all(parts):
        raise UnknownNameError(f"{name!r} is not a file of the hub; write hf:OWNER/NAME/FILE")
    return "/".join(parts[:2]), parts[2]


def cached(name: str) -> Path | None:
    """The path of a file of the hub on this machine, without the network; None when it is not downloaded."""
    if not snapshots(*split(name)):
        return None
    from huggingface_hub import try_to_load_from_cache  # late: it takes a while to import

    found = try_to_load_from_cache(*split(name))
    return Path(found) if isinstance(found, str) else None


def snapshots(repository: str, pattern: str) -> list[Path]:
    """Files of a repository, of any revision, in the hub's cache; fast, and without the network.

    >>> snapshots("owner/name", "*.safetensors")
    """
    return sorted(_folder(repository).glob(f"snapshots/*/{pattern}"))


def _folder(repository: str) -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE, f"models--{repository.replace('/', '--')}")


def place(name: str) -> Path:
    """The path of a file of the hub; before it is downloaded, a path in the hub's cache that identifies it."""
    repository, file = split(name)
    return cached(name) or _folder(repository) / file


def require(name: str) -> Path:
    """The verified path of a downloaded file of the hub; WeightsError when it is missing or damaged."""
    path = cached(name)
    if path is None:
        raise WeightsError(f"{name} is not downloaded; run `clipgen models pull {name}`")
    check(path)
    return path


def fetch(name: str) -> Path:
    """Download a file, and the configs in its folder, into the hub's cache; return the file's path.

    Raises WeightsError when it cannot be downloaded or does not have the hub's sha256.
    """
    repository, file = split(name)
    folder = file.rpartition("/")[0]
    reach()
    from huggingface_hub import HfApi, hf_hub_download  # late: it takes a while to import

    try:
        path = Path(hf_hub_download(repository, file))
        for other in HfApi().list_repo_files(repository):
            if other.rpartition("/")[0] == folder and ("/" + other).endswith(CONFIGS):
                hf_hub_download(repository, other)
    except Exception as error:  # downloads fail with the errors of several libraries
        raise WeightsError(f"cannot download {name}: {reason(error)}; this needs the network once") from error
    check(path)
    return path


def reach() -> None:
    """Raise WeightsError when the hub cannot be reached; its own library tries for a minute."""
    from huggingface_hub import constants

    check_online([constants.ENDPOINT])


def published_sha256(path: Path) -> str | None:
    """The sha256 that is a file's name in the hub's cache; None for small files and outside of that cache."""
    blob = path.resolve().name
    return blob if _SUM.fullmatch(blob) else None


def check(path: Path) -> None:
    """Verify the sha256 of a file in the hub's cache; a damaged file is deleted.

    Raises WeightsError for a damaged file.
    """
    expected, found = published_sha256(path), sha256(path)
    if expected and found != expected:
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise WeightsError(f"{path} was damaged (sha256 {found}, expected {expected}) and is deleted; pull it again")


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
