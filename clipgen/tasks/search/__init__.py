"""Find the pictures, and the moments of films, of a library that fit words and pictures."""

from __future__ import annotations

from clipgen.tasks.search.find import search
from clipgen.tasks.search.query import Query
from clipgen.tasks.search.results import Found, Searched

__all__ = ["Found", "Query", "Searched", "search"]
