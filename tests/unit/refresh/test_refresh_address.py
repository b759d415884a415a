"""Addresses: what may be fetched from is read strictly, and checked on what a name stands for."""

from __future__ import annotations

import pytest

from kpi.errors import DefinitionError, EngineError, FileError, KpiError
from kpi.refresh.address import addresses_of, read_address, refuse_secrets

PUBLIC = "93.184.216.34"

PRIVATE = [
    "127.0.0.1",
    "127.8.9.10",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:7f00:1",
    "::127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:0001::",
    "2002:c0a8:0101::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
]

NO_ADDRESSES = [
    "",
    "x",
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "ftp://example.com/a.csv",
    "gopher://example.com/",
    "data:text/csv,a",
    "javascript:alert(1)",
    "https://",
    "https:///path",
    "https://example.com:notaport/",
    "https://example.com:99999/",
    "https://example.com\\@127.0.0.1/",
    "https://exa mple.com/",
    "https://example.com/\r\nHost: evil",
    "https://example.com/\x00",
    "//example.com/a.csv",
    "https://[::1/",
    "https://" + "a" * 70 + ".com/",
    "https://example.com/" + "a" * 5000,
]


@pytest.mark.parametrize("ip", PRIVATE)
def test_own_and_neighbouring_addresses_are_refused(ip: str) -> None:
    """A name that stands for an address of this machine or its network is refused, in whatever form."""
    address = read_address("https://files.example.com/a.csv", http=False)
    with pytest.raises(FileError) as raised:
        addresses_of(address, (), lambda host, port: [ip])
    assert raised.value.code == "private_address"


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "[::1]"]
)
def test_local_hosts_are_refused_as_the_system_reads_them(host: str) -> None:
    """Decimal, octal, hexadecimal and short forms of a host are what the system takes them for: nothing, or local."""
    with pytest.raises(FileError) as raised:
        addresses_of(read_address(f"https://{host}/", http=False), ())
    assert raised.value.code in ("private_address", "host_unknown")


def test_one_private_address_among_public_ones_is_enough() -> None:
    """A name that stands for both is refused: which one is asked would be left to chance, or to its owner."""
    address = read_address("https://files.example.com/", http=False)
    with pytest.raises(FileError):
        addresses_of(address, (), lambda host, port: [PUBLIC, "127.0.0.1"])


@pytest.mark.parametrize("ip", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_public_addresses_are_allowed(ip: str) -> None:
    """What is public may be asked, in IPv4 and IPv6."""
    address = read_address("https://files.example.com/", http=False)
    assert addresses_of(address, (), lambda host, port: [ip]) == (ip,)


def test_a_network_can_be_allowed() -> None:
    """The settings open the networks they name and no other."""
    address = read_address("https://erp.internal/", http=False)
    assert addresses_of(address, ("10.1.0.0/16",), lambda host, port: ["10.1.2.3"]) == ("10.1.2.3",)
    assert addresses_of(address, ("10.1.0.0/16",), lambda host, port: ["::ffff:10.1.2.3"]) == ("::ffff:10.1.2.3",)
    with pytest.raises(FileError):
        addresses_of(address, ("10.1.0.0/16",), lambda host, port: ["10.2.0.1"])
    with pytest.raises(EngineError) as raised:
        addresses_of(address, ("intranet",), lambda host, port: ["10.2.0.1"])
    assert raised.value.code == "bad_private_network"


def test_a_name_that_stands_for_nothing() -> None:
    """A host that cannot be looked up is said so."""

    def fails(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(FileError) as raised:
        addresses_of(read_address("https://nowhere.example/", http=False), (), fails)
    assert raised.value.code == "host_unknown"


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address(text: str) -> None:
    """Other schemes, control characters, backslashes and broken hosts are refused, and not repeated in the error."""
    with pytest.raises(DefinitionError) as raised:
        read_address(text, http=True)
    assert raised.value.code == "bad_address"
    assert raised.value.found is None
    assert raised.value.message == "This is no address that files are fetched from."


def test_plain_http_must_be_allowed() -> None:
    """Without TLS nothing is fetched, unless the settings say so."""
    with pytest.raises(DefinitionError) as raised:
        read_address("http://example.com/a", http=False)
    assert raised.value.code == "address_not_secure"
    assert read_address("http://example.com/a", http=True).port == 80


def test_parts_of_an_address() -> None:
    """Host names and paths of any script; user and password become a header and are never shown."""
    found = read_address(
        "https://ann:s3%20cret@BÜCHER.example:8443/导出/a b.csv?x=1#frag".replace(" ", "%20"), http=False
    )
    assert (found.host, found.port) == ("xn--bcher-kva.example", 8443)
    assert found.target == "/%E5%AF%BC%E5%87%BA/a%20b.csv?x=1"
    assert found.file_name == "a b.csv"
    assert found.authorization == "Basic YW5uOnMzIGNyZXQ="
    assert "cret" not in repr(found)
    assert "x=1" not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        "https://ann:secret@example.com/a.csv",
        "https://ann@example.com/a.csv",
        "https://example.com/a.csv?token=abc",
        "https://example.com/a.csv?X-Amz-Signature=abc",
        "https://example.com/a.csv?api_key=abc",
        "https://example.com/a.csv?sig=abc",
        "https://example.com/a.csv?access_token=",
    ],
)
def test_addresses_with_secrets_are_not_stored(url: str) -> None:
    """An address that carries a credential belongs in a secret; the error does not repeat it."""
    with pytest.raises(DefinitionError) as raised:
        refuse_secrets(url)
    assert raised.value.code == "address_holds_secret"
    assert "abc" not in str(raised.value)
    assert "ann" not in str(raised.value)


def test_plain_addresses_are_stored() -> None:
    """Ordinary parameters are no secrets."""
    refuse_secrets("https://example.com/export?format=csv&country=CN&page=2")


def test_every_error_is_one_that_is_told() -> None:
    """Nothing but a `KpiError` comes of an address, whatever is typed."""
    for text in ("https://%00/", "https://./", "https://..", "https://-/", "https://\u2100.com/", "https://[v1.a]/"):
        try:
            addresses_of(read_address(text, http=True), (), lambda host, port: [])
        except KpiError:
            continue
        pytest.fail(text)
