"""The gate, asked directly: who is let in, who is turned away, and whose address counts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlencode

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kpi.language import translator
from kpi.ui.server.address import refuse_open_door
from kpi.ui.server.attempts import MOST_FAILURES, MOST_FAILURES_OF_ALL, WINDOW_OF_ALL_SECONDS, Attempts
from kpi.ui.server.gate import Gate
from kpi.ui.server.peer import believe_connections_only, proxy_middleware, trusted_networks

PASSWORD = "correct horse"
HOST = "localhost:8501"
FOREIGN = [
    "http://localhost:3000",
    "http://127.0.0.1:3000",
    "http://localhost",
    "https://other.example",
    "null",
    "file://",
]


async def inside(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands behind the gate: lets every websocket open and answers every request."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await PlainTextResponse(scope["client"][0])(scope, receive, send)


async def ask(
    app: ASGIApp,
    path: str,
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    method: str = "GET",
    body: bytes = b"",
    client: str = "127.0.0.1",
    **more_headers: str,
) -> tuple[int, dict[str, str], str]:
    """One request, or a websocket's opening with method `WS`: status (101 when it opens), headers, text."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"} if method == "WS" else {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        sent.append(message)

    named = {"host": HOST} | {
        name.replace("_", "-"): value for name, value in (*headers.items(), *more_headers.items())
    }
    scope = {
        "type": "websocket" if method == "WS" else "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "scheme": "ws" if method == "WS" else "http",
        "client": (client, 50000),
        "server": ("127.0.0.1", 8501),
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    await app(scope, receive, send)
    first = sent[0]
    if method == "WS":
        return (101 if first["type"] == "websocket.accept" else 403), {}, ""
    answered = {name.decode(): value.decode() for name, value in first["headers"]}
    return first["status"], answered, b"".join(message.get("body", b"") for message in sent[1:]).decode()


async def sign_in(
    app: ASGIApp,
    password: str = PASSWORD,
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    client: str = "127.0.0.1",
    **more_headers: str,
) -> tuple[int, dict[str, str], str]:
    """The answer to the form."""
    body = urlencode({"password": password}).encode()
    return await ask(app, "/login", headers, method="POST", body=body, client=client, **more_headers)


def gate(password: str | None = PASSWORD) -> Gate:
    """A gate before `inside`."""
    return Gate(inside, password=password, secret=b"secret")


def as_uvicorn_serves(app: ASGIApp, trusted: Sequence[str] = ()) -> ASGIApp:
    """The app with what uvicorn puts around it, and with the named proxies believed."""
    believe_connections_only()
    for middleware in proxy_middleware(trusted, translator("en")):
        app = middleware.cls(app, *middleware.args, **middleware.kwargs)
    config = uvicorn.Config(app, log_config=None)
    config.load()
    served: ASGIApp = config.loaded_app
    return served


def test_a_forwarded_address_is_no_way_around_the_limit() -> None:
    """A new X-Forwarded-For for every try: the connection's own address is counted, and waits."""

    async def attack() -> list[int]:
        app = as_uvicorn_serves(gate())
        tries = [sign_in(app, "wrong", x_forwarded_for=f"203.0.113.{at}") for at in range(MOST_FAILURES)]
        wrong = {status for status, _, _ in await asyncio.gather(*tries)}
        right = await sign_in(app, x_forwarded_for="203.0.113.200")
        return [*wrong, right[0]]

    assert asyncio.run(attack()) == [401, 429]


@pytest.mark.parametrize(
    ("trusted", "client", "forwarded", "seen"),
    [
        ((), "127.0.0.1", "203.0.113.7", "127.0.0.1"),
        (("127.0.0.1",), "127.0.0.1", "203.0.113.7", "203.0.113.7"),
        (("127.0.0.1",), "127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (("127.0.0.1",), "192.0.2.9", "203.0.113.7", "192.0.2.9"),
        (("10.1.2.3/8",), "10.9.9.9", "203.0.113.7", "203.0.113.7"),
        (("10.0.0.0/8",), "::ffff:10.9.9.9", "203.0.113.7", "203.0.113.7"),
        (("10.0.0.0/8",), "127.0.0.1", "198.51.100.1, 10.0.0.1", "127.0.0.1"),
        (("fd00::/8",), "fd00::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_only_named_proxies_say_who_is_asking(trusted: Sequence[str], client: str, forwarded: str, seen: str) -> None:
    """The last address that no trusted proxy has, and only on a trusted proxy's word."""
    app = as_uvicorn_serves(inside, trusted)
    assert asyncio.run(ask(app, "/", client=client, x_forwarded_for=forwarded))[2] == seen


def test_uvicorn_still_believes_headers_where_it_is_not_kept_from_it() -> None:
    """What is replaced is what uvicorn would use: its own class believes 127.0.0.1."""
    app = ProxyHeadersMiddleware(inside)  # type: ignore[arg-type]
    assert asyncio.run(ask(app, "/", x_forwarded_for="203.0.113.7"))[2] == "203.0.113.7"  # type: ignore[arg-type]


def test_a_proxy_that_is_no_address_ends_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is trusted by mistake, least of all everything."""
    with pytest.raises(SystemExit):
        trusted_networks(["*"], translator("en"))
    assert "WAYMARK_TRUSTED_PROXIES" in capsys.readouterr().err


def test_many_addresses_together_are_stopped_too() -> None:
    """After fifty failures from anywhere nobody signs in, and is told why; who is in stays in."""

    async def attack() -> None:
        app = gate()
        cookie = (await sign_in(app))[1]["set-cookie"].split(";")[0]
        tries = [sign_in(app, "wrong", client=f"192.0.2.{at}") for at in range(MOST_FAILURES_OF_ALL + 5)]
        statuses = [status for status, _, _ in await asyncio.gather(*tries)]
        assert (statuses.count(401), statuses.count(429)) == (MOST_FAILURES_OF_ALL, 5)
        status, headers, page = await sign_in(app, client="198.51.100.1")
        assert (status, "paused for everybody" in page) == (429, True)
        assert 0 < int(headers["retry-after"]) <= WINDOW_OF_ALL_SECONDS + 1
        assert "所有人的登录均已暂停" in (await sign_in(app, client="198.51.100.1", accept_language="zh-CN"))[2]
        assert (await ask(app, "/", cookie=cookie))[0] == 200

    asyncio.run(attack())


def test_the_pause_ends_in_time_and_not_by_a_success() -> None:
    """One who knows the password does not reset what the others did."""
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for at in range(MOST_FAILURES_OF_ALL):
        attempts.failed(f"192.0.2.{at}")
    attempts.succeeded("192.0.2.1")
    assert attempts.pause_seconds() > 0
    now[0] = WINDOW_OF_ALL_SECONDS
    assert attempts.pause_seconds() == 0


def test_ipv4_addresses_on_an_ipv6_socket_stay_apart() -> None:
    """One stranger's failures do not shut out everybody who comes by IPv4."""
    attempts = Attempts()
    for _ in range(MOST_FAILURES):
        attempts.failed("::ffff:192.0.2.1")
    assert attempts.wait_seconds("192.0.2.1") > 0
    assert attempts.wait_seconds("::ffff:192.0.2.2") == 0


@pytest.mark.parametrize("password", [None, PASSWORD])
@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("WS", "/_stcore/stream"),
        ("PUT", "/upload"),
        ("PUT", "/_stcore/upload_file/a/b"),
        ("POST", "/login"),
        ("GET", "/logout"),
        ("OPTIONS", "/_stcore/upload_file/a/b"),
        ("GET", "/media/0123.csv"),
    ],
)
def test_a_foreign_page_drives_nothing(password: str | None, origin: str, method: str, path: str) -> None:
    """Another port of this machine is another site, with a password and a session as without."""

    async def attack() -> int:
        app = gate(password)
        cookie = (await sign_in(app))[1]["set-cookie"].split(";")[0] if password else ""
        return (await ask(app, path, method=method, origin=origin, cookie=cookie))[0]

    assert asyncio.run(attack()) == 403


@pytest.mark.parametrize("password", [None, PASSWORD])
@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (HOST, f"http://{HOST}"),
        ("127.0.0.1:8501", "http://127.0.0.1:8501"),
        ("[::1]:8501", "http://[::1]:8501"),
        ("localhost", "http://localhost"),
        ("localhost:443", "https://LOCALHOST"),
        (HOST, None),
    ],
)
def test_our_own_pages_and_no_browser_at_all_get_through(password: str | None, host: str, origin: str | None) -> None:
    """The very host and port of the request is home; who names no origin is no page."""

    async def work() -> list[int]:
        app = gate(password)
        headers = {"host": host} | ({"origin": origin} if origin else {})
        cookie = (await sign_in(app, headers=headers))[1]["set-cookie"].split(";")[0] if password else ""
        return [
            (await ask(app, "/_stcore/stream", headers, method="WS", cookie=cookie))[0],
            (await ask(app, "/upload", headers, method="PUT", cookie=cookie))[0],
        ]

    assert asyncio.run(work()) == [101, 200]


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
def test_a_browser_that_names_no_origin_is_asked_for_its_site(site: str) -> None:
    """Changing something is for our own pages; a link from elsewhere to a page still works."""
    app = gate(None)
    assert asyncio.run(ask(app, "/upload", method="PUT", sec_fetch_site=site))[0] == 403
    assert asyncio.run(ask(app, "/_stcore/stream", method="WS", sec_fetch_site=site))[0] == 403
    assert asyncio.run(ask(app, "/", sec_fetch_site=site))[0] == 200


@pytest.mark.parametrize("header", ["x_forwarded_for", "x_real_ip", "forwarded"])
def test_without_a_password_nothing_forwarded_is_answered(header: str) -> None:
    """A proxy on this machine speaks for somebody elsewhere, whatever address it names."""
    assert asyncio.run(ask(gate(None), "/", {header: "127.0.0.1"}))[0] == 403


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "", None])
def test_an_open_door_without_a_password_ends_the_start(address: str | None) -> None:
    """Others could come in, and nobody would ask them."""
    with pytest.raises(SystemExit):
        refuse_open_door(address, None, translator("en"))
    refuse_open_door(address, PASSWORD, translator("en"))
