from pathlib import Path

import pytest

from clipgen.tasks import meaning

KNOWN = ["balloon", "chair", "doctor", "dragon"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path))


def test_words_are_near_in_meaning_not_in_spelling() -> None:
    found = meaning.nearest(["zeppelin", "physician"], KNOWN, count=1)
    assert found == {"zeppelin": ["balloon"], "physician": ["doctor"]}


def test_a_misspelled_word_is_near_to_the_one_that_was_meant() -> None:
    assert meaning.nearest(["dragn"], KNOWN) == {"dragn": ["dragon"]}


def test_known_words_are_embedded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = meaning.nearest(["physician"], KNOWN)
    seen: list[int] = []
    tower = meaning._tower()
    embed = tower.embed
    monkeypatch.setattr(tower, "embed", lambda texts: seen.append(len(texts)) or embed(texts))
    assert meaning.nearest(["physician"], KNOWN) == first and seen == [1]
