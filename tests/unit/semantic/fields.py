"""Which fields of an expression does no entity have? Names are followed through declared joins and into `exists`."""

from collections.abc import Sequence

from kpi.model import entities
from kpi.semantic.expression import children_in, names_in, parse


def unknown_fields(text: str, entity_id: str) -> list[str]:
    """The names in an expression over an entity's rows that lead nowhere."""
    tree = parse(text)
    unknown = [".".join(parts) for parts in names_in(tree) if not leads_somewhere(parts, entity_id)]
    for child, condition in children_in(tree):
        made = entities().get(child)
        if made is None or not any(field.references == entity_id for field in made.fields):
            unknown.append(f"{child} of {entity_id}")
        elif condition is not None:
            unknown += [".".join(parts) for parts in names_in(condition) if not leads_somewhere(parts, child)]
    return unknown


def leads_somewhere(parts: Sequence[str], entity_id: str) -> bool:
    """Whether a name is a field of the entity, or of one that it references directly."""
    made = entities()[entity_id]
    if len(parts) == 1:
        return made.field(parts[0]) is not None
    target, name = parts
    return any(field.references == target for field in made.fields) and entities()[target].field(name) is not None
