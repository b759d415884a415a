"""Whose address is at the other end? The connection's own, unless a proxy that the owner has named says otherwise."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Sequence

import uvicorn.config
from starlette.middleware import Middleware
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kpi.language import Translator


def believe_connections_only() -> None:
    """Keep uvicorn from believing `X-Forwarded-For`: it does so from 127.0.0.1, whoever sits there.

    Everybody on this machine, and everybody behind a proxy that hands the header on, could otherwise pick a new
    address for every try of the password. Streamlit passes no option on to uvicorn, which puts its middleware around
    the app right after importing it; so the middleware is replaced before.
    """
    if "ProxyHeadersMiddleware" not in vars(uvicorn.config):
        raise RuntimeError(
            "This uvicorn reads proxy headers in a way unknown here; install the version in constraints.txt."
        )
    vars(uvicorn.config)["ProxyHeadersMiddleware"] = _unwrapped


def proxy_middleware(trusted: Sequence[str], t: Translator) -> list[Middleware]:
    """What believes the named proxies, and nobody else; nothing where none is named."""
    networks = trusted_networks(trusted, t)
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=networks)] if networks else []


def trusted_networks(trusted: Sequence[str], t: Translator) -> list[str]:
    """The networks of the named proxies; ends the process at a name that is no address."""
    found: list[str] = []
    for name in trusted:
        try:
            network = ipaddress.ip_network(name, strict=False)
        except ValueError:
            message = t(
                "Waymark does not start: {name} in WAYMARK_TRUSTED_PROXIES (trusted_proxies) is no address. "
                "Write addresses or networks, such as 127.0.0.1 or 10.0.0.0/8.",
                name=name,
            )
            sys.stderr.write(message + "\n")
            raise SystemExit(2) from None
        found.append(str(network))
        if network.version == 4:  # as it appears on a socket that takes IPv6 as well
            found.append(f"::ffff:{network.network_address}/{96 + network.prefixlen}")
    return found


def _unwrapped(app: ASGIApp, **_options: object) -> ASGIApp:
    return app
