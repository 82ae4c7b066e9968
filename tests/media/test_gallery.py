"""A page with thumbnails."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from clipgen.media.gallery import Row, write_album, write_gallery


def test_a_page_has_its_pictures_and_no_markup_of_names(tmp_path: Path) -> None:
    Image.new("RGBA", (900, 300), (255, 0, 0, 99)).save(tmp_path / "<b>&.png")
    page = tmp_path / "page.html"
    write_gallery(page, "<script>", [Row("a & b", [(tmp_path / "<b>&.png", "0.3 <i>"), (tmp_path / "no.png", "")])])
    text = page.read_text()
    assert text.count("data:image/jpeg;base64,") == 1 and "&lt;b&gt;&amp;.png" in text
    assert "<script>" not in text and "<i>" not in text and "<b>" not in text and len(text) < 20_000


def test_names_from_a_root_and_pictures_without_a_preview(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.png").write_bytes(b"no picture")
    page = tmp_path / "page.html"
    write_gallery(page, "found", [Row("", [(tmp_path / "in" / "bad.png", "")])], root=tmp_path)
    assert "in/bad.png<br>" in page.read_text() and "<img" not in page.read_text()
def test_an_album_has_each_line_under_its_picture(tmp_path: Path) -> None:
    Image.new("RGB", (900, 300), "red").save(tmp_path / "a.png")
    page = tmp_path / "album.html"
    write_album(page, "The <Sea>", [Row("I", [(tmp_path / "a.png", "Waves & wind"), (None, "Calm")])])
    text = page.read_text()
    first, second = text.index("Waves &amp; wind"), text.index("Calm")
    assert text.index("data:image/jpeg") < first < second and text.count("<img") == 1
    assert '<body class="album">' in text and "The &lt;Sea&gt;" in text and "a.png<br>" not in text
