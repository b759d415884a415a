"""Did one of our own pages send this? Any page in the same browser carries the same cookie, and must not drive us."""

from __future__ import annotations

from starlette.requests import HTTPConnection

_READING = ("GET", "HEAD", "OPTIONS")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def may_ask(connection: HTTPConnection) -> bool:
    """Whether a request may be answered, as far as its sender goes: every origin it names must be this server.

    A request that names none is a plain visit, or comes from no browser at all; when it would change something, the
    browser's other word on the sender counts.
    """
    origins = connection.headers.getlist("origin")
    if origins:
        return all(is_origin_of(origin, connection.headers.get("host")) for origin in origins)
    reading = connection.scope["type"] == "http" and connection.scope["method"] in _READING
    return reading or sent_from_here(connection)


def sent_from_here(connection: HTTPConnection) -> bool:
    """Whether the browser says that the request comes from our own page or from the user; silence is no browser."""
    return connection.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


def is_origin_of(origin: str, host: str | None) -> bool:
    """Whether an Origin header names the very host and port of the Host header.

    >>> is_origin_of("http://localhost:8501", "localhost:8501"), is_origin_of("http://localhost:3000", "localhost:8501")
    (True, False)
    >>> is_origin_of("https://kpi.example", "KPI.example:443"), is_origin_of("null", "localhost:8501")
    (True, False)
    """
    scheme, _, place = origin.lower().partition("://")
    port = _DEFAULT_PORTS.get(scheme)
    if port is None or not place or not host:
        return False
    return place.removesuffix(port) == host.lower().removesuffix(port)
