"""Fetching: a whole file, or a clear error; whatever the other side does, within the limits."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kpi.errors import DefinitionError, FileError, KpiError
from kpi.ingest.reader import StoppedError
from kpi.refresh.download import download
from kpi.settings import RefreshSettings
from tests.serving import Server, make_certificate, serving

LOCAL = RefreshSettings(private_networks=("127.0.0.0/8",), http=True, max_bytes=4 * 2**20, seconds=20)
CSV = b"a,b\n1,2\n"


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that speaks plain HTTP."""
    with serving() as running:
        yield running


def failed(url: str, target: Path, settings: RefreshSettings = LOCAL) -> KpiError:
    """How fetching fails; nothing is left behind."""
    with pytest.raises(KpiError) as raised:
        download(url, target, settings)
    assert not target.exists()
    return raised.value


def test_a_file_is_fetched(server: Server, tmp_path: Path) -> None:
    """The body arrives as it was sent, under the name of the path."""
    url = server.give("/exports/orders.csv", CSV)
    got = download(f"{url}?page=1", tmp_path / "f", LOCAL)
    assert ((tmp_path / "f").read_bytes(), got.name, got.told, got.size) == (CSV, "orders.csv", False, len(CSV))
    assert server.paths == ["/exports/orders.csv?page=1"]
    assert "Host: 127.0.0.1" in server.asked[0]
    assert "Authorization" not in server.asked[0]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ('attachment; filename="deals 2024.csv"', "deals 2024.csv"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="..\\\\..\\\\boot.ini"', "boot.ini"),
        ("attachment; filename*=UTF-8''%E8%AE%A2%E5%8D%95.csv", "订单.csv"),
        ('attachment; filename="..."', ""),
    ],
)
def test_the_other_side_names_the_file(server: Server, tmp_path: Path, told: str, name: str) -> None:
    """What it calls the file is taken without any path of its own."""
    url = server.give("/x", CSV, f"Content-Disposition: {told}")
    assert download(url, tmp_path / "f", LOCAL).name == name


def test_this_machine_is_not_asked(server: Server, tmp_path: Path) -> None:
    """Unless the settings allow it, nothing is fetched from 127.0.0.1, whatever it is called; nobody connects."""
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]"):
        error = failed(server.url("/x", host), tmp_path / "f", RefreshSettings(http=True))
        assert error.code in ("private_address", "host_unknown")
    assert server.asked == []


def test_http_is_not_spoken(server: Server, tmp_path: Path) -> None:
    """Without TLS nothing is fetched, unless the settings say so."""
    settings = RefreshSettings(private_networks=("127.0.0.0/8",))
    assert failed(server.url("/x"), tmp_path / "f", settings).code == "address_not_secure"


def test_redirects_are_followed(server: Server, tmp_path: Path) -> None:
    """To another path, relative or not, as often as is usual."""
    server.give("/deep/c.csv", CSV)
    server.lead("/deep/b", "c.csv", "307 Temporary Redirect")
    url = server.lead("/a", "/deep/b", "301 Moved Permanently")
    assert download(url, tmp_path / "f", LOCAL).name == "c.csv"
    assert server.paths == ["/a", "/deep/b", "/deep/c.csv"]


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://3232235777/",
        "//192.168.1.1/",
    ],
)
def test_redirects_into_the_own_network_are_refused(server: Server, tmp_path: Path, to: str) -> None:
    """Each address on the way is checked anew."""
    assert failed(server.lead("/a", to), tmp_path / "f").code == "private_address"


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1/", "data:,a", "a b"])
def test_redirects_to_other_schemes_are_refused(server: Server, tmp_path: Path, to: str) -> None:
    """Only HTTP is followed."""
    assert failed(server.lead("/a", to), tmp_path / "f").code == "bad_address"


def test_redirects_without_end(server: Server, tmp_path: Path) -> None:
    """A circle is given up, and so is a redirect that leads nowhere."""
    assert failed(server.lead("/a", "/a"), tmp_path / "f").code == "too_many_redirects"
    assert len(server.asked) == 6
    assert failed(server.give("/b", b"", status="302 Found"), tmp_path / "f").code == "source_status"


def test_a_name_is_looked_up_once(server: Server, tmp_path: Path) -> None:
    """A name that stands for a public address when it is checked cannot stand for another when it is connected to."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    url = server.give("/x", CSV).replace("127.0.0.1", "rebinding.example")
    download(url, tmp_path / "f", LOCAL, lookup=lambda host, port: next(answers))
    assert "Host: rebinding.example:" in server.asked[0]


def test_the_authorization_stays_with_its_host(server: Server, tmp_path: Path) -> None:
    """A token goes to the host it was given for, along redirects too, and to no other."""
    with serving() as other:
        server.lead("/a", "/b")
        server.lead("/b", other.give("/c", CSV))
        download(server.url("/a"), tmp_path / "f", LOCAL, authorization="Bearer s3cret")
        assert ["Authorization: Bearer s3cret" in request for request in server.asked] == [True, True]
        assert "s3cret" not in other.asked[0]


def test_user_and_password_become_a_header(server: Server, tmp_path: Path) -> None:
    """An address from a secret may hold them; they are sent as a header. A redirect may not bring its own."""
    url = server.give("/x", CSV).replace("://", "://ann:s3cret@")
    download(url, tmp_path / "f", LOCAL)
    assert "Authorization: Basic YW5uOnMzY3JldA==" in server.asked[0]
    assert "s3cret" not in server.asked[0]
    leads = server.lead("/y", server.url("/x").replace("://", "://eve:x@"))
    assert failed(leads, tmp_path / "f").code == "redirect_with_password"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("401 Unauthorized", "source_refused"),
        ("403 Forbidden", "source_refused"),
        ("404 Not Found", "source_status"),
        ("500 Internal Server Error", "source_status"),
        ("204 No Content", "source_status"),
        ("206 Partial Content", "source_status"),
        ("304 Not Modified", "source_status"),
    ],
)
def test_anything_but_a_file_is_refused(server: Server, tmp_path: Path, status: str, code: str) -> None:
    """Only a full answer is a file."""
    assert failed(server.give("/x", CSV if status[0] != "3" else b"", status=status), tmp_path / "f").code == code


def test_a_web_page_is_no_file(server: Server, tmp_path: Path) -> None:
    """What an expired link shows does not become a table."""
    for page in (b"<!DOCTYPE html><p>Sign in", b"\xef\xbb\xbf\n <HTML><table><tr>"):
        assert failed(server.give("/x", page), tmp_path / "f").code == "source_is_a_page"


def test_a_declared_size_above_the_limit(server: Server, tmp_path: Path) -> None:
    """Nothing of it is read."""
    assert failed(server.give("/x", b"a", length=10**12), tmp_path / "f").code == "source_too_large"


@pytest.mark.parametrize("head", [b"", b"Transfer-Encoding: chunked\r\n"])
def test_an_endless_body(server: Server, tmp_path: Path, head: bytes) -> None:
    """It is cut off at the limit, however it is sent."""

    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        piece = b"a,b\n" * 16384
        while True:
            connection.sendall(b"10000\r\n" + piece + b"\r\n" if head else piece)

    assert failed(server.speak("/x", endless), tmp_path / "f").code == "source_too_large"


@pytest.mark.parametrize("where", ["head", "body", "tls"])
def test_a_byte_now_and_then(server: Server, tmp_path: Path, where: str) -> None:
    """The time is for the whole fetch: a drop now and then does not prolong it."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        if where == "body":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with suppress(OSError):
            while not over.wait(0.05):
                connection.sendall(b"a")

    url = server.speak("/x", drip)
    if where == "tls":
        url = url.replace("http://", "https://")
    begun = time.monotonic()
    error = failed(url, tmp_path / "f", RefreshSettings(private_networks=("127.0.0.0/8",), http=True, seconds=1))
    over.set()
    assert error.code in ("source_too_slow", "source_unreachable" if where == "tls" else "")
    assert time.monotonic() - begun < 5


def test_silence(server: Server, tmp_path: Path) -> None:
    """A server that takes the request and says nothing is given up."""
    url = server.speak("/x", lambda connection: time.sleep(8))
    settings = RefreshSettings(private_networks=("127.0.0.0/8",), http=True, seconds=1)
    begun = time.monotonic()
    assert failed(url, tmp_path / "f", settings).code == "source_too_slow"
    assert time.monotonic() - begun < 4


def test_stopping(server: Server, tmp_path: Path) -> None:
    """Who waits no longer is not made to wait."""
    cancel = threading.Event()
    threading.Timer(0.5, cancel.set).start()
    url = server.speak("/x", lambda connection: time.sleep(8))
    begun = time.monotonic()
    with pytest.raises(StoppedError):
        download(url, tmp_path / "f", LOCAL, cancel=cancel)
    assert time.monotonic() - begun < 4
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize("chunked", [False, True])
def test_half_a_file_is_none(server: Server, tmp_path: Path, chunked: bool) -> None:
    """A connection that ends early must not pass for the end of the file."""

    def half(connection: socket.socket) -> None:
        head = b"Transfer-Encoding: chunked\r\n\r\n8\r\n" if chunked else b"Content-Length: 100\r\n\r\n"
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + CSV)

    assert failed(server.speak("/x", half), tmp_path / "f").code == "source_cut_short"


def test_huge_heads(server: Server, tmp_path: Path) -> None:
    """Endless header lines, and endlessly many of them, are given up."""

    def long(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            connection.sendall(b"a" * 65536)

    def many(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X: a\r\n" * 1000)

    for path, speaks in (("/long", long), ("/many", many)):
        assert failed(server.speak(path, speaks), tmp_path / "f").code == "source_garbled"


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00" * 100, b"HTTP/1.1 abc\r\n\r\n"])
def test_no_web_server(server: Server, tmp_path: Path, said: bytes) -> None:
    """Something else that listens there is told as such."""
    url = server.speak("/x", lambda connection: connection.sendall(said))
    assert failed(url, tmp_path / "f").code in ("source_garbled", "source_unreachable")


def test_nobody_there(tmp_path: Path) -> None:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert failed(f"http://127.0.0.1:{port}/", tmp_path / "f").code == "source_unreachable"


@pytest.mark.parametrize(("pack", "word"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")])
def test_compressed_on_the_way(server: Server, tmp_path: Path, pack: object, word: str) -> None:
    """A body that was compressed for the way arrives as it was, several members too."""
    packed = pack(CSV) + (pack(CSV) if word == "gzip" else b"")  # type: ignore[operator]
    download(server.give("/x", packed, f"Content-Encoding: {word}"), tmp_path / "f", LOCAL)
    assert (tmp_path / "f").read_bytes() == CSV * (2 if word == "gzip" else 1)


def test_bombs(server: Server, tmp_path: Path) -> None:
    """What inflates without end is cut off at the limit of size, or by its proportion."""
    bomb = gzip.compress(bytes(100 * 2**20), 9)
    url = server.give("/x", bomb, "Content-Encoding: gzip")
    assert failed(url, tmp_path / "f").code == "source_too_large"
    large = RefreshSettings(private_networks=("127.0.0.0/8",), http=True)
    assert failed(url, tmp_path / "f", large).code == "source_is_a_bomb"


def test_damaged_and_unknown_compression(server: Server, tmp_path: Path) -> None:
    """A body cut short within, garbage, and a packing that is not known."""
    short = gzip.compress(CSV * 100)[:-10]
    for body in (short, b"no gzip at all", b""):
        assert failed(server.give("/x", body, "Content-Encoding: gzip"), tmp_path / "f").code == "source_damaged"
    assert failed(server.give("/x", CSV, "Content-Encoding: br"), tmp_path / "f").code == "source_encoding"


def test_with_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS is spoken with who is trusted, by the name that was asked for; with nobody else."""
    certificate = make_certificate(tmp_path)
    settings = RefreshSettings(private_networks=("127.0.0.0/8",), seconds=10)
    with serving(certificate) as server:
        url = server.give("/x", CSV)
        assert failed(url, tmp_path / "f", settings).code == "certificate_refused"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        download(url, tmp_path / "f", settings)
        assert (tmp_path / "f").read_bytes() == CSV
        other = url.replace("127.0.0.1", "other.example")
        with pytest.raises(FileError) as raised:
            download(other, tmp_path / "g", settings, lookup=lambda host, port: ["127.0.0.1"])
        assert raised.value.code == "certificate_refused"
        with serving() as plain:
            plain.give("/x", CSV)
            downgrade = server.lead("/down", plain.url("/x"))
            lenient = RefreshSettings(private_networks=("127.0.0.0/8",), seconds=10, http=True)
            assert failed(downgrade, tmp_path / "h", lenient).code == "address_not_secure"


def test_addresses_are_not_repeated_in_errors(server: Server, tmp_path: Path) -> None:
    """No error holds the path, query, user or password of the address."""
    for answer in ("404 Not Found", "401 Unauthorized", "302 Found"):
        server.give("/hidden-path", b"", "Location: http://ann:s3cret@10.0.0.1/hidden-path", status=answer)
        error = failed(server.url("/hidden-path?token=s3cret").replace("://", "://ann:s3cret@"), tmp_path / "f")
        told = f"{error!r} {error.to_dict()} {error}"
        assert not any(word in told for word in ("s3cret", "hidden-path", "ann:"))


def test_an_address_that_cannot_be_meant(tmp_path: Path) -> None:
    """It fails before anything is asked."""
    with pytest.raises(DefinitionError):
        download("file:///etc/passwd", tmp_path / "f", LOCAL)
