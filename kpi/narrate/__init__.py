"""Results in sentences, in the reader's language: what stands out, what a KPI means, what is missing."""

from kpi.narrate.definition import DefinitionWords, describe_definition, describe_target
from kpi.narrate.filter import describe_filter
from kpi.narrate.funnel import (
    funnel_also,
    funnel_headline,
    funnel_subtitle,
    segment_headline,
    step_headline,
    trend_headline,
)
from kpi.narrate.missing import describe_missing, missing_fields
from kpi.narrate.scorecard import (
    board_also,
    board_counts,
    board_headline,
    fresh_sentence,
    gap_words,
    line_sentence,
    rests_on,
    short_value,
)
from kpi.narrate.words import (
    aggregate_name,
    basis_name,
    compare_name,
    direction_name,
    entity_name,
    field_name,
    grain_name,
    layer_name,
    period_words,
    scene_name,
    status_icon,
    status_name,
    unit_name,
)

__all__ = [
    "DefinitionWords",
    "aggregate_name",
    "basis_name",
    "board_also",
    "board_counts",
    "board_headline",
    "compare_name",
    "describe_definition",
    "describe_filter",
    "describe_missing",
    "describe_target",
    "direction_name",
    "entity_name",
    "field_name",
    "fresh_sentence",
    "funnel_also",
    "funnel_headline",
    "funnel_subtitle",
    "gap_words",
    "grain_name",
    "layer_name",
    "line_sentence",
    "missing_fields",
    "period_words",
    "rests_on",
    "scene_name",
    "segment_headline",
    "short_value",
    "status_icon",
    "status_name",
    "step_headline",
    "trend_headline",
    "unit_name",
]
