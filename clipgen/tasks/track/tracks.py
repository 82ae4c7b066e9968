"""The tracks of a film: which boxes, frame after frame, are of one thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from clipgen.media.overlays import Box
from clipgen.tasks.track.flow import Grey, Place, follow
from clipgen.tasks.track.gallery import Gallery
from clipgen.tasks.track.matching import Expected, Look, distance, likelihood, match, shared, side

_ALONG = 1.0  # seconds for which a thing that is followed need not be found
_RECENT = 1.5  # seconds for which a thing that was lost is expected near where it was
_GONE = 100  # things that may come back
_SHARE = 0.5  # of the way from the place that a thing was followed to, to that where it was found
_SAME = 0.6  # share of the smaller of two boxes that is in the other, from which on they are of one thing
_ON = 0.5  # of the way that a thing should have gone, by which it may be beside it; a slower one may be the ground
_WAIT, _DOUBT = 4, 0.15  # how often a thing is found before it is new, where it may be another one seen badly
_HOLE = 2  # frames in which a thing need not be followed between two in which it is


@dataclass(frozen=True)
class Span:
    """The frames from one key frame to the next, both included.

    first: number of the first frame; greys: each reduced and grey; times: when each is shown, in seconds.
    """

    first: int
    greys: Sequence[Grey]
    times: Sequence[float]

    @property
    def last(self) -> int:
        """The number of the last frame."""
        return self.first + len(self.greys) - 1


@dataclass(eq=False)
class Track:
    """A thing in a film.

    number: None until it is found a second time, or more often where it may be a thing that is gone; place: at
    the last key frame; seen, found: seconds when, and place where it was last found; hits: how often; pending: places
    by frame that are not yet known to be right; shown: the last frame it is in.
    """

    text: str
    place: Place
    seen: float
    born: float
    number: int | None = None
    speed: tuple[float, float] = (0.0, 0.0)
    found: Place | None = None
    hits: int = 1
    gallery: Gallery = field(default_factory=Gallery)
    pending: dict[int, Place] = field(default_factory=dict)
    shown: int = -1

    def at(self, seconds: float) -> Place:
        """Where it is some seconds after it was last found, if it moves on as it did."""
        return moved(self.place, self.speed, seconds)

    def went_on(self, place: Place, seconds: float) -> bool:
        """Whether what was followed to a place went on as the thing did that was last found: the ground does not."""
        if self.found is None:
            return False
        due = moved(self.found, self.speed, seconds - self.seen)
        way = distance(self.found, due)
        return way > _ON * side(self.found) and distance(place, due) < _ON * way


@dataclass
class Tracks:
    """All things of a film, from key frame to key frame.

    active: those that are followed; gone: those that may come back; placed: by frame, (number, text, place) of each;
    count: numbers that were given; looks: key frames; before: the frames of the span before, without its last.
    """

    active: list[Track] = field(default_factory=list)
    gone: list[Track] = field(default_factory=list)
    placed: dict[int, list[tuple[int, str, Place]]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0
    looks: int = 0
    before: Sequence[Grey] = ()

    def advance(self, span: Span, look: Look) -> None:
        """Follow all things through the frames of a span to its last, in which things were found."""
        self.looks += 1
        paths = [follow(span.greys, track.place) for track in self.active]
        expected = [_expected(track, path, span) for track, path in zip(self.active, paths, strict=True)]
        columns = match(expected, look)
        kept: list[Track] = []
        boxes = [look.found[column].box for column in columns if column is not None]
        for track, path, one, column in zip(self.active, paths, expected, columns, strict=True):
            # where something else was found, that is in front, and what was followed is no longer this thing
            covered = any(shared(one.place, box) > _SAME for box in boxes)
            if column is not None:
                self._found(track, path, span, look, column)
                kept.append(track)
            elif one.sure and not covered and span.times[-1] - track.seen <= _ALONG:
                _carry(track, path, span)
                kept.append(track)
            else:
                self._lose(track, path, span, sure=one.sure and not track.went_on(one.place, span.times[-1]))
        self.active = kept
        self._new(span, look, {column for column in columns if column is not None})
        self.before = span.greys[:-1]

    def settled(self, last: int) -> int:
        """The frames before this one are settled; last: the number of the last key frame.

        New things may be followed back into the last span.
        """
        return min([last + 1 - len(self.before), *(min(track.pending) for track in self.active if track.pending)])

    def end(self) -> None:
        """Settle what is pending; in a film of one key frame, things that were found once."""
        for track in self.active:
            if track.number is None and (track.hits > 1 or self.looks == 1):
                self._name(track, sure=True)
            self._settle(track)
        self.active, self.before = [], ()

    def _found(self, track: Track, path: list[Place], span: Span, look: Look, column: int) -> None:
        """A thing was found again: its way there is known."""
        box = look.found[column].box
        whole = len(path) == len(span.greys) - 1
        place = between(path[-1], box, _SHARE) if whole and path else _place(box)
        track.pending |= _way(track.place, path, place, span)
        track.speed = _speed(track.place, place, span.times[-1] - span.times[0])
        track.place, track.found, track.seen, track.hits = place, place, span.times[-1], track.hits + 1
        if look.alone(column) or len(track.gallery) < 2:
            track.gallery.add(look.rows[column])
        if track.number is None:
            self._name(track, sure=track.hits >= _WAIT)
        self._settle(track)

    def _lose(self, track: Track, path: list[Place], span: Span, *, sure: bool) -> None:
        """A thing is no longer there: it was, as long as it could be followed, unless that was the ground behind it."""
        if track.number is None:
            if track.hits == 1:
                return
            self._name(track, sure=True)
        if not sure:
            track.pending |= {span.first + 1 + i: place for i, place in enumerate(path)}
            self._settle(track)
        track.pending = {}
        self.gone = [*self.gone, track][-_GONE:]

    def _new(self, span: Span, look: Look, taken: set[int]) -> None:
        """Begin a track for each thing that is not one of those that are followed."""
        for column, found in enumerate(look.found):
            if column in taken or any(
                track.text == found.text and shared(track.place, found.box) > _SAME for track in self.active
            ):
                continue
            track = Track(found.text, _place(found.box), span.times[-1], span.times[-1])
            track.gallery.add(look.rows[column])
            # back to where it came, also if it was missed once
            back = follow([*span.greys[::-1], *self.before[::-1]], track.place)[: self._free(span)]
            track.pending = {span.last: track.place} | {span.last - 1 - i: place for i, place in enumerate(back)}
            self.active.append(track)

    def _free(self, span: Span) -> int:
        """How many frames before the last of a span are not settled."""
        return max(0, len(span.greys) - 1 + len(self.before) - 1)

    def _name(self, track: Track, *, sure: bool) -> None:
        """Give a track its number: that of a thing that is gone and looks like it, or, if that is sure, a new one."""
        likely = [(_back(one, track), one.gallery.likeness(track.gallery.rows), one) for one in self.gone]
        back = [(cosine, one) for fit, cosine, one in likely if fit >= 0]
        if back:
            _, same = max(back, key=lambda pair: pair[0])
            self.gone.remove(same)
            self._rename(track, same)
        elif sure or all(fit < -_DOUBT for fit, _, _ in likely):
            self.count += 1
            track.number = self.count

    def _rename(self, track: Track, same: Track) -> None:
        """A track is a thing that was gone."""
        track.number = same.number
        track.pending = {frame: place for frame, place in track.pending.items() if frame > same.shown}
        same.gallery.merge(track.gallery)
        track.gallery = same.gallery

    def _settle(self, track: Track) -> None:
        if track.number is None:
            return
        for frame, place in track.pending.items():
            self.placed[frame].append((track.number, track.text, place))
        track.shown = max([track.shown, *track.pending])
        track.pending = {}


def _back(gone: Track, track: Track) -> float:
    """How likely a thing that is gone came back as a track: 0 or more where it did."""
    if gone.seen >= track.born or gone.text != track.text:
        return -1.0
    gap = track.born - gone.seen
    near = gap <= _RECENT and distance(gone.at(gap), track.place) < side(gone.place) * (1 + gap)
    return likelihood(gone.gallery, track.gallery.rows, near=near)


def _expected(track: Track, path: list[Place], span: Span) -> Expected:
    """Where a thing should be found at the end of a span."""
    if len(path) == len(span.greys) - 1:
        return Expected(track.text, path[-1] if path else track.place, True, track.gallery)
    left = span.times[-1] - span.times[len(path)]
    return Expected(track.text, moved(path[-1] if path else track.place, track.speed, left), False, track.gallery)


def _carry(track: Track, path: list[Place], span: Span) -> None:
    """A thing was not found but could be followed: it may still be there."""
    track.pending |= {span.first + 1 + i: place for i, place in enumerate(path)}
    if path:
        track.place = path[-1]


def _way(start: Place, path: list[Place], end: Place, span: Span) -> dict[int, Place]:
    """The places of a thing after the first frame of a span, whose first and last place are known."""
    steps = len(span.greys) - 1
    if steps == 0:
        return {span.first: end}
    if len(path) == steps:  # followed all the way: what it is off by at the end comes little by little
        off = [wanted - got for wanted, got in zip(end, path[-1], strict=True)]
        return {span.first + i: _shifted(place, off, i / steps) for i, place in enumerate(path, 1)}
    found = {span.first + i: place for i, place in enumerate(path, 1)}
    back = [end, *follow(span.greys[::-1], end)][: steps - len(path)]
    found |= {span.last - i: place for i, place in enumerate(back)}
    hole = steps - len(found)
    if 0 < hole <= _HOLE:
        one, other = path[-1] if path else start, back[-1]
        found |= {span.first + len(path) + i: between(one, other, i / (hole + 1)) for i in range(1, hole + 1)}
    return found


def _shifted(place: Place, off: Sequence[float], share: float) -> Place:
    left, top, right, bottom = (edge + share * by for edge, by in zip(place, off, strict=True))
    return left, top, right, bottom


def between(one: Place, other: Place, share: float) -> Place:
    """A place on the way from one to another.

    >>> between((0, 0, 10, 10), (10, 0, 20, 10), 0.5)
    (5.0, 0.0, 15.0, 10.0)
    """
    left, top, right, bottom = (a + share * (b - a) for a, b in zip(one, other, strict=True))
    return left, top, right, bottom


def moved(place: Place, speed: tuple[float, float], seconds: float) -> Place:
    """A place after some seconds at a speed in pixels a second.

    >>> moved((0, 0, 10, 10), (4, 0), 0.5)
    (2.0, 0.0, 12.0, 10.0)
    """
    right, down = speed[0] * seconds, speed[1] * seconds
    return place[0] + right, place[1] + down, place[2] + right, place[3] + down


def _speed(one: Place, other: Place, seconds: float) -> tuple[float, float]:
    """Pixels a second from one place to another; 0 where no time has passed."""
    twice = 2 * max(seconds, 1e-9)
    right, down = other[0] + other[2] - one[0] - one[2], other[1] + other[3] - one[1] - one[3]
    return (right / twice, down / twice) if seconds > 0 else (0.0, 0.0)


def _place(box: Box) -> Place:
    left, top, right, bottom = map(float, box)
    return left, top, right, bottom
