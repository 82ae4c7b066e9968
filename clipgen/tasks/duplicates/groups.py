"""Pairs into groups, each of which is checked as a whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator


def grouped(pairs: Iterable[tuple[int, int]], same: Callable[[int, int], bool]) -> Iterator[list[int]]:
    """Groups of two or more, the medoid of each first, then the others in order.

        >>> chain = [(0, 1), (1, 2), (2, 3)]                     # 3 is like 2, but not like the middle of the chain
        >>> list(grouped(chain, lambda a, b: (a, b) in chain))
        [[1, 0, 2]]

    pairs: that are the same, (i, j) with i < j; same: whether two pictures are, for pairs that were not compared yet.
    A chain of pairs alone makes no group, since everything is near to something: each member is the same as the medoid,
    the one that is the same as most; what is not starts again without them.
    """
    known = {(min(pair), max(pair)) for pair in pairs}
    of_first: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pair in known:
        of_first[pair[0]].append(pair)
    for members in connected(known):
        inner = [pair for i in members for pair in of_first[i]]
        while len(members) > 1:
            inside = set(members)
            degrees = Counter(i for pair in inner if inside.issuperset(pair) for i in pair)
            medoid = max(members, key=lambda i: (degrees[i], -i))
            alike = [i for i in members if i != medoid and _is_known(known, same, medoid, i)]
            if alike:
                yield [medoid, *alike]
            members = [i for i in members if i != medoid and i not in set(alike)]


def _is_known(known: set[tuple[int, int]], same: Callable[[int, int], bool], a: int, b: int) -> bool:
    pair = (min(a, b), max(a, b))
    return pair in known or same(*pair)


def connected(pairs: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
    """What is connected by pairs, each in order.

    >>> list(connected([(0, 2), (1, 3), (2, 4)]))
    [[0, 2, 4], [1, 3]]
    """
    neighbours: dict[int, set[int]] = defaultdict(set)
    for a, b in pairs:
        neighbours[a].add(b)
        neighbours[b].add(a)
    seen: set[int] = set()
    for start in sorted(neighbours):
        if start in seen:
            continue
        waiting, found = [start], {start}
        while waiting:
            fresh = neighbours[waiting.pop()] - found
            found |= fresh
            waiting += fresh
        seen |= found
        yield sorted(found)
