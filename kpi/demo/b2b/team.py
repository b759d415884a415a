"""Who sells the equipment, and how well is each step done before and after the fix? The story's cast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi.demo.seeded import Floats, after, codes, days_of, even, in_office_hours, normal, pick, stream, where

COMPANY = "demo_b2b"
START, END = "2023-07-01", "2026-01-01"
FIX = np.datetime64("2025-01-01")
NOW = np.datetime64("2026-01-01T00:00:00")

REGIONS = ["East China", "North China", "South China", "Southwest"]
WEAK_REGION = "Southwest"


@dataclass(frozen=True)
class Rep:
    """One sales person. Pairs are chances before and after the fix: a lead is visited, a decision maker is reached."""

    person: str
    name: str
    region: str
    share: float  # of the company's leads
    visit: tuple[float, float] = (0.68, 0.79)
    reach: tuple[float, float] = (0.705, 0.885)
    proposal: float = 0.71  # chance that a proposal is accepted; the fix does not touch it
    prompt: float = 0.96  # chance that a lead is answered within a day


_VISIT, _REACH = (0.385, 0.74), (0.40, 0.84)  # what the weak region does

REPS = [
    Rep("Chen Wei", "陈维", "East China", 6.5),
    Rep("Lin Yue", "林悦", "East China", 6.0),
    Rep("Zhou Hang", "周航", "East China", 5.8),
    Rep("Xu Jing", "徐静", "East China", 5.2, reach=(0.44, 0.83)),  # avoids the top floor
    Rep("Gao Ming", "高鸣", "East China", 4.5),
    Rep("Wang Lei", "王蕾", "North China", 6.0),
    Rep("Liu Yang", "刘洋", "North China", 5.5),
    Rep("Sun Bo", "孙博", "North China", 5.3, visit=(0.46, 0.74)),  # sells from the desk
    Rep("Zhao Qian", "赵倩", "North China", 4.8, proposal=0.50),  # proposals miss the need, before and after
    Rep("Ma Rui", "马睿", "North China", 4.2),
    Rep("Huang Ting", "黄婷", "South China", 6.6),
    Rep("He Jun", "何俊", "South China", 6.0, prompt=0.66),  # answers late, before and after
    Rep("Luo Xin", "罗欣", "South China", 5.6),
    Rep("Deng Kai", "邓凯", "South China", 5.0),
    Rep("Yang Fan", "杨帆", "Southwest", 6.4, visit=_VISIT, reach=_REACH),
    Rep("Tang Yi", "唐毅", "Southwest", 6.0, visit=_VISIT, reach=_REACH),
    Rep("Qin Lan", "秦岚", "Southwest", 5.6, visit=_VISIT, reach=_REACH),
    Rep("Peng Tao", "彭涛", "Southwest", 5.0, visit=_VISIT, reach=_REACH),
]

MANAGERS = {"East China": "Shen Rong", "North China": "Han Dong", "South China": "Ye Qing", "Southwest": "Cao Yang"}

OTHERS: list[tuple[str, str, str, str | None, str | None, str]] = [  # person, name, team, manager, region, role
    ("Shen Rong", "沈蓉", "East China Sales", "Jiang Nan", "East China", "Regional manager"),
    ("Han Dong", "韩东", "North China Sales", "Jiang Nan", "North China", "Regional manager"),
    ("Ye Qing", "叶青", "South China Sales", "Jiang Nan", "South China", "Regional manager"),
    ("Cao Yang", "曹阳", "Southwest Sales", "Jiang Nan", "Southwest", "Regional manager"),
    ("Jiang Nan", "江楠", "Head Office", None, None, "Sales director"),
    ("Fu Lei", "傅磊", "Marketing", "Jiang Nan", None, "Marketing lead"),
    ("Lu Fei", "陆菲", "Solutions", "Jiang Nan", None, "Solution engineer"),
    ("Wei Ke", "魏柯", "Solutions", "Jiang Nan", None, "Solution engineer"),
    ("Dong Min", "董敏", "Finance", "Jiang Nan", None, "Credit controller"),
    ("Su Hui", "苏慧", "Service", "Jiang Nan", None, "Service engineer"),
]

THEMES = [
    "Checklist for first visits",
    "Map of the customer's decision makers",
    "Template for proposals",
    "Shared demo cell",
    "Faster spare parts",
    "Quote approval by phone",
    "Reference visits",
    "Training with service",
]


def skill(pairs: list[tuple[float, float]], rep: np.ndarray, fixed: np.ndarray) -> Floats:
    """Each row's chance: that of its rep (an index into `REPS`), before or after the fix."""
    return np.asarray(np.array(pairs, dtype=np.float64)[rep, fixed.astype(np.int64)], dtype=np.float64)


def people() -> pd.DataFrame:
    """The roster as the HR system exports it, one row per person."""
    hired = np.datetime64("2016-03-01")
    rows: list[tuple[str, str, str, str | None, str | None, str]] = [
        (r.person, r.name, f"{r.region} Sales", MANAGERS[r.region], r.region, "Sales representative") for r in REPS
    ]
    rows += OTHERS
    frame = pd.DataFrame(rows, columns=["Employee", "Full Name", "Team", "Manager", "Region", "Job Title"])
    frame["Hire Date"] = [hired + np.timedelta64(97 * place, "D") for place in range(len(frame))]
    frame["Hire Date"] = frame["Hire Date"].astype("datetime64[s]")
    frame["Email"] = [f"{person.lower().replace(' ', '.')}@hengyue.example" for person in frame["Employee"]]
    return frame


def _teams() -> list[tuple[str, str]]:
    return [(r.person, f"{r.region} Sales") for r in REPS] + [(other[0], other[2]) for other in OTHERS]


def ideas() -> pd.DataFrame:
    """Ideas handed in by everybody, about five a month; more once the fix shows that they are heard."""
    rng = stream(COMPANY, "ideas")
    days = days_of(START, END)
    weight = np.where(days >= FIX, 1.5, 1.0)
    size = 170
    submitted_at = in_office_hours(rng, np.sort(rng.choice(days, size, p=weight / weight.sum())))
    teams = _teams()
    who = pick(rng, range(len(teams)), [1.0] * len(teams), size).astype(np.int64)
    status = pick(rng, ["Adopted", "Rejected", "In review"], [42, 38, 20], size)
    adopted_at = in_office_hours(rng, after(submitted_at, 6.0 + 30.0 * even(rng, size)))
    is_adopted = (status == "Adopted") & (adopted_at < NOW)
    frame = pd.DataFrame(
        {
            "Idea ID": codes("I-", size, 4),
            "Submitted By": np.array([t[0] for t in teams], dtype=object)[who],
            "Team": np.array([t[1] for t in teams], dtype=object)[who],
            "Idea Title": pick(rng, THEMES, [1.0] * len(THEMES), size),
            "Submitted On": submitted_at,
            "Idea Status": np.where((status == "Adopted") & ~is_adopted, "In review", status),
            "Adopted On": where(is_adopted, adopted_at),
        }
    )
    return frame[frame["Submitted On"] < NOW].reset_index(drop=True)


def peer_scores() -> pd.DataFrame:
    """Each quarter everybody is scored (1–5) by two colleagues of other teams."""
    rng = stream(COMPANY, "peer scores")
    teams = _teams()
    liked = 3.9 + 0.35 * normal(rng, len(teams))
    rows = []
    for quarter in np.arange(np.datetime64("2023-09"), np.datetime64(END, "M"), np.timedelta64(3, "M")):
        for place, (person, team) in enumerate(teams):
            strangers = [other for other in teams if other[1] != team]
            for number in rng.choice(len(strangers), 2, replace=False):
                day = quarter.astype("datetime64[D]") + np.timedelta64(int(rng.integers(18, 28)), "D")
                score = float(np.clip(np.round(liked[place] + 0.6 * rng.standard_normal()), 1, 5))
                rows.append((strangers[number][0], person, team, day.astype("datetime64[s]"), int(score)))
    frame = pd.DataFrame(rows, columns=["Rater", "Person Rated", "Team", "Score Date", "Score"])
    frame = frame.sort_values(["Score Date", "Person Rated"], kind="stable").reset_index(drop=True)
    frame.insert(0, "Score ID", codes("P-", len(frame), 4))
    return frame
