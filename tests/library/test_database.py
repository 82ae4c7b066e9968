"""Rows in SQLite: folders as ranges of paths, words, processes side by side."""

from __future__ import annotations

import sqlite3
import threading
import unicodedata
from pathlib import Path

import pytest

from clipgen.errors import OutputError
from clipgen.library import Content, Database, File, Frames
from clipgen.library import database as module
from raising import refused

#: what clipgen of November 2026 wrote, before films
FIRST = """
create table content (
    hash blob primary key, width int, height int, orientation int, taken text, words text, phashes blob, pixels blob,
    error text
) without rowid;
create table file (
    id integer primary key, path blob unique not null, size int not null, mtime int not null, hash blob not null
);
create index file_hash on file (hash);
create virtual table word using fts5 (name, words, tokenize = "porter unicode61 remove_diacritics 2");
create table verdict (a blob, b blob, verdict text not null, primary key (a, b)) without rowid;
pragma user_version = 1;
insert into content values (cast('1' as blob), 4, 4, 1, '', '', cast('' as blob), null, '');
insert into file values (1, cast('/a/fox.png' as blob), 9, 9, cast('1' as blob));
insert into word (rowid, name, words) values (1, 'fox', '');
"""


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "library.sqlite")


def test_a_folder_is_no_prefix_of_names(database: Database) -> None:
    paths = [Path("/a/b/1.png"), Path("/a/b.png"), Path("/a/b c/2.png"), Path("/a/b/c/3.png")]
    files = [File(path, 1, 1, bytes([i])) for i, path in enumerate(paths)]
    database.add(files, [Content(file.hash) for file in files])
    assert [str(file.path) for file in database.files(Path("/a/b"))] == ["/a/b/1.png", "/a/b/c/3.png"]
    assert database.hashes([Path("/a/b/1.png"), Path("/a/b")]) == [b"\0", b"\3"]
    assert database.count([Path("/a")]) == 4


def test_words_of_names_and_keywords(database: Database) -> None:
    database.add([File(Path("/a/IMG_12-redFox.png"), 1, 1, b"1"), File(Path("/a/x.png"), 1, 1, b"2")],
                 [Content(b"1"), Content(b"2", words="Grüße vom Strand, a red kite")])  # fmt: skip
    anywhere = [Path("/")]
    assert database.named("the red fox", anywhere) == [b"1"]
    assert set(database.named("red", anywhere)) == {b"1", b"2"}
    assert database.named("grusse STRAND", anywhere) == [] and database.named("grüße", anywhere) == [b"2"]
    assert database.named('kites "; drop table file', anywhere) == [] and database.named("the of", anywhere) == []
    assert database.named("red", [Path("/b")]) == []
    database.remove([Path("/a/x.png")])
    assert database.named("kite", anywhere) == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_found_however_their_accents_are_written(database: Database, form: str) -> None:
    name = unicodedata.normalize(form, "Müller-Ärger_é")
    database.add([File(Path(f"/a/{name}.png"), 1, 1, b"1")], [Content(b"1", words=name)])
    database.add([File(Path(f"/a/{name} 2.png"), 1, 1, b"2")], [Content(b"2")])
    for asked in ("Müller", "muller", "ärger É", unicodedata.normalize("NFD", "Müller")):
        assert set(database.named(asked, [Path("/a")])) == {b"1", b"2"}


def test_words_of_an_older_index_are_those_of_this_one(tmp_path: Path) -> None:
    database = Database(tmp_path / "library.sqlite")
    name = unicodedata.normalize("NFD", "Müller")
    database.add([File(Path(f"/a/{name}.png"), 1, 1, b"1"), File(Path("/a/fox.png"), 1, 1, b"2")],
                 [Content(b"1", words="a kite"), Content(b"2")])  # fmt: skip
    with database.writing() as connection:  # as the version before left it
        connection.execute("update word set name = 'Mu ller' where rowid = 1")
        connection.execute("pragma user_version = 3")
    database.close()
    again = Database(tmp_path / "library.sqlite")
    found = [again.named(word, [Path("/a")]) for word in ("Müller", "kite", "fox", "ller")]
    assert found == [[b"1"], [b"1"], [b"2"], []]


def test_pictures_whose_keywords_alone_are_damaged_are_read_again(tmp_path: Path) -> None:
    database = Database(tmp_path / "library.sqlite")
    texts = "invalid IPTC/NAA file", "illegal field length in IPTC/NAA file", "broken data stream"
    database.add([], [Content(b"%d" % i, error=f"cannot read \0: {text}") for i, text in enumerate(texts)])
    with database.writing() as connection:
        connection.execute("pragma user_version = 3")
    database.close()
    assert list(Database(tmp_path / "library.sqlite").errors([b"0", b"1", b"2"])) == [b"2"]


def test_names_elsewhere_take_no_place(database: Database) -> None:
    files = [File(Path(f"/a/fox {i}.png"), 1, 1, b"a%d" % i) for i in range(9)]
    own = [File(Path(f"/b/{i}/a red fox in the snow {i}.png"), 1, 1, b"b%d" % i) for i in range(9)]
    database.add([*files, *own])
    assert set(database.named("fox", [Path("/b")], limit=9)) == {file.hash for file in own}
    assert len(database.named("fox", [Path("/b")], limit=5)) == 5
    many = [Path(f"/c/{i}") for i in range(2000)]  # more than one query takes
    assert set(database.named("fox", [Path("/b/1"), *many, own[2].path], limit=9)) == {b"b1", b"b2"}


def test_errors_of_many_are_those_of_each(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    database.add([], [Content(b"1"), Content(b"2", error="damaged")])
    each = database.errors([b"1", b"2", b"3"])
    monkeypatch.setattr(module, "_MANY", 1)
    assert each == database.errors([b"1", b"2", b"3"]) == {b"1": "", b"2": "damaged"}


def test_a_newer_index_is_refused(tmp_path: Path, database: Database) -> None:
    with database.writing() as connection:
        connection.execute("pragma user_version = 99")
    with refused(OutputError, "index"):
        Database(tmp_path / "library.sqlite")


def test_a_place_without_a_folder_is_one_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        Database(tmp_path / "file" / "library.sqlite")
    assert "Errno" not in str(caught.value) and str(caught.value).count(str(tmp_path)) == 1


def test_an_index_of_the_first_version_is_updated(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript(FIRST)
    for _ in range(2):
        database = Database(path)
        assert database.hashes([Path("/a")]) == [b"1"] and database.contents([b"1"])[b"1"].seconds == 0
        assert Frames(database).films(Path("/a")) == 0 and database.named("fox", [Path("/a")]) == [b"1"]
        database.close()


def test_two_write_at_once(tmp_path: Path) -> None:
    def write(start: int) -> None:
        own = Database(tmp_path / "library.sqlite")
        for i in range(start, start + 40):
            own.add([File(Path(f"/a/{i}.png"), 1, 1, i.to_bytes(2))], [Content(i.to_bytes(2))])

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Database(tmp_path / "library.sqlite").files(Path("/a"))) == 80


#: the table of contents in an index of version 1, and a row of it
OLDER = """
create table content (hash blob primary key, width int, height int, orientation int, taken text, words text,
                      phashes blob, pixels blob, error text) without rowid;
create table file (id integer primary key, path blob unique not null, size int not null, mtime int not null,
                   hash blob not null);
create virtual table word using fts5 (name, words);
create table verdict (a blob, b blob, verdict text not null, primary key (a, b)) without rowid;
insert into content values (x'31', 48, 32, 1, '', 'a kite', x'', x'99', ''), (x'32', 0, 0, 1, '', '', x'', null, 'bad');
insert into file values (1, '/a/x.png', 1, 1, x'31');
insert into verdict values (x'31', x'32', 'different');
pragma user_version = 1;
"""


def test_an_older_index_keeps_what_it_knows_and_is_measured_again(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "library.sqlite") as connection:
        connection.executescript(OLDER)
    connection.close()
    database = Database(tmp_path / "library.sqlite")
    assert database.errors([b"1", b"2"]) == {b"2": "bad"}  # a good content is read once more
    database.add([], [Content(b"1", 48, 32, format="PNG", measures=b"4444")])
    assert database.errors([b"1"]) == {b"1": ""}
    content = database.contents([b"1"])[b"1"]
    assert (content.words, content.format, content.measures) == ("a kite", "PNG", b"4444")
    assert database.pixels(b"1") == b"\x99" and database.different() == {frozenset((b"1", b"2"))}
    assert Database(tmp_path / "library.sqlite").errors([b"1"]) == {b"1": ""}


def test_small_copies_are_kept_beside_the_rest(database: Database) -> None:
    grey = bytes(range(256)) * 4
    database.add([], [Content(b"1", grey=grey, measures=b"4444"), Content(b"2", error="damaged")])
    found = database.greys([b"2", b"1"])
    assert not found[0].any() and found[1].tobytes() == grey
    assert database.contents([b"1"])[b"1"].grey == b""  # only `greys` reads them
    database.clear()
    assert not database.greys([b"1"]).any()


def test_pictures_of_an_index_without_small_copies_are_read_again(tmp_path: Path) -> None:
    database = Database(tmp_path / "library.sqlite")
    database.add([], [Content(b"1", measures=b"4444"), Content(b"2", seconds=2.5), Content(b"3", error="damaged")])
    with database.writing() as connection:  # as the version before left it
        connection.execute("drop table small")
        connection.execute("pragma user_version = 2")
    database.close()
    again = Database(tmp_path / "library.sqlite")
    assert again.errors([b"1", b"2", b"3"]) == {b"2": "", b"3": "damaged"}
    again.add([], [Content(b"1", measures=b"5555", grey=bytes(1023) + b"1")])
    assert again.errors([b"1"]) == {b"1": ""} and again.greys([b"1"]).any()
