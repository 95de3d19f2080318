"""Written standards as data: packs of clauses, judged on measurements, counted to a score."""

from vision.standard.coverage import ClauseCoverage, ClauseState, RuleCoverage, State, coverage, document_coverage
from vision.standard.evaluate import judge, manual_items
from vision.standard.order import by_urgency, most_urgent, urgency
from vision.standard.packs import DEFAULT_PACK, PackInfo, list_packs, load_pack, validate_pack_file
from vision.standard.problems import Problem
from vision.standard.rules import Decided, Pack, PackClause, Rule, Sides
from vision.standard.score import Unit, overall_score, score_checks, units_of

__all__ = [
    "DEFAULT_PACK",
    "ClauseCoverage",
    "ClauseState",
    "Decided",
    "Pack",
    "PackClause",
    "PackInfo",
    "Problem",
    "Rule",
    "RuleCoverage",
    "Sides",
    "State",
    "Unit",
    "by_urgency",
    "coverage",
    "document_coverage",
    "judge",
    "list_packs",
    "load_pack",
    "manual_items",
    "most_urgent",
    "overall_score",
    "score_checks",
    "units_of",
    "urgency",
    "validate_pack_file",
]
