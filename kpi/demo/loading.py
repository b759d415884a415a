"""How do the demo companies come into a home? As a user would bring them: files, guessed mappings, one load each."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from kpi.demo.companies import COMPANIES, company_of, generate
from kpi.demo.company import Company
from kpi.ingest.guessing import guess
from kpi.ingest.inspection import inspect
from kpi.ingest.loading import load
from kpi.ingest.plans import Progress, plan
from kpi.ingest.sniffed import NamedFile
from kpi.semantic.catalogue import catalogue
from kpi.semantic.definitions import read_definitions, save_kpi, save_settings
from kpi.semantic.kpi import Definition, Kpi, Target
from kpi.workspace import Home, create_workspace, list_loads, list_workspaces

Told = Callable[[str], None]


def load_demo(
    home: Home, company_id: str | None = None, progress: Told | None = None, language: str = "en"
) -> list[str]:
    """The ids of the workspaces of one demo company or (None) all three, each loaded.

    A workspace that holds a load already is left as it is, with whatever its people have changed; one whose load was
    interrupted is completed. `progress` hears a line whenever something has been done. `QueryError` where there is no
    such company.
    """
    chosen = list(COMPANIES.values()) if company_id is None else [company_of(company_id)]
    known = {workspace.id for workspace in list_workspaces(home)}
    for company in chosen:
        name = company.names.in_language(language)
        if company.id not in known:
            create_workspace(
                home,
                name,
                workspace=company.id,
                scene=company.scene,
                currency=company.currency,
                time_zone=company.time_zone,
            )
        if not list_loads(home, company.id):
            _set_up(home, company)
            _bring(home, company, name, progress or _nobody)
    return [company.id for company in chosen]


def _bring(home: Home, company: Company, name: str, told: Told) -> None:
    """Write the exports to a folder of their own and load them."""
    folder = home.new_staging_folder()
    try:
        told(name)
        files = [NamedFile(path=path, name=path.name) for path in generate(company.id, folder)]
        found = inspect(files, home, progress=lambda done, of, file: told(f"{name} · {file} ({done}/{of})"))
        plans = [plan(guess(sniffed).accept()) for sniffed in found]
        done = load(home, company.id, plans, lambda step: told(_step(name, step)) if step.file else None)
        told(f"{name} · {done.rows:,}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _step(name: str, step: Progress) -> str:
    return f"{name} · {step.file} ({step.share:.0%})"


def _set_up(home: Home, company: Company) -> None:
    """Owners, targets, and which of the loaded tables a KPI is read from. Saving the same again changes nothing."""
    for kpi_id, entity in company.reads.items():
        kpi = catalogue()[kpi_id]
        first = kpi.model_copy(update={"definitions": _led_by(entity, kpi)})
        if first.definitions != read_definitions(home, company.id).kpi(kpi_id).definitions:
            save_kpi(home, company.id, first, reason="demo")
    for kpi_id, goal in company.targets.items():
        kpi = read_definitions(home, company.id).kpi(kpi_id)
        target = kpi.target if goal.monthly is None else Target(value=float(goal.monthly), per="month")
        if (kpi.owner, kpi.target) != (goal.owner, target):
            save_settings(home, company.id, kpi_id, target=target, owner=goal.owner, layer=kpi.layer, reason="demo")


def _led_by(entity: str, kpi: Kpi) -> tuple[Definition, ...]:
    """The definitions with those over this entity first."""

    def is_other(definition: Definition) -> bool:
        return all(getattr(measure, "entity", None) != entity for measure in definition.measures)

    return tuple(sorted(kpi.definitions, key=is_other))


def _nobody(_: str) -> None:
    """Hears progress where nobody listens."""
