import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from clipgen.web.security import HEADERS, fingerprint
from clipgen.web.settings import Rate

from .conftest import BOUNDS, Serve, Web, job


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "192.168.1.5", "", "[", "localhost@a.b:80"])
def test_a_foreign_host_name_is_refused(still: Web, host: str) -> None:
    for path in ("/", "/api/jobs", "/static/style.css"):
        assert still.client.get(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8100", "[::1]:8100", "LOCALHOST:1"])
def test_this_machine_by_any_of_its_names_is_answered(still: Web, host: str) -> None:
    assert still.client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://localhost:8101"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_request_from_another_site_changes_nothing(still: Web, headers: dict[str, str]) -> None:
    assert still.client.post("/api/jobs", json=job(), headers=headers).status_code == 403
    assert still.client.get("/api/jobs").json()["jobs"] == []


def test_another_site_can_link_but_not_embed(still: Web) -> None:
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert still.client.get("/", headers={**cross, "Sec-Fetch-Mode": "navigate"}).status_code == 200
    assert still.client.get("/", headers={**cross, "Sec-Fetch-Mode": "no-cors"}).status_code == 403
    assert still.client.get("/api/jobs", headers={**cross, "Sec-Fetch-Mode": "navigate"}).status_code == 403


def test_a_form_of_another_site_cannot_send_json(still: Web) -> None:
    plain = {"Content-Type": "text/plain"}
    assert still.client.post("/api/jobs", content=b'{"verb": "generate"}', headers=plain).status_code == 415


def test_every_answer_has_the_headers(still: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(type(still.room.queue), "entries", fail)
    for path, status in {"/": 200, "/no": 404, "/api/jobs": 500, "/static/style.css": 200}.items():
        answer = still.client.get(path)
        assert answer.status_code == status
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "a fault" not in answer.text and "Traceback" not in answer.text


def test_pages_have_no_scripts_or_styles_of_their_own(web: Web) -> None:
    page = f"/picture/{web.picture()['id']}"
    for path in ("/", "/gallery", "/api", page):
        text = web.client.get(path).text
        assert "style=" not in text and "<style" not in text and " on" + "click" not in text
        assert all("src=" in tag.partition(">")[0] for tag in text.split("<script")[1:])
        assert "http://" not in text.replace("http://localhost", "") and "https://" not in text


def test_without_the_token_nothing_is_shown(serve: Serve) -> None:
    web = serve(working=False, token="secret", host="0.0.0.0")
    assert web.client.get("/api/jobs").status_code == 401
    assert web.client.post("/api/jobs", json=job()).status_code == 401
    page = web.client.get("/", follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2F")
    assert web.client.get("/api/jobs", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert web.client.get("/api/jobs", headers={"Authorization": "Bearer secret"}).status_code == 200


def test_the_token_in_the_address_becomes_a_cookie(serve: Serve) -> None:
    web = serve(working=False, token="secret", host="0.0.0.0")
    entered = web.client.get("/gallery?token=secret&q=fox", follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/gallery?q=fox")
    assert "HttpOnly" in entered.headers["set-cookie"] and "secret" not in entered.headers["set-cookie"]
    assert web.client.get("/api/jobs").status_code == 200


def test_whoever_finds_a_cookie_cannot_try_many_tokens_against_it() -> None:
    began = time.process_time()
    assert fingerprint.__wrapped__("fox") != fingerprint.__wrapped__("fix")
    assert time.process_time() - began > 0.01


def test_the_token_can_be_typed(serve: Serve) -> None:
    web = serve(working=False, token="secret", host="0.0.0.0")
    assert web.client.post("/sign-in", data={"token": "wrong"}).status_code == 403
    entered = web.client.post("/sign-in", data={"token": "secret", "next": "//evil.example/x"}, follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/x")
    assert web.client.get("/api/jobs").status_code == 200


def test_guessing_the_token_is_slow(serve: Serve) -> None:
    from dataclasses import replace

    web = serve(working=False, token="secret", host="0.0.0.0", bounds=replace(BOUNDS, sign_in=Rate(0.01, 3)))
    codes = [web.client.get("/api/jobs", headers={"Authorization": f"Bearer {i}"}).status_code for i in range(4)]
    assert codes == [401, 401, 401, 429]


def guessed(serve: Serve) -> Web:
    """A server from whose only address three wrong tokens came, which are as many as it takes at once."""
    from dataclasses import replace

    web = serve(working=False, token="secret", host="0.0.0.0", bounds=replace(BOUNDS, sign_in=Rate(0.01, 3)))
    limits = web.client.app.state.limits  # type: ignore[attr-defined]
    limits.clock = lambda: 0.0
    wrong = [
        web.client.get("/api/jobs", headers={"Authorization": "Bearer wrong"}),
        web.client.get("/api/jobs?token=wrong"),
        web.client.post("/sign-in", data={"token": "wrong"}),
    ]
    assert [answer.status_code for answer in wrong] == [401, 401, 403]
    return web


def test_after_wrong_tokens_the_right_one_has_to_wait_too(serve: Serve) -> None:
    web = guessed(serve)
    for _ in range(2):
        given = [
            web.client.get("/api/jobs", headers={"Authorization": "Bearer secret"}),
            web.client.get("/api/jobs?token=secret", follow_redirects=False),
            web.client.post("/sign-in", data={"token": "secret"}, follow_redirects=False),
        ]
        assert [answer.status_code for answer in given] == [429] * 3
        assert all("too many wrong tokens" in answer.text for answer in given)
        assert not web.client.cookies
    web.client.app.state.limits.clock = lambda: 101.0  # type: ignore[attr-defined]
    assert web.client.get("/api/jobs", headers={"Authorization": "Bearer secret"}).status_code == 200


def test_wrong_tokens_of_others_sign_no_browser_out(serve: Serve) -> None:
    web = guessed(serve)
    web.client.app.state.limits.clock = lambda: 101.0  # type: ignore[attr-defined]
    assert web.client.get("/?token=secret").status_code == 200
    other = web.other()
    assert [other.get("/api/jobs?token=wrong").status_code for _ in range(2)] == [401, 429]
    assert web.client.get("/api/jobs").status_code == 200
    assert web.client.get("/api/jobs?token=secret").status_code == 200


def test_right_tokens_and_none_at_all_are_no_guesses(serve: Serve) -> None:
    from dataclasses import replace

    web = serve(working=False, token="secret", host="0.0.0.0", bounds=replace(BOUNDS, sign_in=Rate(0.01, 1)))
    for _ in range(3):
        stranger = web.other()
        assert stranger.get("/api/jobs").status_code == 401
        assert stranger.get("/api/jobs", headers={"Authorization": "Bearer secret"}).status_code == 200
        assert stranger.post("/sign-in", data={"token": "secret"}, follow_redirects=False).status_code == 303
        assert stranger.get("/?token=secret", follow_redirects=False).status_code == 303


def test_strangers_do_not_see_each_other(serve: Serve) -> None:
    web = serve(host="0.0.0.0")
    web.client.get("/")
    shown = web.picture()
    stranger = TestClient(web.client.app, base_url="http://localhost")
    stranger.get("/")
    assert stranger.get("/api/pictures").json()["pictures"] == []
    assert stranger.get("/api/jobs").json()["jobs"] == []
    files = shown["url"], shown["thumbnail"], shown["page"]
    for path in (*files, f"/api/pictures/{shown['id']}", f"/api/jobs/{shown['job']}"):
        assert stranger.get(path).status_code == 404
    assert stranger.delete(f"/api/pictures/{shown['id']}").status_code == 404
    assert stranger.post("/api/jobs", json=job(init_image=shown["file"])).status_code == 400
    assert web.client.get(shown["url"]).status_code == 200


def test_requests_of_one_address_are_limited(serve: Serve) -> None:
    from dataclasses import replace

    web = serve(working=False, bounds=replace(BOUNDS, write=Rate(0.01, 2)))
    codes = [web.client.post("/api/jobs", json=job()).status_code for _ in range(3)]
    assert codes == [201, 201, 429]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/pictures/..%2f..%2fstudio.sqlite",
        "/pictures/..%2fstudio.png",
        "/pictures/%00.png",
        "/thumbnails/..%5cx.webp",
        "/uploads/..%2fstudio.png",
        "/uploads//etc/passwd.png",
    ],
)
def test_no_name_leads_out_of_the_folders(still: Web, path: str) -> None:
    (still.room.folder / "studio.png").write_bytes(b"secret")
    answer = still.client.get(path)
    assert answer.status_code == 404 and "secret" not in answer.text and "import" not in answer.text


def test_messages_do_not_tell_where_the_server_is(web: Web, tmp_path: Path) -> None:
    shown = web.picture()
    (web.room.folder / shown["file"]).write_bytes(b"damaged")
    done = web.paint(job(init_image=shown["file"]))
    assert done["state"] == "failed" and str(tmp_path) not in done["error"] and shown["file"] in done["error"]
