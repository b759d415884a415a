"""How does a file come in? By a PUT streamed to disk: `<home>/staging/<token>/upload/<name>`, never whole in memory."""

from __future__ import annotations

import errno
import re
import shutil
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from kpi.errors import FileError
from kpi.ui.server.secret import signed_value, signer
from kpi.workspace import Home

PATH = "/upload"
TICKET_SECONDS = 24 * 3600
LONGEST_NAME_BYTES = 180
_TOKEN = re.compile(r"[0-9a-f]{32}")
_WRITE_BYTES = 2**20


def upload_ticket(secret: bytes) -> str:
    """What a page shows to prove that this server drew it; good for a day."""
    return signer(secret, "upload").dumps("upload")


def upload_route(home: Home, secret: bytes, most_bytes: int, base: str) -> Route:
    """The route that takes files. Headers: `x-waymark-ticket`, and the percent-encoded `x-waymark-name`."""
    return Route(f"{base}{PATH}", partial(_receive, home, secret, most_bytes), methods=["PUT"])


def uploaded_file(home: Home, token: str) -> Path:
    """The file that was uploaded under this token; `FileError` when there is none (any more)."""
    files = list((home.staging / token / "upload").glob("*")) if _TOKEN.fullmatch(token) else []
    if len(files) != 1:
        raise FileError(
            "upload_gone", "The uploaded file is no longer here.", remedy="Choose the file again.", found=token
        )
    return files[0]


def forget_upload(home: Home, token: str) -> None:
    """Remove an uploaded file that nobody needs any more."""
    if _TOKEN.fullmatch(token):
        shutil.rmtree(home.staging / token, ignore_errors=True)


def safe_name(name: str) -> str:
    """A name that is safe to write: no folders, no control characters, no hidden files, not too long.

    >>> safe_name("../../etc/passwd"), safe_name("报表 2024.xlsx"), safe_name("..")
    ('passwd', '报表 2024.xlsx', 'file')
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", last).strip().lstrip(".").rstrip(". ")
    stem, dot, ending = plain.rpartition(".")
    while len(plain.encode()) > LONGEST_NAME_BYTES:
        stem, plain = (stem[:-1], f"{stem[:-1]}{dot}{ending}") if stem else ("", plain[:-1])
    return plain or "file"


async def _receive(home: Home, secret: bytes, most_bytes: int, request: Request) -> JSONResponse:
    if signed_value(signer(secret, "upload"), request.headers.get("x-waymark-ticket"), TICKET_SECONDS) is None:
        return _problem(403, "bad_ticket")
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return _problem(403, "other_site")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most_bytes:
        return _problem(413, "too_large")
    folder = await to_thread.run_sync(home.new_staging_folder)
    kept = False
    try:
        path = folder / "upload" / safe_name(unquote(request.headers.get("x-waymark-name", "")))
        path.parent.mkdir()
        size = await _write(request, path, most_bytes)
        if size > most_bytes:
            return _problem(413, "too_large")
        kept = True
        return JSONResponse({"token": folder.name, "name": path.name, "size": size})
    except ClientDisconnect:
        return _problem(400, "cancelled")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        return _problem(507, "disk_full")
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


async def _write(request: Request, path: Path, most_bytes: int) -> int:
    """Stream the body to disk, off the event loop; stops early once it is too large. Returns the bytes seen."""
    seen, waiting = 0, bytearray()
    with path.open("xb") as file:
        async for chunk in request.stream():
            seen += len(chunk)
            if seen > most_bytes:
                return seen
            waiting += chunk
            if len(waiting) >= _WRITE_BYTES:
                await to_thread.run_sync(file.write, bytes(waiting))
                waiting.clear()
        await to_thread.run_sync(file.write, bytes(waiting))
    return seen


def _problem(status: int, code: str) -> JSONResponse:
    return JSONResponse({"error": code}, status_code=status)
