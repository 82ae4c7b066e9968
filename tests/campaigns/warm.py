"""Imported once by the process from which killed commands are forked: what takes long to import.

A command that is forked from it is at its work at once, and so at most moments at which it is killed.
"""

import encodings.idna  # noqa: F401  # for users who cannot read Python's folder, as root's
import importlib
import tempfile
from pathlib import Path

from clipgen.cli.main import COMMANDS
from clipgen.process import configure

configure()

import torch  # noqa: E402

import campaigns.limits  # noqa: E402, F401
import campaigns.small  # noqa: E402, F401
import clipgen.cli.filming  # noqa: E402, F401
import clipgen.cli.run  # noqa: E402, F401
import clipgen.studio  # noqa: E402, F401
import tiny  # noqa: E402
from clipgen.media.images import load_image  # noqa: E402
from clipgen.perceptors.openclip import load_perceptor  # noqa: E402

for place, _ in COMMANDS.values():
    importlib.import_module(place.partition(":")[0])
with tempfile.TemporaryDirectory() as folder:
    # open_clip and Pillow import more when they are first used; no gradient, whose threads a fork does not survive
    clip = load_perceptor(f"local-dir:{tiny.write_clip(Path(folder))}", torch.device("cpu"))
    with torch.no_grad():
        clip.encode_text(["a fox"])
    (picture := Path(folder) / "a.ppm").write_bytes(b"P6 1 1 255 abc")
    load_image(picture)
