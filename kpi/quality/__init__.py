"""What do rows that did not fit, and keys that do not meet, mean for the KPIs?"""

from kpi.ingest.corrections import Correction, read_corrections
from kpi.quality.accepted import AcceptedIssue, IssueKey, accept, accepted, take_back
from kpi.quality.consequences import Consequence, Effect, consequences
from kpi.quality.corrections import Applied, Proposal, approve, propose_corrections, withdraw
from kpi.quality.joins import Join, Unmatched, read_joins
from kpi.quality.ranges import Range

__all__ = [
    "AcceptedIssue",
    "Applied",
    "Consequence",
    "Correction",
    "Effect",
    "IssueKey",
    "Join",
    "Proposal",
    "Range",
    "Unmatched",
    "accept",
    "accepted",
    "approve",
    "consequences",
    "propose_corrections",
    "read_corrections",
    "read_joins",
    "take_back",
    "withdraw",
]
