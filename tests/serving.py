"""A web server on 127.0.0.1 that does what a test tells it to, byte by byte, as badly as it likes."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

Speaks = Callable[[socket.socket], None]


@dataclass
class Server:
    """A running server: what it answers, by path, and what it was asked."""

    port: int
    scheme: str
    answers: dict[str, Speaks] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.split(" ")[1] for request in self.asked]

    def give(self, path: str, body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> str:
        """Answer a path with a body; its address."""
        said = [f"Content-Length: {len(body) if length is None else length}", *headers]
        head = "\r\n".join([f"HTTP/1.1 {status}", *said, "Connection: close", "", ""]).encode("latin-1")
        self.answers[path] = lambda connection: connection.sendall(head + body)
        return self.url(path)

    def lead(self, path: str, to: str, status: str = "302 Found") -> str:
        """Answer a path with a redirect; its address."""
        return self.give(path, b"", f"Location: {to}", status=status)

    def speak(self, path: str, speaks: Speaks) -> str:
        """Answer a path by hand; its address."""
        self.answers[path] = speaks
        return self.url(path)


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Server]:
    """A server until the end of the block; with a certificate (and its key in one file) it speaks TLS."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(listening.getsockname()[1], "http" if certificate is None else "https")
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                talking = context.wrap_socket(connection, server_side=True) if context else connection
                with talking:
                    request = _request(talking)
                    server.asked.append(request)
                    speaks = server.answers.get(request.split(" ")[1].partition("?")[0], _unknown)
                    speaks(talking)
            except (OSError, IndexError):
                return  # the other side has hung up, as it should where we misbehave

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            connection.settimeout(20)
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=5)


def make_certificate(folder: Path) -> Path:
    """A certificate for localhost and 127.0.0.1, with its key; the test is skipped where there is no openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    made = folder / "certificate.pem"
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    done = [openssl, *words, "-keyout", str(folder / "key.pem"), "-out", str(made)]
    subprocess.run(done, check=True, capture_output=True)
    with made.open("a", encoding="ascii") as file:
        file.write((folder / "key.pem").read_text(encoding="ascii"))
    return made


def _request(connection: socket.socket) -> str:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            break
        received += chunk
    return received.decode("latin-1")


def _unknown(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
