"""The articles of English nouns."""

from __future__ import annotations

import re

# "an" goes by sound, not by letter
_AN = re.compile(r"(?!uni|use|ufo|uk|euro|one\b)[aeiou]|hour|x-", re.IGNORECASE)
_BARE = re.compile(r".*(?<!s)s$")  # plurals: "grapes", and not "glass"
_NO_ARTICLE = ("fire", "lightning", "earth", "soup", "rice", "bread", "butter", "honey", "salt", "spaghetti", "popcorn",
               "cheese", "coral", "moss", "grass", "wheat", "money", "bacon", "ham", "juice", "lavender")  # fmt: skip


def with_article(noun: str) -> str:
    """Put "a" or "an" before a noun that takes one.

    >>> with_article("orange"), with_article("grapes"), with_article("unicorn")
    ('an orange', 'grapes', 'a unicorn')
    """
    if noun in _NO_ARTICLE or _BARE.match(noun) and not noun.endswith(("us", "lens", "scissors")):
        return noun
    return f"{'an' if _AN.match(noun) else 'a'} {noun}"


def without_article(thing: str) -> str:
    """Remove the article.

    >>> without_article("an orange"), without_article("grapes")
    ('orange', 'grapes')
    """
    return re.sub("^(an?|the) ", "", thing)
