"""Which journeys come ready made, and how is a user's own journey file read?"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from kpi.semantic.journey import Journey
from kpi.semantic.reading import read_item, read_yaml

FOLDER = Path(__file__).parent / "journeys"


@lru_cache(maxsize=1)
def journeys() -> dict[str, Journey]:
    """Every ready-made journey by id."""
    found = (read_journey(path) for path in sorted(FOLDER.glob("*.yaml")))
    return {journey.id: journey for journey in found}


def read_journey(path: Path) -> Journey:
    """The one journey of a YAML file. `DefinitionError` names file, line or key of the first mistake."""
    return read_item(read_yaml(path), Journey, path)
