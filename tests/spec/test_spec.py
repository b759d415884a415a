"""Every case of `tests/spec/*.yaml`: given rows, when this query, then these hand-worked rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from kpi.evaluate import Access, JourneyQuery, KpiQuery, RowsQuery, evaluate, open_context
from kpi.period import Period, TimeGrain
from kpi.semantic.definitions import kpi_from
from kpi.semantic.journey import Journey
from kpi.workspace import Home
from tests.given import given_workspace

FOLDER = Path(__file__).parent
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['case']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], home: Home) -> None:
    """The worked rows of the case come out, cell by cell."""
    workspace = given_workspace(home, case["given"], zone=case.get("zone", "UTC"))
    now = date.fromisoformat(str(case["now"])) if "now" in case else None
    context = open_context(home, workspace, access=Access.everything(), now=now)
    result = evaluate(_query(case["when"]), context)
    columns = case["then"]["columns"]
    found = [[_shown(value) for value in row] for row in result.frame[columns].itertuples(index=False, name=None)]
    assert found == [[_expected(value) for value in row] for row in case["then"]["rows"]], result.sql


def _query(when: dict[str, Any]) -> KpiQuery | JourneyQuery | RowsQuery:
    rest = {
        "period": _period(when.get("from"), when.get("to")),
        "grain": TimeGrain(when["grain"]) if "grain" in when else None,
        "dimensions": tuple(when.get("by", ())),
        "where": when.get("where"),
    }
    of: KpiQuery | JourneyQuery
    if "journey" in when:
        journey = when["journey"]
        of = JourneyQuery(Journey.model_validate(journey) if isinstance(journey, dict) else journey, **rest)
    else:
        kpi = when["kpi"]
        of = KpiQuery(_own_kpi(kpi) if isinstance(kpi, dict) else kpi, **rest)
    if "rows" not in when:
        return of
    return RowsQuery(of, when["rows"], tuple((when.get("cell") or {}).items()))


def _own_kpi(body: dict[str, Any]) -> Any:
    names = {"en": "Own", "zh": "自定义"}
    return kpi_from({"id": "own", "names": names, "meaning": names, "unit": "number", "definitions": [body]})


def _period(start: Any, last: Any) -> Period | None:
    """`to` is inclusive."""
    if start is None:
        return None
    end = date.fromisoformat(str(last)).toordinal() + 1
    return Period(date.fromisoformat(str(start)), date.fromordinal(end))


def _shown(value: Any) -> Any:
    if isinstance(value, Decimal | float):
        return round(float(value), 9)
    return value.isoformat() if isinstance(value, date) else value


def _expected(value: Any) -> Any:
    return (
        round(float(value), 9) if isinstance(value, float) else value.isoformat() if isinstance(value, date) else value
    )
