"""May the server listen on this address? Without a password it talks to this machine only."""

from __future__ import annotations

import ipaddress
import sys
from ipaddress import IPv4Address, IPv6Address

from kpi.language import Translator


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine itself.

    >>> is_loopback("127.0.0.1"), is_loopback("[::1]"), is_loopback("0.0.0.0"), is_loopback(None)
    (True, True, False, False)
    """
    name = (host or "").strip().strip("[]").rstrip(".").lower()
    if name == "localhost":
        return True
    address = parsed_address(name)
    return address is not None and address.is_loopback


def parsed_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in a text, None where there is none; IPv4 behind an IPv6 mask is IPv4.

    >>> parsed_address("::ffff:192.0.2.1"), parsed_address("somewhere")
    (IPv4Address('192.0.2.1'), None)
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def host_of(header: str | None) -> str:
    """The name in a Host header, without its port.

    >>> host_of("localhost:8501"), host_of("[::1]:8501")
    ('localhost', '[::1]')
    """
    text = header or ""
    return text[: text.index("]") + 1] if text.startswith("[") and "]" in text else text.rsplit(":", 1)[0]


def refuse_open_door(address: str | None, password: str | None, t: Translator) -> None:
    """End the process when others could reach the server and nothing would ask them who they are."""
    if password is not None or is_loopback(address):
        return
    sys.stderr.write(
        t(
            "Waymark does not start on {address}: anybody who can reach this machine could read the data. "
            "Set a password (WAYMARK_PASSWORD, or password under [waymark] in .streamlit/secrets.toml), "
            "or listen on 127.0.0.1.",
            address=address or "0.0.0.0",
        )
        + "\n"
    )
    raise SystemExit(2)
