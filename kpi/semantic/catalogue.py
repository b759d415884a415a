"""Which KPIs come ready made? Read from `kpis/*.yaml`, scene by scene."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from kpi.errors import DefinitionError, Where
from kpi.semantic.kpi import Kpi
from kpi.semantic.reading import read_items
from kpi.semantic.scene import scenes

FOLDER = Path(__file__).parent / "kpis"


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Kpi]:
    """Every ready-made KPI by id, scene by scene in the order of the files. `DefinitionError` names file and KPI."""
    found: dict[str, Kpi] = {}
    for path in (FOLDER / f"{scene_id}.yaml" for scene_id in scenes()):
        for kpi in read_items(path, Kpi):
            if kpi.id in found:
                raise _mistake(path, kpi, "the id stands twice in the catalogue")
            for place in kpi.places:
                if scenes()[place.scene].step(place.step) is None:
                    raise _mistake(path, kpi, f"the scene {place.scene} has no step {place.step!r}")
            found[kpi.id] = kpi
    return found


def kpis_at(scene_id: str, step_id: str) -> tuple[Kpi, ...]:
    """The ready-made KPIs of one step of a scene, in catalogue order."""
    return tuple(
        kpi
        for kpi in catalogue().values()
        if any(place.scene == scene_id and place.step == step_id for place in kpi.places)
    )


def _mistake(path: Path, kpi: Kpi, what: str) -> DefinitionError:
    return DefinitionError(
        "bad_definition", f"{kpi.id}: {what}.", where=Where(file=str(path), column=kpi.id), found=kpi.id
    )
