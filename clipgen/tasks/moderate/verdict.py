"""What is said of a picture or a text: a band, and the reason for it."""

from __future__ import annotations

from dataclasses import dataclass

CLEAR, CHECK, VEIL = "clear", "check", "veil"
#: from harmless to not to be shown
BANDS = (CLEAR, CHECK, VEIL)


@dataclass(frozen=True)
class Verdict:
    """How a picture or a text was judged.

    band: a name in BANDS; category: the file of prompts that fits best, "" where none can be judged; reason: the
    prompt, the head's file or the word of a text; score: calibrated margin of a picture; veil_from: the score from
    which the category is veiled. Both are 0 for texts.
    """

    band: str
    category: str = ""
    reason: str = ""
    score: float = 0.0
    veil_from: float = 0.0

    def to_dict(self) -> dict[str, str | float]:
        """Plain values, rounded as they are printed.

        >>> Verdict("veil", "gore", "a corpse", 4.56789, 4.0).to_dict()["score"]
        4.568
        """
        return {name: value if isinstance(value, str) else round(value, 3) for name, value in vars(self).items()}


def worst(verdicts: list[Verdict]) -> Verdict:
    """The verdict of the highest band, and among those the one that is furthest above its threshold.

    >>> worst([Verdict("clear"), Verdict("check", "gore"), Verdict("clear", "drugs")]).category
    'gore'
    """
    return max(verdicts, key=lambda one: (BANDS.index(one.band), one.score - one.veil_from), default=Verdict(CLEAR))
