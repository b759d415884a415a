"""May this address be fetched from? Read strictly, resolved once, and checked before anything connects.

An address that a person typed must not make the machine ask its own services or its neighbours. So every address that
a name stands for must be a public one (or in a network that the settings name), and the connection goes to exactly the
addresses that were checked: the name is not looked up again.
"""

from __future__ import annotations

import queue
import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from kpi.errors import DefinitionError, EngineError, FileError

PORTS = {"https": 443, "http": 80}
LONGEST = 4000
LOOKUP_SECONDS = 20.0
SECRET_WORDS = (
    "token",
    "secret",
    "passw",
    "pwd",
    "apikey",
    "api_key",
    "api-key",
    "signature",
    "credential",
    "access_key",
)
SECRET_NAMES = frozenset({"key", "sig", "auth", "accesskey", "x-amz-credential"})

NAT64 = ip_network("64:ff9b::/96")
SITE_LOCAL = ip_network("fec0::/10")

Lookup = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True)
class Address:
    """One HTTP address, in parts. What may be secret is left out of its text form."""

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)  # path and query
    authorization: str | None = field(repr=False, default=None)  # from user and password before the host

    @property
    def origin(self) -> tuple[str, str, int]:
        """What must stay the same for credentials to go along."""
        return self.scheme, self.host, self.port

    @property
    def file_name(self) -> str:
        """The last part of the path; may be empty."""
        return unquote(self.target.partition("?")[0].rsplit("/", 1)[-1])


def read_address(text: str, *, http: bool, base: Address | None = None) -> Address:
    """An address in parts; relative to `base` for a redirect. `DefinitionError` for anything but https (or http)."""
    if len(text) > LONGEST or any(letter <= " " or letter in "\\\x7f" for letter in text):
        raise _bad_address()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad_address() from None
    if base is not None and not parts.netloc and parts.scheme in ("", base.scheme):
        return _beside(base, parts.path, parts.query)
    scheme = parts.scheme.lower() or (base.scheme if base else "")
    if scheme not in PORTS or not parts.hostname:
        raise _bad_address()
    if scheme == "http" and not http:
        raise DefinitionError(
            "address_not_secure",
            "This address is not protected by TLS (https).",
            remedy="Use the https address, or set refresh_http in the settings.",
            found=parts.hostname,
        )
    try:
        host = parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode("ascii")
    except UnicodeError:
        raise _bad_address() from None
    target = _quoted(parts.path or "/") + (f"?{_quoted(parts.query)}" if parts.query else "")
    return Address(scheme, host, port or PORTS[scheme], target, _basic(parts.username, parts.password))


def refuse_secrets(text: str) -> None:
    """`DefinitionError` for an address that carries a credential: it would be stored and shown with the source."""
    try:
        parts = urlsplit(text)
    except ValueError:
        raise _bad_address() from None
    names = [name.lower() for name, _ in parse_qsl(f"{parts.query}&{parts.fragment}", keep_blank_values=True)]
    told = any(name in SECRET_NAMES or any(word in name for word in SECRET_WORDS) for name in names)
    if told or "@" in parts.netloc:
        raise DefinitionError(
            "address_holds_secret",
            "This address holds a password or token, which must not be stored with the source.",
            remedy="Put the address into a secret (WAYMARK_SOURCE_<NAME>) and give the secret's name instead.",
        )


def addresses_of(address: Address, private_networks: Sequence[str], lookup: Lookup | None = None) -> tuple[str, ...]:
    """The addresses to connect to, all of them allowed; `FileError` when one is not, or when the name is unknown."""
    try:
        found = tuple(dict.fromkeys((lookup or look_up)(address.host, address.port)))
    except (OSError, UnicodeError):
        found = ()
    if not found:
        raise FileError(
            "host_unknown",
            f"There is no host {address.host}, or it cannot be looked up now.",
            remedy="Check the address and the connection of this machine.",
            found=address.host,
        )
    for text in found:
        if not _is_allowed(text, private_networks):
            raise FileError(
                "private_address",
                f"{address.host} is an address of this machine or of its own network, which may not be fetched from.",
                remedy="If that is meant, name the network in refresh_private_networks in the settings.",
                found=address.host,
            )
    return found


def look_up(host: str, port: int) -> Sequence[str]:
    """Ask the system for a name's addresses, and give up after a while: the system itself may take minutes."""
    answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put([str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=LOOKUP_SECONDS)
    except queue.Empty:
        raise TimeoutError(f"{host} could not be looked up") from None
    if isinstance(found, Exception):
        raise found
    return found


def _is_allowed(text: str, private_networks: Sequence[str]) -> bool:
    """Whether an address is public, in whichever form it hides an IPv4 one, or in a network that is allowed."""
    found = _plain(ip_address(text.partition("%")[0]))
    if any(found in network for network in _networks(private_networks)):
        return True
    is_local = isinstance(found, IPv6Address) and found in SITE_LOCAL
    return found.is_global and not (found.is_multicast or found.is_reserved or is_local)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one: mapped, compatible, 6to4, Teredo or NAT64."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
    if inner is None and (address in NAT64 or (int(address) >> 32 == 0 and int(address) > 1)):
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def _networks(named: Sequence[str]) -> list[IPv4Network | IPv6Network]:
    try:
        return [ip_network(name, strict=False) for name in named]
    except ValueError as error:
        raise EngineError(
            "bad_private_network",
            f"refresh_private_networks in the settings holds something that is no network: {error}.",
            remedy="Write networks such as 10.1.0.0/16, with commas between.",
            found=str(error),
        ) from None


def _beside(base: Address, path: str, query: str) -> Address:
    """A redirect to another path of the same host."""
    before = base.target.partition("?")[0].rsplit("/", 1)[0]
    whole = path if path.startswith("/") else f"{before}/{path}"
    target = _quoted(whole or "/") + (f"?{_quoted(query)}" if query else "")
    return Address(base.scheme, base.host, base.port, target, base.authorization)


def _basic(user: str | None, password: str | None) -> str | None:
    if user is None and password is None:
        return None
    pair = f"{unquote(user or '')}:{unquote(password or '')}".encode()
    return f"Basic {b64encode(pair).decode('ascii')}"


def _quoted(text: str) -> str:
    return quote(text, safe="/%:@!$&'()*+,;=~-._?[]|")


def _bad_address() -> DefinitionError:
    """The address itself is not repeated: it may hold what must not be shown."""
    return DefinitionError(
        "bad_address", "This is no address that files are fetched from.", remedy="Write it as https://host/path."
    )
