"""clipgen on a web page: a shell like the command line, which makes jobs and shows what they yield.

    >>> app = create_app(WebSettings(folder=folder / "web"))
    >>> app.router.url_path_for("studio")
    '/'

A room is one part of the site: the studio, and what else a server shows. `create_app` puts rooms behind one guard. It
takes the packages of `pip install 'clipgen[web]'`.
"""

from clipgen.web.app import create_app
from clipgen.web.settings import Bounds, WebSettings

__all__ = ["Bounds", "WebSettings", "create_app"]
