"""What is the server made of? The parts that `st.App` is built with."""

from __future__ import annotations

import gc
import locale
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from typing import Any, TypedDict

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from streamlit import config
from streamlit.runtime.pages_manager import PagesManager

from kpi.language import translator
from kpi.schedule import Worker
from kpi.settings import load_settings
from kpi.ui.errors import report_uncaught
from kpi.ui.server.address import refuse_open_door
from kpi.ui.server.download import download_route
from kpi.ui.server.gate import Gate
from kpi.ui.server.headers import SecurityHeaders, StaticCompression
from kpi.ui.server.paths import base_path
from kpi.ui.server.peer import believe_connections_only, proxy_middleware
from kpi.ui.server.secret import read_secret
from kpi.ui.server.upload import upload_route
from kpi.ui.session import opened_home


class Parts(TypedDict):
    """The arguments of `st.App` beside the script."""

    routes: list[BaseRoute]
    middleware: list[Middleware]
    lifespan: Callable[[st.App], AbstractAsyncContextManager[dict[str, Any] | None]]
    on_script_error: Callable[[Exception], bool | None]


def serving() -> Parts:
    """The parts, made once when the server starts; ends the process when it would stand open to others."""
    settings = load_settings()
    t = translator(locale.getlocale()[0] or "en")
    refuse_open_door(config.get_option("server.address"), settings.password, t)
    believe_connections_only()
    proxies = proxy_middleware(settings.trusted_proxies, t)
    home = opened_home()
    secret = read_secret(home.folder)
    base = base_path()
    # Because of the folder's name, Streamlit would run the very first link into `pages/` without the shell around it.
    PagesManager.uses_pages_directory = False
    return {
        "routes": [upload_route(home, secret, settings.max_upload_bytes, base), download_route(home, base)],
        "middleware": [
            *proxies,
            Middleware(SecurityHeaders),
            Middleware(Gate, password=settings.password, secret=secret, base=base),
            Middleware(StaticCompression),
        ],
        "lifespan": _lifespan,
        "on_script_error": report_uncaught,
    }


@asynccontextmanager
async def _lifespan(_app: st.App) -> AsyncIterator[dict[str, Any] | None]:
    # What is loaded by now stays for good: leaving it out halves the collection that follows every rerun.
    gc.collect()
    gc.freeze()
    settings = load_settings()
    with ExitStack() as running:
        if settings.refresh.worker:
            running.enter_context(Worker(opened_home(), settings))
        yield None
