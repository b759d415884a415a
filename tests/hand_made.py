"""Small companies whose every figure can be worked out by hand: for pages, sentences, charts and files.

B2B: 40 leads a month, April to June 2024, on days 1-30. Visited within two days: 32, 32 and 20 of them (80 %, 80 %,
50 %; the target is 70 %). Ten opportunities a month of 1,000: 8 visited, 6 with the need confirmed, 5 with a
proposal, 3 with the decision maker reached, 2 won, a day after the other. June comes with a second load.
B2C: 100 visitors in each of two channels; 10 order in Shop, 2 in Live; half of them pay.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from kpi.workspace import Home
from tests.given import given_load, given_workspace

VISITED = {4: 8, 5: 8, 6: 5}  # of each ten leads of a month
PEOPLE = [
    {"person": "P1", "name": "Anna", "team": "North"},
    {"person": "P2", "name": "Bo", "team": "South"},
]


def b2b_company(home: Home, workspace: str = "local") -> str:
    """The B2B company in a workspace that must not exist yet; two loads."""
    first = {"people": PEOPLE, "leads": [*_leads(4), *_leads(5)], "opportunities": [*_deals(4), *_deals(5)]}
    given_workspace(home, first, workspace=workspace)
    given_load(home, workspace, {"leads": _leads(6), "opportunities": _deals(6)})
    return workspace


def b2c_company(home: Home, workspace: str = "shop") -> str:
    """The B2C company in a workspace that must not exist yet; one load, all on 30 June 2024."""
    events: list[dict[str, Any]] = []
    for channel, orders in (("Shop", 10), ("Live", 2)):
        for number in range(100):
            kinds = ["visit"]
            if number < orders:
                kinds += ["product_view", "cart", "order"]
            if number < orders // 2:
                kinds.append("payment")
            for place, kind in enumerate(kinds):
                events.append(
                    {
                        "event_id": f"{channel}-{number}-{place}",
                        "visitor": f"{channel}-{number}",
                        "occurred_at": f"2024-06-30 10:{place:02d}:00",
                        "event": kind,
                        "channel": channel,
                    }
                )
    return given_workspace(home, {"events": events}, workspace=workspace)


def _leads(month: int) -> list[dict[str, Any]]:
    return [
        {
            "lead_id": f"L{month}-{number}",
            "company": f"Company {month}-{number}",
            "created_at": f"{_day(month, number)} 09:00:00",
            "assigned_at": f"{_day(month, number)} 10:00:00",
            "first_visit_at": f"{_day(month, number, 2)} 10:00:00" if number % 10 < VISITED[month] else None,
            "region": "East" if number % 2 else "West",
            "owner": "P1" if number % 2 else "P2",
        }
        for number in range(40)
    ]


def _deals(month: int) -> list[dict[str, Any]]:
    reached = {"first_visit_at": 8, "need_confirmed_at": 6, "proposal_at": 5, "decision_maker_at": 3, "closed_at": 2}
    return [
        {
            "opportunity_id": f"O{month}-{number}",
            "name": "=Deal" if number == 0 else f"Deal {month}-{number}",
            "created_at": f"2024-{month:02d}-01 09:00:00",
            **{
                name: f"2024-{month:02d}-{place + 2:02d} 09:00:00" if number < most else None
                for place, (name, most) in enumerate(reached.items())
            },
            "status": "won" if number < reached["closed_at"] else "open",
            "amount": 1000,
            "region": "East" if number % 2 else "West",
            "owner": "P1" if number % 2 else "P2",
        }
        for number in range(10)
    ]


def _day(month: int, number: int, later: int = 0) -> date:
    return date(2024, month, number % 30 + 1) + timedelta(days=later)
