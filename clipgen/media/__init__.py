"""Pictures and films, in and out: loading, writing with their settings, contact sheets, plots, captions."""
