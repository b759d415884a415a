"""Who may come in? Middleware before everything: pages, websocket, media, uploads, downloads.

With a password: whoever carries a signed session cookie. Without one: this machine alone, asking for it by a name of
this machine (so that a foreign page cannot reach in by pointing its own name here). In both cases no page of another
site, or of another port, may ask for anything.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kpi.language import Translator, choose_language, translator
from kpi.ui.server.address import host_of, is_loopback
from kpi.ui.server.attempts import Attempts
from kpi.ui.server.login import login_page, safe_target
from kpi.ui.server.origin import may_ask, sent_from_here
from kpi.ui.server.secret import signed_value, signer

COOKIE = "waymark_session"
SESSION_SECONDS = 7 * 24 * 3600
LARGEST_FORM = 16 * 1024
FAILURE_DELAY_SECONDS = 0.5
_FORWARDED = ("x-forwarded-for", "x-real-ip", "forwarded")


class Gate:
    """The middleware. `base` is the path the app is served under (`server.baseUrlPath`), without a slash at its end."""

    def __init__(self, app: ASGIApp, *, password: str | None, secret: bytes, base: str = "") -> None:
        self._app, self._password, self._base = app, password, base
        # A changed password signs everybody out: its digest is part of what sessions are signed for.
        digest = hashlib.sha256((password or "").encode()).hexdigest()
        self._signer = signer(secret, f"session:{digest}")
        self._signed_out: set[str] = set()
        self._attempts = Attempts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] == f"{self._base}/_stcore/health":
            await self._app(scope, receive, send)
        elif not may_ask(HTTPConnection(scope)):
            await _deny(scope, receive, send, _foreign(_translator(HTTPConnection(scope))))
        elif self._password is None:
            await self._admit_this_machine(scope, receive, send)
        elif scope["path"] == f"{self._base}/login":
            await (await self._login(Request(scope, receive), self._password))(scope, receive, send)
        elif scope["path"] == f"{self._base}/logout":
            await self._logout(HTTPConnection(scope))(scope, receive, send)
        elif self._session(HTTPConnection(scope)) is not None:
            await self._app(scope, receive, send)
        else:
            await self._turn_away(HTTPConnection(scope), scope, receive, send)

    async def _admit_this_machine(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        client, server = scope.get("client"), scope.get("server")
        forwarded = any(name in connection.headers for name in _FORWARDED)  # a proxy here speaks for somebody elsewhere
        local = client and server and is_loopback(client[0]) and is_loopback(server[0]) and not forwarded
        if local and is_loopback(host_of(connection.headers.get("host"))):
            await self._app(scope, receive, send)
            return
        t = _translator(connection)
        message = t(
            "Waymark has no password yet, so it answers this machine only. "
            "Set one (WAYMARK_PASSWORD) to reach it from elsewhere."
        )
        await _deny(scope, receive, send, PlainTextResponse(message, status_code=403))

    async def _turn_away(self, connection: HTTPConnection, scope: Scope, receive: Receive, send: Send) -> None:
        t = _translator(connection)
        response: Response = PlainTextResponse(t("Sign in first."), status_code=401)
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            asks_for_page = "text/html" in connection.headers.get("accept", "")
            if asks_for_page:
                target = scope["path"] + (f"?{connection.url.query}" if connection.url.query else "")
                response = RedirectResponse(f"{self._base}/login?next={quote(target)}", status_code=303)
        response.headers["cache-control"] = "no-store"
        await _deny(scope, receive, send, response)

    async def _login(self, request: Request, password: str) -> Response:
        action = f"{self._base}/login"
        if request.method in ("GET", "HEAD"):
            target = safe_target(request.query_params.get("next"), self._base)
            return login_page(_translator(request, target), action, target)
        if request.method != "POST":
            return PlainTextResponse("405", status_code=405, headers={"allow": "GET, HEAD, POST"})
        form = parse_qs((await _small_body(request)).decode("utf-8", "replace"))
        target = safe_target(form.get("next", [""])[0], self._base)
        t = _translator(request, target)
        address = request.client.host if request.client else ""
        wait, pause = self._attempts.wait_seconds(address), self._attempts.pause_seconds()
        if wait or pause:
            response: Response = login_page(t, action, target, _patience(t, wait, pause), 429)
            response.headers["retry-after"] = str(max(wait, pause))
            return response
        if not _equal(form.get("password", [""])[0], password):
            self._attempts.failed(address)
            await asyncio.sleep(FAILURE_DELAY_SECONDS)
            return login_page(t, action, target, t("That is not the password. Check for capitals and spaces."), 401)
        self._attempts.succeeded(address)
        response = RedirectResponse(target, status_code=303)
        response.set_cookie(
            COOKIE,
            self._signer.dumps(secrets.token_hex(16)),
            max_age=SESSION_SECONDS,
            path=f"{self._base}/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    def _logout(self, connection: HTTPConnection) -> Response:
        if not sent_from_here(connection):
            return _foreign(_translator(connection))
        session = self._session(connection)
        if session is not None:
            self._signed_out.add(session)
        response = RedirectResponse(f"{self._base}/login", status_code=303)
        response.delete_cookie(COOKIE, path=f"{self._base}/")
        return response

    def _session(self, connection: HTTPConnection) -> str | None:
        session = signed_value(self._signer, connection.cookies.get(COOKIE), SESSION_SECONDS)
        return None if session in self._signed_out else session


def _translator(connection: HTTPConnection, target: str = "") -> Translator:
    """In the language of the link (or of the link that is asked for in the end), else of the browser."""
    asked = connection.query_params.get("lang") or parse_qs(urlsplit(target).query).get("lang", [None])[0]
    return translator(choose_language(asked or connection.headers.get("accept-language")))


def _foreign(t: Translator) -> Response:
    return PlainTextResponse(t("This request came from another site."), status_code=403)


def _patience(t: Translator, wait: int, pause: int) -> str:
    """Why the password is not even looked at: this address, or all of them, failed too often."""
    if wait >= pause:
        return t.plural("Too many tries. Wait {n} minute.", "Too many tries. Wait {n} minutes.", -(-wait // 60))
    return t.plural(
        "Too many wrong passwords came in, so signing in is paused for everybody. Try again in {n} minute.",
        "Too many wrong passwords came in, so signing in is paused for everybody. Try again in {n} minutes.",
        -(-pause // 60),
    )


def _equal(given: str, wanted: str) -> bool:
    """Compared in constant time, whatever the lengths."""
    return hmac.compare_digest(hashlib.sha256(given.encode()).digest(), hashlib.sha256(wanted.encode()).digest())


async def _small_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return b""
    return body


async def _deny(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    """Answer a page request with the response; close a websocket before it opens."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await response(scope, receive, send)
