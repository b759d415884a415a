"""How is a file fetched from an HTTPS address without trusting the other side?

The connection goes to the addresses that were checked, each redirect is checked anew, and neither an endless or slow
body nor one that inflates without end gets past the limits. A proxy of the environment is not used: it would look up
names on its own.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kpi.errors import FileError, KpiError
from kpi.ingest.archives import DISK_ERRORS
from kpi.refresh.address import PORTS, Address, Lookup, addresses_of, read_address
from kpi.refresh.failures import cut_short, disk_failed, failed, is_a_page, refused, too_large
from kpi.refresh.inflation import inflated
from kpi.refresh.watch import Watch
from kpi.settings import RefreshSettings

MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
IDLE_SECONDS = 30.0
CHUNK = 2**18
PAGE_SIGNS = (b"<!doctype html", b"<html")


@dataclass(frozen=True)
class Downloaded:
    """A fetched file: what it is called, whether the other side told so, and its size on disk."""

    name: str
    told: bool
    size: int


def download(
    url: str,
    target: Path,
    settings: RefreshSettings,
    *,
    authorization: str | None = None,
    cancel: threading.Event | None = None,
    lookup: Lookup | None = None,
) -> Downloaded:
    """Fetch an address into the file `target`. `authorization` is sent as the header of that name, to this host only.

    Raises `DefinitionError` for an address that cannot be meant, `FileError` for what the other side does or is, and
    `StoppedError` when `cancel` is set. A file that could not be fetched whole is not left behind.
    """
    with Watch(settings.seconds, cancel) as watch:
        try:
            return _follow(url, target, settings, authorization, watch, lookup)
        except KpiError:
            target.unlink(missing_ok=True)
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            target.unlink(missing_ok=True)
            watch.check()
            if isinstance(error, OSError) and error.errno in DISK_ERRORS:
                raise disk_failed(error) from error
            raise failed(error) from None


def _follow(
    url: str, target: Path, settings: RefreshSettings, authorization: str | None, watch: Watch, lookup: Lookup | None
) -> Downloaded:
    address = first = read_address(url, http=settings.http)
    for _ in range(MOST_REDIRECTS + 1):
        watch.check()
        ips = addresses_of(address, settings.private_networks, lookup)
        given = (authorization or first.authorization) if address.origin == first.origin else None
        with closing(_Pinned(address, ips, watch)) as connection, closing(_ask(connection, address, given)) as response:
            if response.status not in REDIRECTS:
                return _receive(response, address, target, settings, watch)
            address = _next(response, address, settings)
    raise FileError(
        "too_many_redirects",
        f"The address leads on and on; given up after {MOST_REDIRECTS} steps.",
        remedy="Open the address in a browser and use the one it ends at.",
    )


def _ask(connection: _Pinned, address: Address, authorization: str | None) -> http.client.HTTPResponse:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Waymark"}
    if authorization is not None:
        headers["Authorization"] = authorization
    connection.request("GET", address.target, headers=headers)
    return connection.getresponse()


def _next(response: http.client.HTTPResponse, address: Address, settings: RefreshSettings) -> Address:
    """Where a redirect leads. It may not bring credentials of its own, nor leave TLS."""
    location = response.headers.get("Location", "")
    if not location:
        raise refused(response.status)
    following = read_address(location, http=settings.http and address.scheme == "http", base=address)
    if following.authorization not in (None, address.authorization):
        raise FileError(
            "redirect_with_password",
            "The address leads on to one with a user and password in it.",
            remedy="Open the address in a browser and use the one it ends at.",
        )
    return following


def _receive(
    response: http.client.HTTPResponse, address: Address, target: Path, settings: RefreshSettings, watch: Watch
) -> Downloaded:
    if response.status != 200:
        raise refused(response.status)
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > settings.max_bytes:
        raise too_large(settings)
    size = 0
    body = inflated(_body(response, declared, settings, watch), response.headers.get("Content-Encoding", ""))
    with target.open("wb") as out:
        for chunk in body:
            if size == 0 and _is_page(chunk):
                raise is_a_page()
            size += len(chunk)
            if size > settings.max_bytes:
                raise too_large(settings)
            watch.check()
            out.write(chunk)
    told = response.headers.get_filename()
    return Downloaded(_plain(told or address.file_name), bool(told), size)


def _body(
    response: http.client.HTTPResponse, declared: str, settings: RefreshSettings, watch: Watch
) -> Iterator[bytes]:
    """The bytes as they come. One cut short is an error: half a file must not pass for a whole one."""
    size = 0
    while chunk := response.read(CHUNK):
        watch.check()
        size += len(chunk)
        if size > settings.max_bytes:
            raise too_large(settings)
        yield chunk
    watch.check()
    if declared.isdecimal() and not response.chunked and size < int(declared):
        raise cut_short()


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses that were looked up and checked before; the name serves TLS and the Host header."""

    def __init__(self, address: Address, ips: tuple[str, ...], watch: Watch) -> None:
        super().__init__(address.host, address.port)
        self.default_port = PORTS[address.scheme]
        self._address, self._ips, self._watch = address, ips, watch

    def connect(self) -> None:
        """Connect to the first address that answers, with TLS where the scheme says so."""
        plain = self._connect_plain()
        if self._address.scheme == "http":
            self.sock = plain
            return
        context = ssl.create_default_context()
        secured = context.wrap_socket(plain, server_hostname=self._address.host, do_handshake_on_connect=False)
        self.sock = secured
        self._watch.hold(secured)
        secured.do_handshake()

    def _connect_plain(self) -> socket.socket:
        failed: OSError | None = None
        for ip in self._ips:
            self._watch.check()
            try:
                made = socket.create_connection((ip, self._address.port), min(IDLE_SECONDS, self._watch.left))
            except OSError as error:
                failed = error
                continue
            made.settimeout(IDLE_SECONDS)
            self._watch.hold(made)
            return made
        raise failed or OSError("no address")


def _plain(told: str) -> str:
    """A file's name as the other side tells it, without any path of its own."""
    name = told.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in name if letter.isprintable()).strip(". ")[-120:]


def _is_page(start: bytes) -> bool:
    """Whether a body begins as a web page does: what an expired link to a file mostly shows."""
    return start[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(PAGE_SIGNS)
