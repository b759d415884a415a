"""What does every ready-made KPI mean, and how is it reckoned? The page `docs/kpis.md`, written from the catalogue.

`python -m kpi.semantic.reference` writes the page anew.
"""

from __future__ import annotations

from kpi.semantic.catalogue import kpis_at
from kpi.semantic.kpi import (
    Basis,
    Definition,
    Direction,
    Kpi,
    LevelMeasure,
    Measure,
    MovementMeasure,
    RowMeasure,
    Target,
    TargetMeasure,
    Unit,
)
from kpi.semantic.scene import Scene, scenes
from kpi.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "kpis.md"
INTRODUCTION = """# The ready-made KPIs · 指标参考

This page is written from the catalogue (`kpi/semantic/kpis/`) by `python -m kpi.semantic.reference`; change the
catalogue, not the page.

Each KPI lists its definitions in order of preference. The first whose fields are loaded is in force; a caution is said
beside every number that is made that way. *Cohort* places both sides of a rate on the day a record entered, *period*
dates each side on its own, *level* is what is there at the end of a day. A zero denominator is no data, not 0.
"""


def write_reference() -> str:
    """The text of the page."""
    contents = [f"- [{scene.names.en} · {scene.names.zh}](#{scene.id})" for scene in scenes().values()]
    parts = [INTRODUCTION, "\n".join(contents)]
    told: set[str] = set()
    for scene in scenes().values():
        parts.extend(_scene(scene, told))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _scene(scene: Scene, told: set[str]) -> list[str]:
    """A scene's steps with their KPIs; a KPI that stands elsewhere already is only linked."""
    parts = [f'<a id="{scene.id}"></a>\n\n## {scene.names.en} · {scene.names.zh}']
    for step in scene.steps:
        parts.append(
            f"### {step.names.en} · {step.names.zh}\n\n"
            f"- What is hard: {step.difficulty.en} · 难点：{step.difficulty.zh}\n"
            f"- What its KPIs are worth: {step.worth.en} · 指标分析的价值：{step.worth.zh}"
        )
        for kpi in kpis_at(scene.id, step.id):
            if kpi.id in told:
                parts.append(f"- See [{kpi.names.en} · {kpi.names.zh}](#{kpi.id})")
            else:
                parts.append(_entry(kpi))
                told.add(kpi.id)
    return parts


def _entry(kpi: Kpi) -> str:
    """One KPI: meaning, target, where its fields are found, definitions."""
    better = "higher is better" if kpi.direction is Direction.UP else "lower is better"
    lines = [
        f'<a id="{kpi.id}"></a>',
        f"#### {kpi.names.en} · {kpi.names.zh}",
        "",
        f"`{kpi.id}` — {kpi.layer.value}, {kpi.unit.value}, {better}",
        "",
        kpi.meaning.en,
        "",
        kpi.meaning.zh,
        "",
    ]
    if kpi.target is not None:
        lines.append(f"- Target: {describe_target(kpi.target, kpi.unit, kpi.direction)}")
    if kpi.find_in is not None:
        lines.append(f"- Found in: {kpi.find_in.en} · {kpi.find_in.zh}")
    for place, definition in enumerate(kpi.definitions, start=1):
        lines.append(f"- Definition {place} ({describe_basis(definition)}): {describe(definition)}")
        if definition.caution is not None:
            lines.append(f"  - Caution: {definition.caution.en} · {definition.caution.zh}")
    return "\n".join(lines)


def describe_target(target: Target, unit: Unit, direction: Direction) -> str:
    """The target with its sign, unit and source.

    >>> describe_target(Target(value=0.5), Unit.RATE, Direction.UP)
    '≥ 50 %'
    """
    sign = {(True, True): ">", (True, False): "<", (False, True): "≥", (False, False): "≤"}[
        target.strict, direction is Direction.UP
    ]
    amount = f"{target.value * 100:g} %" if unit is Unit.RATE else f"{target.value:,.15g}"
    span = f" {unit.value}" if unit in (Unit.DAYS, Unit.HOURS) else ""
    per = f" a {target.per}" if target.per else ""
    source = f" ({target.source.en.rstrip('.')} · {target.source.zh.rstrip('。')})" if target.source else ""
    return f"{sign} {amount}{span}{per}{source}"


def describe_basis(definition: Definition) -> str:
    """The basis, with the window of a cohort that has one."""
    if definition.basis is Basis.COHORT and definition.window_days is not None:
        days = "day" if definition.window_days == 1 else "days"
        return f"cohort, {definition.window_days:g} {days}"
    return definition.basis.value


def describe(definition: Definition) -> str:
    """A definition as one line of the catalogue's own words."""
    if definition.numerator is None:
        return f"`{definition.formula}`"
    text = describe_measure(definition.numerator)
    if definition.denominator is not None:
        text = f"{text} ÷ {describe_measure(definition.denominator)}"
    if definition.times_days:
        text += " × days in the period"
    return f"{text} ÷ days in the period" if definition.per_day else text


def describe_measure(measure: Measure) -> str:
    """A measure as catalogue words: what is reckoned, of which rows, placed by which date."""
    if isinstance(measure, TargetMeasure):
        return f"target of `{measure.kpi}`"
    value = f" `{measure.value}`" if measure.value else ""
    where = f" where `{' '.join(measure.where.split())}`" if measure.where else ""
    if isinstance(measure, MovementMeasure):
        what = "customers" if measure.customers else (measure.value or "")
        return f"{measure.part} `{what}` of `{measure.entity}` by `{measure.key}`{where}"
    if isinstance(measure, LevelMeasure):
        spell = f"`{measure.start}` to `{measure.end}`" if measure.end else f"`{measure.start}`"
        return f"{measure.at} level of {measure.aggregate.value}{value} of `{measure.entity}`{where}, by {spell}"
    return f"{_counted(measure, value)}{where}, by `{measure.date}`{_reach(measure)}"


def _counted(measure: RowMeasure, value: str) -> str:
    if measure.first:
        return f"`{measure.per}` whose first row of `{measure.entity}`"
    if measure.at_least is not None:
        what = f"different{value}" if value else "rows"
        return f"`{measure.per}` with at least {measure.at_least} {what} of `{measure.entity}`"
    return f"{measure.aggregate.value}{value} of `{measure.entity}`"


def _reach(measure: RowMeasure) -> str:
    days = f", last {measure.trailing_days} days" if measure.trailing_days else ""
    return days + (", whatever the breakdown" if measure.across_dimensions else "")


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(write_reference(), encoding="utf-8")
