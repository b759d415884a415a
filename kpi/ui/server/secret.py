"""The home's own secret, with which sessions and tickets are signed. It outlives restarts and never leaves the home."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer

FILE = "server.secret"


def read_secret(folder: Path) -> bytes:
    """The secret of a home folder; made on first use, readable by its owner alone."""
    path = folder / FILE
    fresh = folder / f".{FILE}.{secrets.token_hex(4)}"
    if not path.exists():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        try:
            os.link(fresh, path)  # fails when another process was first, whose secret then counts
        except FileExistsError:
            return path.read_bytes()
        finally:
            fresh.unlink()
    return path.read_bytes()


def signer(secret: bytes, purpose: str) -> URLSafeTimedSerializer:
    """What signs and checks values for one purpose; a value signed for another does not pass."""
    return URLSafeTimedSerializer(secret, salt=f"waymark:{purpose}")


def signed_value(by: URLSafeTimedSerializer, token: str | None, seconds: int) -> str | None:
    """What was signed, or None when the token is missing, forged or too old."""
    try:
        return str(by.loads(token or "", max_age=seconds))
    except BadData:
        return None
