"""How does a big file go out? From `<home>/staging/<token>/download/`, under a random token, streamed from disk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from kpi.ui.server.upload import safe_name
from kpi.workspace import Home

PATH = "/download"
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Download:
    """A place to write a file to, and the link under which whoever knows it can fetch it until it is swept."""

    path: Path
    link: str


def offer_download(home: Home, name: str, base: str = "") -> Download:
    """Make room for a file of this name. The link works once the file is written, for a day at least."""
    folder = home.new_staging_folder()
    (folder / "download").mkdir()
    return Download(folder / "download" / safe_name(name), f"{base}{PATH}/{folder.name}")


def download_route(home: Home, base: str) -> Route:
    """The route that gives files out, always as attachments."""
    return Route(f"{base}{PATH}/{{token}}", partial(_send, home), methods=["GET", "HEAD"])


async def _send(home: Home, request: Request) -> Response:
    token = request.path_params["token"]
    files = list((home.staging / token / "download").glob("*")) if _TOKEN.fullmatch(token) else []
    if len(files) != 1:
        return PlainTextResponse("404", status_code=404)
    return FileResponse(files[0], filename=files[0].name, media_type="application/octet-stream")
