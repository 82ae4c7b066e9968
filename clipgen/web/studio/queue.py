"""The queue: jobs and their events in SQLite, so that a restart loses none."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clipgen.jobs import Job
from clipgen.values import Json, parse_json
from clipgen.web.bell import Bell
from clipgen.web.database import Database, Row
from clipgen.web.settings import Bounds

WAITING, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
ENDED = (DONE, FAILED, CANCELLED)
#: verbs that take minutes; all others are short, and run beside them
PAINTING = ("generate", "edit", "sample", "animate")
_ATTEMPTS = 3  # starts of a job after which it is taken to be what stops the server
_KEPT = 24 * 3600.0  # seconds that the events of an ended job are kept


@dataclass(frozen=True)
class Entry:
    """A job in the queue.

    state: queued, running, done, failed or cancelled; created, started, finished: seconds since 1970; done, total:
    steps; error: one line.
    """

    id: str
    visitor: str
    job: dict[str, Json]
    state: str
    created: float
    started: float | None
    finished: float | None
    error: str | None
    done: int
    total: int

    @classmethod
    def of(cls, row: Row) -> Entry:
        """Of a row of the table."""
        values = {name: row[name] for name in cls.__dataclass_fields__ if name != "job"}
        return cls(**values, job=parse_json(row["job"]))

    @property
    def is_ended(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.state in ENDED

    def to_json(self) -> dict[str, Json]:
        """What its visitor may know, as JSON."""
        shown = ("id", "job", "state", "created", "started", "finished", "error", "done", "total")
        return {
            **{name: getattr(self, name) for name in shown},
            "url": f"/api/jobs/{self.id}",
            "events": f"/api/jobs/{self.id}/events",
            "film": f"/films/{self.id}.mp4" if self.job["verb"] == "animate" and self.state == DONE else None,
        }


@dataclass(frozen=True)
class Happening:
    """An event of a job: its number in the whole queue, which grows, its kind, and its data as JSON with the job's id.

    >>> Happening(1, "done", '{"job":"c30649b1cd4af208"}').kind
    'done'
    """

    id: int
    kind: str
    data: str


class QueueFullError(Exception):
    """Too many jobs wait."""


class Queue:
    """Jobs in the order in which they came, and what happened to them.

        >>> from clipgen.web.studio.schema import opened
        >>> queue = Queue(opened(folder / "web"), Bounds(), Bell())
        >>> id = queue.add(job, "owner").id
        >>> queue.take().state, queue.take()
        ('running', None)
        >>> queue.end(id, "done")
        >>> [event.kind for event in queue.events("owner", after=0)]
        ['queued', 'started', 'done']

    database: with the tables of the studio; bell: rung after each event.
    """

    def __init__(self, database: Database, bounds: Bounds, bell: Bell) -> None:
        self.database, self.bounds, self.bell = database, bounds, bell
        self.arrival = threading.Condition()
        self._stops: set[str] = set()

    def recover(self) -> None:
        """Put back what a stopped server was working on, and forget old events."""
        with self.database.writing():
            for row in self.database.rows("select * from job where state = ?", [RUNNING]):
                if row["attempts"] >= _ATTEMPTS:
                    self.end(row["id"], FAILED, f"the server stopped {_ATTEMPTS} times during this job")
                else:
                    self.put_back(row["id"], attempts=row["attempts"])
            old = "select id from job where state in (?, ?, ?) and finished < ?"
            self.database.execute(f"delete from event where job in ({old})", [*ENDED, time.time() - _KEPT])

    def add(self, job: Job, visitor: str) -> Entry:
        """Add a job of a visitor. Raises QueueFullError."""
        id, now = secrets.token_hex(8), time.time()
        with self.database.writing():
            waiting = "select count(*) from job where state = ?"
            if (
                self.database.number(waiting, [WAITING]) >= self.bounds.queued
                or self.database.number(f"{waiting} and visitor = ?", [WAITING, visitor]) >= self.bounds.queued_each
            ):
                raise QueueFullError("too many jobs are waiting; try again when some are done")
            packed = json.dumps(job.to_json(), ensure_ascii=False)
            self.database.execute(
                "insert into job (id, visitor, verb, job, state, created) values (?, ?, ?, ?, ?, ?)",
                [id, visitor, job.verb, packed, WAITING, now],
            )
            entry = self.entry(id)
            assert entry is not None
            self.tell(id, "queued", {"entry": entry.to_json()})
        with self.arrival:
            self.arrival.notify_all()  # not every worker takes every verb
        return entry

    def take(self, verbs: Sequence[str] = PAINTING) -> Entry | None:
        """The next job of some verbs, which runs from now on; None when none waits. Visitors take turns."""
        with self.database.writing():
            # of the visitor for whom nothing was begun for longest, so that one who sends fifty does not block others
            row = self.database.row(
                f"select id from job as waiting where state = ? and verb in ({', '.join('?' * len(verbs))}) order by "
                "(select max(started) from job as other where other.visitor = waiting.visitor) nulls first, "
                "created, rowid limit 1",
                [WAITING, *verbs],
            )
            if row is None:
                return None
            self.database.execute(
                "update job set state = ?, started = ?, attempts = attempts + 1, done = 0 where id = ?",
                [RUNNING, time.time(), row["id"]],
            )
            self.tell(row["id"], "started", {})
            return self.entry(row["id"])

    def put_back(self, id: str, *, attempts: int = 0) -> None:
        """Let a running job wait again, at its old place; attempts: how often the server was killed in it."""
        with self.database.writing():
            self.database.execute("update job set state = ?, attempts = ? where id = ?", [WAITING, attempts, id])
            self.tell(id, "queued", {"again": True})

    def end(self, id: str, state: str, error: str | None = None) -> None:
        """End a job: done, failed or cancelled."""
        with self.database.writing():
            self.database.execute(
                "update job set state = ?, finished = ?, error = ? where id = ?", [state, time.time(), error, id]
            )
            self.tell(id, state, {} if error is None else {"error": error})
        self._stops.discard(id)

    def cancel(self, id: str) -> None:
        """End a job that waits; let one that runs end after its step."""
        with self.database.writing():
            entry = self.entry(id)
            if entry is not None and entry.state == WAITING:
                self.end(id, CANCELLED)
            elif entry is not None and entry.state == RUNNING:
                self._stops.add(id)
                self.tell(id, "stopping", {})

    def is_cancelled(self, id: str) -> bool:
        """Whether a running job should end."""
        return id in self._stops

    def progress(self, id: str, done: int, total: int, data: Mapping[str, Json]) -> None:
        """Record a step of a job."""
        with self.database.writing():
            self.database.execute("update job set done = ?, total = ? where id = ?", [done, total, id])
            self.tell(id, "step", data)

    def tell(self, id: str, kind: str, data: Mapping[str, Json]) -> None:
        """Record an event of a job."""
        packed = json.dumps({"job": id, **data}, ensure_ascii=False, separators=(",", ":"))
        self.database.execute(
            "insert into event (job, visitor, kind, data) select id, visitor, ?, ? from job where id = ?",
            [kind, packed, id],
        )
        self.database.afterwards(self.bell.ring)

    def entry(self, id: str, visitor: str | None = None) -> Entry | None:
        """A job by its id; of a visitor, if one is given."""
        row = self.database.row("select * from job where id = ?", [id])
        return None if row is None or visitor not in (None, row["visitor"]) else Entry.of(row)

    def entries(
        self, visitor: str, *, active: bool = False, limit: int = 50, verb: str | None = None
    ) -> list[Entry]:
        """The last jobs of a visitor, newest first; active: only those that wait or run; verb: None for all."""
        states = "and state in ('queued', 'running')" if active else ""
        which, values = ("and verb = ?", [verb]) if verb else ("", [])
        rows = self.database.rows(
            f"select * from job where visitor = ? {states} {which} order by created desc, rowid desc limit ?",
            [visitor, *values, limit],
        )
        return [Entry.of(row) for row in rows]

    def mean_of_steps(self, id: str) -> float | None:
        """The mean seconds of a job's steps; None once its events are forgotten, and where it had none."""
        row = self.database.row(
            "select avg(json_extract(data, '$.seconds')) as mean from event where job = ? and kind = 'step'", [id]
        )
        return None if row is None or row["mean"] is None else float(row["mean"])

    def place(self, entry: Entry) -> int:
        """How many jobs of all visitors wait before one."""
        before = "select count(*) from job where state = ? and created < ?"
        return self.database.number(before, [WAITING, entry.created])

    def events(self, visitor: str, *, after: int, job: str | None = None, limit: int = 500) -> list[Happening]:
        """The events of a visitor's jobs, or of one of them, after an event by its number."""
        which, values = ("and job = ?", [job]) if job else ("", [])
        rows = self.database.rows(
            f"select id, kind, data from event where visitor = ? {which} and id > ? order by id limit ?",
            [visitor, *values, after, limit],
        )
        return [Happening(**row) for row in rows]

    def before_active(self, visitor: str) -> int:
        """The number after which all events of a visitor's active jobs are: with them a page can be drawn again."""
        first = self.database.number(
            "select min(event.id) from event join job on job.id = event.job "
            "where job.visitor = ? and job.state in ('queued', 'running')",
            [visitor],
        )
        return first - 1 if first else self.database.number("select max(id) from event")
