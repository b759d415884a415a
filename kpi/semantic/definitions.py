"""The definitions in force in a workspace: the catalogue, under what its people have changed and added.

Three kinds of document: `kpi` (a KPI of their own, or a catalogue KPI redefined), `kpi_settings` (target, owner and
layer of a KPI, without touching its definition), and `journey`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from kpi.errors import DefinitionError, QueryError, near_names
from kpi.semantic.catalogue import catalogue
from kpi.semantic.journey import Journey
from kpi.semantic.journeys import journeys
from kpi.semantic.kpi import Kpi, Layer, Target
from kpi.workspace import Home, read_documents, save_document

KPI, SETTINGS, JOURNEY = "kpi", "kpi_settings", "journey"


@dataclass(frozen=True)
class Definitions:
    """KPIs and journeys by id. `revision` grows with every change in the workspace and keys caches."""

    kpis: Mapping[str, Kpi]
    journeys: Mapping[str, Journey]
    own: frozenset[str]  # ids of KPIs that are not, or not only, the catalogue's
    revision: int

    def kpi(self, kpi_id: str) -> Kpi:
        """The KPI of this id; `QueryError` with near ids where there is none."""
        if kpi_id not in self.kpis:
            raise QueryError(
                "unknown_kpi",
                f"There is no KPI {kpi_id!r}.",
                remedy="`python -m kpi list` shows all.",
                found=kpi_id,
                near=near_names(kpi_id, list(self.kpis)),
            )
        return self.kpis[kpi_id]

    def journey(self, journey_id: str) -> Journey:
        """The journey of this id; `QueryError` with near ids where there is none."""
        if journey_id not in self.journeys:
            raise QueryError(
                "unknown_journey",
                f"There is no journey {journey_id!r}.",
                found=journey_id,
                near=near_names(journey_id, list(self.journeys)),
            )
        return self.journeys[journey_id]


def read_definitions(home: Home, workspace: str) -> Definitions:
    """What is in force now."""
    made, settings, drawn = (read_documents(home, workspace, kind) for kind in (KPI, SETTINGS, JOURNEY))
    kpis = dict(catalogue()) | {name: Kpi.model_validate(document.body) for name, document in made.items()}
    for name, document in settings.items():
        if name in kpis:
            kpis[name] = _with_settings(kpis[name], document.body)
    return Definitions(
        kpis,
        dict(journeys()) | {name: Journey.model_validate(document.body) for name, document in drawn.items()},
        frozenset(made),
        sum(document.revision for document in (*made.values(), *settings.values(), *drawn.values())),
    )


def save_kpi(home: Home, workspace: str, kpi: Kpi, *, author: str = "local", reason: str = "") -> None:
    """Save a KPI as the newest revision of its definition."""
    _save(home, workspace, KPI, kpi.id, kpi.model_dump(mode="json"), author, reason)


def save_settings(
    home: Home,
    workspace: str,
    kpi_id: str,
    *,
    target: Target | None,
    owner: str | None,
    layer: Layer,
    archived: bool = False,
    author: str = "local",
    reason: str = "",
) -> None:
    """Set a KPI's target, owner and layer, and whether it is put away."""
    body = {
        "target": target.model_dump(mode="json") if target else None,
        "owner": owner,
        "layer": layer.value,
        "archived": archived,
    }
    _save(home, workspace, SETTINGS, kpi_id, body, author, reason)


def save_journey(home: Home, workspace: str, journey: Journey, *, author: str = "local", reason: str = "") -> None:
    """Save a journey as the newest revision of its definition."""
    _save(home, workspace, JOURNEY, journey.id, journey.model_dump(mode="json"), author, reason)


def kpi_from(body: Mapping[str, Any]) -> Kpi:
    """A KPI from plain values, as a form or file gives them; `DefinitionError` names the first thing that is wrong."""
    try:
        return Kpi.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise DefinitionError(
            "bad_kpi", f"The KPI cannot be saved: {place}: {first['msg']}.", found=str(first.get("input"))
        ) from None


def _with_settings(kpi: Kpi, body: Mapping[str, Any]) -> Kpi:
    target = Target.model_validate(body["target"]) if body.get("target") else None
    return kpi.model_copy(
        update={
            "target": target,
            "owner": body.get("owner"),
            "layer": Layer(body["layer"]),
            "archived": bool(body.get("archived")),
        }
    )


def _save(home: Home, workspace: str, kind: str, name: str, body: Mapping[str, Any], author: str, reason: str) -> None:
    known = read_documents(home, workspace, kind).get(name)
    save_document(home, workspace, kind, name, body, after=known.revision if known else 0, author=author, reason=reason)
