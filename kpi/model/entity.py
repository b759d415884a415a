"""Entities and fields, read from `entities/*.yaml`.

A field's *type* says how its values are stored; its *unit* says what they measure. `references` names the entity
whose key the field holds: that is the declared, many-to-one join by which dimensions are reached.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from kpi.errors import QueryError, near_names

FOLDER = Path(__file__).parent / "entities"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # several times faster, where the library came with it


class FieldType(StrEnum):
    """How values of a field are stored. The SQL type stands beside each."""

    ID = "id"  # VARCHAR; never summed, leading zeros kept
    TEXT = "text"  # VARCHAR
    CATEGORY = "category"  # VARCHAR; few values, a natural dimension
    INTEGER = "integer"  # BIGINT
    NUMBER = "number"  # DOUBLE
    RATE = "rate"  # DOUBLE, 0-1
    MONEY = "money"  # DECIMAL(18,4), in the row's currency
    DATE = "date"  # DATE
    TIMESTAMP = "timestamp"  # TIMESTAMP, UTC
    BOOLEAN = "boolean"  # BOOLEAN

    @property
    def is_time(self) -> bool:
        """Whether values are points in time."""
        return self in (FieldType.DATE, FieldType.TIMESTAMP)

    @property
    def is_number(self) -> bool:
        """Whether values can be added or averaged."""
        return self in (FieldType.INTEGER, FieldType.NUMBER, FieldType.RATE, FieldType.MONEY)

    @property
    def is_dimension(self) -> bool:
        """Whether a breakdown by it makes sense."""
        return self in (FieldType.ID, FieldType.TEXT, FieldType.CATEGORY, FieldType.BOOLEAN)


class Frozen(BaseModel):
    """A value read from data: immutable, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Names(Frozen):
    """One thing's name, or sentence, in both languages."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """The text for a language code such as `zh_CN` or `en`; English for any other."""
        return self.zh if language.startswith("zh") else self.en


class Field(Frozen):
    """One column that an entity may have."""

    id: str
    names: Names
    type: FieldType
    unit: str | None = None
    synonyms: tuple[str, ...] = ()  # other headers that mean this, either language
    references: str | None = None  # entity whose key this holds
    planned: bool = False  # a date that may lie in the future without meaning that data reaches so far
    required: bool = False  # a row without it is set aside
    derived_from: str | None = None  # category only: field of the same entity whose words decide the value
    values: dict[str, tuple[str, ...]] = {}  # category only: canonical value → words that mean it
    otherwise: str | None = None  # category only: canonical value for any other word
    pattern: str | None = None  # regular expression that whole values match, where that tells the field from others


class Entity(Frozen):
    """One kind of row. `grain` says what one row means; `time` places a row in a period by default."""

    id: str
    names: Names
    grain: Names
    key: str | None = None  # field that names a row, when the data has it
    time: str | None = None
    synonyms: tuple[str, ...] = ()  # words in file or sheet names that hint at this entity
    signature: tuple[tuple[str, ...], ...] = ()  # of every group a table must feed one field, or it is something else
    one_row_each: bool = False  # what the key identifies has one row: where keys repeat, it is something else
    keys: tuple[tuple[str, ...], ...] = ()  # fields that name a row together, where the key is not there; best first
    fields: tuple[Field, ...]

    @model_validator(mode="after")
    def _names_exist(self) -> Entity:
        known = {field.id for field in self.fields}
        if len(known) != len(self.fields):
            raise ValueError(f"{self.id}: a field stands twice")
        grouped = (name for group in (*self.signature, *self.keys) for name in group)
        for name in (self.key, self.time, *(field.derived_from for field in self.fields), *grouped):
            if name is not None and name not in known:
                raise ValueError(f"{self.id}: no field {name!r}")
        return self

    def field(self, field_id: str) -> Field | None:
        """The field of this id, or None."""
        return next((field for field in self.fields if field.id == field_id), None)


@lru_cache(maxsize=1)
def entities() -> dict[str, Entity]:
    """Every entity by id, in the order of the files."""
    found: dict[str, Entity] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for item in yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER):
            made = Entity.model_validate(item)
            if made.id in found:
                raise ValueError(f"{path.name}: entity {made.id!r} stands twice")
            found[made.id] = made
    for made in found.values():
        for field in made.fields:
            if field.references is not None and field.references not in found:
                raise ValueError(f"{made.id}.{field.id} references unknown entity {field.references!r}")
    return found


def entity(entity_id: str) -> Entity:
    """The entity of this id; `QueryError` with near names where there is none."""
    known = entities()
    if entity_id not in known:
        raise QueryError(
            "unknown_entity",
            f"There is no entity {entity_id!r}.",
            found=entity_id,
            near=near_names(entity_id, list(known)),
        )
    return known[entity_id]
