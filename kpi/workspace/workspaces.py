"""Which workspaces does a home hold? One per company or client; made, listed and wiped here."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from kpi.errors import DefinitionError, QueryError, near_names
from kpi.workspace.home import Home, load_lock
from kpi.workspace.records import data_files, documents, loads, mappings, versions, workspaces

SCENES = ("b2b", "b2c", "saas")
LOCAL = "local"  # the workspace of somebody who never made one


@dataclass(frozen=True)
class Workspace:
    """One company's or client's own data, KPIs, currency and time zone."""

    id: str
    name: str
    scene: str
    currency: str
    time_zone: str
    version: int


def list_workspaces(home: Home) -> list[Workspace]:
    """Every workspace, by name."""
    columns = [workspaces.c[field] for field in ("id", "name", "scene", "currency", "time_zone", "version")]
    with home.database.connect() as connection:
        return [Workspace(*row) for row in connection.execute(select(*columns).order_by(workspaces.c.name))]


def get_workspace(home: Home, workspace: str) -> Workspace:
    """The workspace of this id; `QueryError` with near ids where there is none."""
    known = {item.id: item for item in list_workspaces(home)}
    if workspace not in known:
        raise QueryError(
            "unknown_workspace",
            f"There is no workspace {workspace!r} here.",
            remedy="Make it first, or choose one that is there.",
            found=workspace,
            near=near_names(workspace, list(known)),
        )
    return known[workspace]


def create_workspace(
    home: Home,
    name: str,
    *,
    workspace: str | None = None,
    scene: str = "b2b",
    currency: str = "CNY",
    time_zone: str = "UTC",
) -> Workspace:
    """Make an empty workspace. The id is made from the name unless given; `DefinitionError` when it is taken or bad."""
    made = Workspace(workspace or _id_from(name), name.strip(), scene, currency.strip().upper(), time_zone, 0)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", made.id) or not made.name:
        raise DefinitionError(
            "bad_workspace_id",
            f"{made.id!r} cannot be a workspace's id.",
            remedy="Use small letters, digits, - and _.",
            found=made.id,
        )
    if made.scene not in SCENES:
        raise DefinitionError("bad_scene", f"There is no scene {scene!r}.", near=near_names(scene, SCENES), found=scene)
    if not re.fullmatch(r"[A-Z]{3}", made.currency):
        raise DefinitionError("bad_currency", f"{currency!r} is no ISO 4217 code such as CNY or USD.", found=currency)
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise DefinitionError(
            "bad_time_zone", f"{time_zone!r} is no time zone such as Asia/Shanghai.", found=time_zone
        ) from None
    try:
        with home.database.begin() as connection:
            connection.execute(
                insert(workspaces).values(
                    id=made.id,
                    name=made.name,
                    scene=made.scene,
                    currency=made.currency,
                    time_zone=made.time_zone,
                    created_at=datetime.now(UTC),
                )
            )
    except IntegrityError:
        raise DefinitionError(
            "workspace_exists",
            f"There is already a workspace {made.id!r}.",
            remedy="Choose another name.",
            found=made.id,
        ) from None
    return made


def ensure_local(home: Home) -> Workspace:
    """The workspace that is there from the first start."""
    if LOCAL not in {item.id for item in list_workspaces(home)}:
        try:
            return create_workspace(home, "My company", workspace=LOCAL)
        except DefinitionError:  # another process made it in between
            return get_workspace(home, LOCAL)
    return get_workspace(home, LOCAL)


def set_scene(home: Home, workspace: str, scene: str) -> None:
    """Choose the scene whose scorecard and journey the workspace opens with."""
    if scene not in SCENES:
        raise DefinitionError("bad_scene", f"There is no scene {scene!r}.", near=near_names(scene, SCENES), found=scene)
    with home.database.begin() as connection:
        connection.execute(update(workspaces).where(workspaces.c.id == workspace).values(scene=scene))


def wipe_workspace(home: Home, workspace: str) -> None:
    """Remove a workspace with everything in it. The records go in one transaction, then the files nobody names."""
    get_workspace(home, workspace)
    with load_lock(home):
        with home.database.begin() as connection:
            for table in (documents, mappings, versions, data_files, loads):
                connection.execute(delete(table).where(table.c.workspace_id == workspace))
            connection.execute(delete(workspaces).where(workspaces.c.id == workspace))
        shutil.rmtree(home.data / workspace, ignore_errors=True)


def _id_from(name: str) -> str:
    """A readable id: ASCII letters and digits of the name, or a short code point list for other scripts."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return plain or "w-" + "-".join(f"{ord(letter):x}" for letter in name.strip()[:8])
