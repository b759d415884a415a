"""What a row can mean: entities and fields as data (`entities/*.yaml`), with their names in both languages."""

from kpi.model.entity import Entity, Field, FieldType, Names, entities, entity

__all__ = ["Entity", "Field", "FieldType", "Names", "entities", "entity"]
