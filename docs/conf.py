"""How the documentation is built, from a checkout and without network: `sphinx-build -W docs build/docs`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from clipgen import __version__ as release  # noqa: F401  # Sphinx reads it

project = "clipgen"
extensions = ["myst_parser", "sphinx.ext.autodoc", "directives"]
html_theme = "furo"
html_title = "clipgen"
myst_heading_anchors = 3
# in docstrings `name` is code, as in Markdown
default_role = "code"
autodoc_member_order = "bysource"
