"""The server lets in whom it should, and takes files without holding them in memory."""

from __future__ import annotations

import http.client
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from kpi.ui.server.secret import read_secret
from kpi.ui.server.upload import upload_ticket
from tests.browser.conftest import ROOT, Server, command, environment, free_port

pytestmark = pytest.mark.browser
PASSWORD = "correct horse 电池"


@pytest.fixture(scope="module")
def protected(start: Callable[..., Server]) -> Server:
    """The app with a shared password and a limit of 2 MB a file."""
    return start(WAYMARK_PASSWORD=PASSWORD, WAYMARK_MAX_UPLOAD_MB="2")


def ask(
    server: Server, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """One request; header names are written with underscores."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    found = {name.lower(): value for name, value in answer.getheaders()}
    content = answer.read()
    connection.close()
    return answer.status, found, content


def sign_in(server: Server, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    """The answer's status and the cookie it sets."""
    form = urlencode({"password": password, "next": "/data?lang=zh"}).encode()
    status, headers, _ = ask(server, "POST", "/login", form, content_type="application/x-www-form-urlencoded", **more)
    return status, headers.get("set-cookie", "")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/media/0123.csv"),
        ("PUT", "/upload"),
        ("GET", "/download/" + "0" * 32),
        ("PUT", "/_stcore/upload_file/a/b"),
        ("GET", "/_stcore/host-config"),
        ("GET", "/_stcore/metrics"),
        ("GET", "/static/js/index.js"),
        ("GET", "/"),
    ],
)
def test_nothing_is_given_out_without_a_session(protected: Server, method: str, path: str) -> None:
    """Pages, media, uploads, downloads and Streamlit's own routes all ask for the password first."""
    status, _, body = ask(protected, method, path, b"x" if method == "PUT" else None)
    assert status == 401
    assert b"<script" not in body
    assert not list((protected.home / "staging").iterdir())


def test_a_browser_is_sent_to_the_login_page_and_back(protected: Server) -> None:
    """A page request goes to the form, which remembers where the reader was going."""
    status, headers, _ = ask(protected, "GET", "/data?lang=zh", accept="text/html")
    assert status == 303
    _, login, page = ask(protected, "GET", headers["location"])
    assert "密码" in page.decode()
    assert 'value="/data?lang=zh"' in page.decode()
    assert "default-src 'none'" in login["content-security-policy"]


def test_websocket_needs_a_session(protected: Server) -> None:
    """Without the cookie the socket never opens; with it, it does."""
    address = f"ws://127.0.0.1:{protected.port}/_stcore/stream"
    with pytest.raises(InvalidStatus), connect(address, subprotocols=["streamlit"]):  # type: ignore[list-item]
        pass
    _, cookie = sign_in(protected)
    with connect(
        address,
        subprotocols=["streamlit"],  # type: ignore[list-item]
        additional_headers={"Cookie": cookie.split(";")[0]},
    ):
        pass


def test_the_right_password_opens_and_signing_out_closes(protected: Server) -> None:
    """The cookie is kept from scripts and other sites, expires, and is worth nothing after signing out."""
    status, cookie = sign_in(protected)
    assert status == 303
    assert re.search(r"HttpOnly.*Max-Age=\d+.*SameSite=lax", cookie, re.IGNORECASE)
    session = cookie.split(";")[0]
    assert ask(protected, "GET", "/", cookie=session)[0] == 200
    assert ask(protected, "GET", "/logout", cookie=session)[0] == 303
    assert ask(protected, "GET", "/", cookie=session)[0] == 401


def test_a_forged_cookie_and_a_foreign_form_are_refused(protected: Server) -> None:
    """Neither a changed signature nor a form on another site gets in."""
    _, cookie = sign_in(protected)
    assert ask(protected, "GET", "/", cookie=cookie.split(";")[0][:-3] + "aaa")[0] == 401
    form = urlencode({"password": PASSWORD}).encode()
    assert ask(protected, "POST", "/login", form, origin="https://other.example")[0] == 403


def test_a_login_never_leads_to_another_site(protected: Server) -> None:
    """Where to go afterwards is a path of this server, whatever the link said."""
    for target in ("https://other.example", "//other.example", "/\\other.example"):
        form = urlencode({"password": PASSWORD, "next": target}).encode()
        assert ask(protected, "POST", "/login", form)[1]["location"] == "/"


def test_guessing_is_slowed_down(start: Callable[..., Server]) -> None:
    """After ten wrong passwords the address waits, even with the right one, whatever address it claims to be."""
    server = start(WAYMARK_PASSWORD=PASSWORD, FORWARDED_ALLOW_IPS="*")
    assert {sign_in(server, "wrong", x_forwarded_for=f"203.0.113.{at}")[0] for at in range(10)} == {401}
    assert sign_in(server)[0] == 429
    assert sign_in(server, x_forwarded_for="203.0.113.99")[0] == 429


def test_a_proxy_that_is_named_is_believed(start: Callable[..., Server]) -> None:
    """Each reader behind it has tries of their own, and a cookie for HTTPS only where they came by it."""
    server = start(WAYMARK_PASSWORD=PASSWORD, WAYMARK_TRUSTED_PROXIES="127.0.0.1")
    assert {sign_in(server, "wrong", x_forwarded_for="203.0.113.1")[0] for _ in range(10)} == {401}
    assert sign_in(server, x_forwarded_for="203.0.113.1")[0] == 429
    status, cookie = sign_in(server, x_forwarded_for="203.0.113.2", x_forwarded_proto="https")
    assert (status, "Secure" in cookie) == (303, True)


def test_a_page_on_another_port_opens_no_websocket(app: Server, protected: Server) -> None:
    """Neither without a password nor with a session; our own page does."""
    cookie = sign_in(protected)[1].split(";")[0]
    for server, headers in ((app, dict[str, str]()), (protected, {"Cookie": cookie})):
        address = f"ws://localhost:{server.port}/_stcore/stream"
        for origin in ("http://localhost:3000", "http://127.0.0.1:3000", f"http://127.0.0.1:{server.port}"):
            with (
                pytest.raises(InvalidStatus, match="403"),
                connect(address, origin=Origin(origin), additional_headers=headers),
            ):
                pass
        own = Origin(f"http://localhost:{server.port}")
        with connect(address, origin=own, additional_headers=headers):
            pass


def test_an_upload_lands_on_disk_under_a_token(protected: Server) -> None:
    """With session and ticket the file is stored under the name it had, made safe."""
    _, cookie = sign_in(protected)
    ticket = upload_ticket(read_secret(protected.home))
    status, _, body = ask(
        protected,
        "PUT",
        "/upload",
        b"a,b\n1,2\n",
        cookie=cookie.split(";")[0],
        x_waymark_ticket=ticket,
        x_waymark_name="..%2F%E6%8A%A5%E8%A1%A8.csv",
    )
    assert status == 200
    token = re.search(rb'"token":"([0-9a-f]{32})"', body)
    assert token is not None
    stored = protected.home / "staging" / token[1].decode() / "upload" / "报表.csv"
    assert stored.read_bytes() == b"a,b\n1,2\n"


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_over_the_limit_is_refused_and_not_kept(protected: Server, announced: bool) -> None:
    """413, whether the size was said beforehand or only turns out on the way."""
    _, cookie = sign_in(protected)
    before = set((protected.home / "staging").iterdir())
    block = b"x" * 2**20
    body = block * 3 if announced else iter([block] * 3)
    status, _, _ = ask(
        protected,
        "PUT",
        "/upload",
        body,
        cookie=cookie.split(";")[0],
        x_waymark_ticket=upload_ticket(read_secret(protected.home)),
        x_waymark_name="big.csv",
    )
    assert status == 413
    assert set((protected.home / "staging").iterdir()) == before


def test_an_upload_without_a_ticket_of_this_server_is_refused(app: Server) -> None:
    """Another page in the same browser cannot push files in, even where there is no password."""
    assert ask(app, "PUT", "/upload", b"x", x_waymark_name="a.csv")[0] == 403
    assert ask(app, "PUT", "/upload", b"x", x_waymark_name="a.csv", x_waymark_ticket="forged")[0] == 403
    assert not list((app.home / "staging").iterdir())


def test_without_a_password_other_names_are_not_answered(app: Server) -> None:
    """A foreign name that points at this machine reaches nothing (DNS rebinding), nor does a forwarded request."""
    assert ask(app, "GET", "/", host="other.example")[0] == 403
    assert ask(app, "GET", "/", x_forwarded_for="203.0.113.7")[0] == 403
    assert ask(app, "GET", "/", host=f"localhost:{app.port}")[0] == 200


def test_pages_refuse_foreign_content(app: Server) -> None:
    """Images, scripts and connections come from this server only."""
    _, headers, _ = ask(app, "GET", "/")
    policy = headers["content-security-policy"]
    assert "img-src 'self' data: blob:" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("address", "blank"), [("0.0.0.0", {}), ("::", {}), ("", {}), ("0.0.0.0", {"WAYMARK_PASSWORD": "   "})]
)
def test_an_open_door_does_not_start(tmp_path: Path, address: str, blank: dict[str, str]) -> None:
    """On any address but this machine's own, and on none given, without a real password: it ends and says why."""
    ended = subprocess.run(
        command(free_port(), f"--server.address={address}"),
        cwd=ROOT,
        env=environment(tmp_path, **blank),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert "WAYMARK_PASSWORD" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_a_large_upload_leaves_memory_flat(app: Server) -> None:
    """300 MB stream to disk while the server grows by less than 40 MB."""
    status_file = Path(f"/proc/{app.process.pid}/status")
    if not status_file.exists():
        pytest.skip("memory is read from /proc, which this system does not have")

    def peak() -> int:
        return int(re.search(r"VmHWM:\s+(\d+)", status_file.read_text())[1])  # type: ignore[index]

    ask(app, "GET", "/")
    before = peak()
    block = bytes(range(256)) * 4096
    ticket = upload_ticket(read_secret(app.home))
    status, _, _ = ask(app, "PUT", "/upload", iter([block] * 300), x_waymark_ticket=ticket, x_waymark_name="big.bin")
    assert status == 200
    assert peak() - before < 40 * 1024
