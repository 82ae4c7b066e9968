"""The guard before every page: hosts, origins, tokens, visitors, rates, and the headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
from functools import cache
from ipaddress import ip_address, ip_network
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clipgen.web.limits import Limits
from clipgen.web.settings import WebSettings

_log = logging.getLogger("clipgen.web")

#: the visitor where all who may enter are one person
OWNER = "owner"
SIGN_IN = "/sign-in"
_SAFE = ("GET", "HEAD", "OPTIONS")
_VISITOR = re.compile(r"[0-9a-f]{32}")
_YEAR = 365 * 24 * 3600
_WRONG, _LATER = "too many wrong tokens; wait a little", {"Retry-After": "10"}

HEADERS = {
    # everything comes from here, nothing is written into pages, and no other site may frame them
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not no-referrer, with which browsers send the origin "null"
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Middleware that answers only whom it may, and gives every request its visitor.

        >>> from starlette.applications import Starlette
        >>> guard = Guard(Starlette(), WebSettings(), Limits({}))

    After it `request.state.visitor` is OWNER, or, where visitors are strangers to each other, a number of their own.
    A request is refused with 400 for a foreign host name (DNS rebinding), 403 for a foreign origin (cross-site
    requests), 401 without the token, and 429 when its address asks too often, or sent too many wrong tokens: then a
    token is not even compared, since a guess that enters would be no slower for the wrong ones before it. Cookies are
    compared all the same, so that browsers that are signed in stay in.
    """

    def __init__(self, app: ASGIApp, settings: WebSettings, limits: Limits) -> None:
        self.app, self.settings, self.limits = app, settings, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        cookies: dict[str, str] = {}

        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                for name, value in cookies.items():
                    headers.append("Set-Cookie", cookie(name, value))
            await send(message)

        if (refusal := self._refusal(asked)) is not None:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await refusal(scope, receive, answer)
            return
        scope.setdefault("state", {})["visitor"] = self._visitor(asked, cookies)
        try:
            await self.app(scope, receive, answer)
        except ClientDisconnect:
            pass  # before its request was whole; there is no one to answer
        except Exception:
            if begun or scope["type"] == "websocket":
                raise
            # here, so that this answer has the headers of all others
            _log.exception("%s %s", scope["method"], scope["path"])
            await _refused(500, "the server made a mistake; its log says which")(scope, receive, answer)

    def _refusal(self, asked: HTTPConnection) -> Response | None:
        """The answer to a request that is refused; None where it may pass."""
        host = asked.headers.get("host", "")
        if not is_ours(host, self.settings):
            return _refused(400, "this server is not known by that host name; start it with --name to allow it")
        if is_foreign(asked, host):
            return _refused(403, "requests from other sites are refused")
        if wait := self.limits.wait(address_of(asked), "read" if _is_safe(asked) else "write"):
            return _refused(429, "too many requests; wait a little", {"Retry-After": str(int(wait) + 1)})
        return self._unauthorised(asked)

    def _unauthorised(self, asked: HTTPConnection) -> Response | None:
        token, path = self.settings.token, asked.url.path
        if token is None or path == SIGN_IN or path.startswith("/static/"):
            return None
        given = asked.query_params.get("token") if asked.scope.get("method") == "GET" else None
        bearer = asked.headers.get("authorization")
        # a request without a token is no guess: a page that is left open would keep its own visitor from signing in
        is_guess, address = (given, bearer) != (None, None), address_of(asked)
        if is_guess and not self.limits.is_spent(address, "sign_in"):
            if given is not None and matches(given, token):
                return signed_in(path, asked, self.settings)
            if bearer is not None and matches(bearer.removeprefix("Bearer "), token):
                return None
        known = asked.cookies.get(f"{self.settings.cookie}-token", "")
        if matches(known, fingerprint(token)):
            return None
        if is_guess and self.limits.wait(address, "sign_in"):
            return _refused(429, _WRONG, _LATER)
        if path.startswith("/api/") or asked.scope.get("method") != "GET":
            return _refused(401, "a token is needed: send it as `Authorization: Bearer TOKEN`")
        return RedirectResponse(f"{SIGN_IN}?{urlencode({'next': path})}", 303)

    def _visitor(self, asked: HTTPConnection, cookies: dict[str, str]) -> str:
        if not self.settings.is_shared:
            return OWNER
        name = f"{self.settings.cookie}-visitor"
        known = asked.cookies.get(name, "")
        if not _VISITOR.fullmatch(known):
            known = secrets.token_hex(16)
            cookies[name] = known
        return known


def is_ours(host: str, settings: WebSettings) -> bool:
    """Whether a Host header names this server.

        >>> local, open_to_all = WebSettings(), WebSettings(host="0.0.0.0", names=("studio.lan",))
        >>> [is_ours(host, local) for host in ("localhost:8100", "[::1]:8100", "10.0.0.5:8100", "evil.example")]
        [True, True, False, False]
        >>> [is_ours(host, open_to_all) for host in ("10.0.0.5:8100", "studio.lan:8100", "evil.example")]
        [True, True, False]

    Another site can make its own name mean this machine (DNS rebinding), but not an address: of these, all are allowed
    where the server listens beyond this machine.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name in ("localhost", settings.host, *(other.lower() for other in settings.names)):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or not settings.is_local


def is_foreign(asked: HTTPConnection, host: str) -> bool:
    """Whether a request comes from a page of another site; links to pages may be followed from anywhere."""
    origin, site = asked.headers.get("origin"), asked.headers.get("sec-fetch-site", "none")
    if asked.scope["type"] == "websocket" or not _is_safe(asked):
        if origin is not None and _host_of(origin) != host.lower():
            return True
        return site not in ("none", "same-origin")
    is_link = asked.headers.get("sec-fetch-mode") == "navigate" and not asked.url.path.startswith("/api/")
    return site in ("cross-site", "same-site") and not is_link


def _host_of(origin: str) -> str:
    """The host and port of an origin; nothing for what is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # such as http://[
        return ""


def matches(given: str, expected: str) -> bool:
    """Whether two texts are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


def is_token(given: str, expected: str, request: Request) -> bool:
    """Whether a token that came with a request is the right one; a wrong one counts against its address.

    Raises HTTPException, before the token is compared, where that sent too many wrong ones.
    """
    limits, address = request.app.state.limits, address_of(request)
    if limits.is_spent(address, "sign_in"):
        raise HTTPException(429, _WRONG, _LATER)
    if matches(given, expected):
        return True
    limits.wait(address, "sign_in")
    return False


@cache
def fingerprint(token: str) -> str:
    """What a browser keeps of a token of this server; slow, so that whoever finds a cookie cannot try all short tokens.

    It has no key, since several servers behind one address have the same token and no file in common.
    """
    return hashlib.scrypt(token.encode("utf-8", "replace"), salt=b"clipgen", n=2**14, r=8, p=1).hex()


def signed_in(path: str, asked: HTTPConnection, settings: WebSettings) -> Response:
    """Redirect to a page of this server, with the cookie of the token."""
    rest = [(name, value) for name, value in asked.query_params.multi_items() if name != "token"]
    # two slashes at the start would be another host
    place = "/" + path.lstrip("/\\")
    answer = RedirectResponse(place + (f"?{urlencode(rest)}" if rest else ""), 303)
    answer.headers.append("Set-Cookie", cookie(f"{settings.cookie}-token", fingerprint(settings.token or "")))
    return answer


def cookie(name: str, value: str) -> str:
    """A Set-Cookie header for this site alone, that scripts cannot see.

    >>> cookie("a", "b")
    'a=b; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax'
    """
    return f"{name}={value}; Path=/; Max-Age={_YEAR}; HttpOnly; SameSite=Lax"


def address_of(asked: HTTPConnection) -> str:
    """The address of whoever asks; of IPv6 the network, since each of its users has a whole one."""
    host = asked.client.host if asked.client else ""
    try:
        return str(ip_network(f"{host}/64", strict=False)) if ":" in host else host
    except ValueError:  # with a zone, such as fe80::1%eth0
        return host


def _is_safe(asked: HTTPConnection) -> bool:
    return asked.scope.get("method", "GET") in _SAFE


def _refused(status: int, why: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": why}, status, headers)
