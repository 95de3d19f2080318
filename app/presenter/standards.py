"""What the standards page says: clauses as cards, tolerances as rows to edit, changes, versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from app.house_packs import Change, PackChoice, locked
from app.texts import pick
from vision.quantities import DRILL_TEXT, WORD_TEXT, quantity
from vision.report.wording import BASIS_TEXT, UNIT_SIGN, typeset
from vision.standard import coverage
from vision.standard.messages import accept_text
from vision.standard.rules import Decided, Pack, PackClause, Rule
from vision.types import Basis, Drill

DECIDED_TEXT = {
    Decided.MEASURED: ("摄像头测量", "measured by camera"),
    Decided.MANUAL: ("培训师勾选", "ticked by a trainer"),
    Decided.UNSUPPORTED: ("暂不能测量", "not measured yet"),
}
SEX_TEXT = {"f": ("女士", "women"), "m": ("男士", "men")}
ROLE_TEXT = {"serving": ("接待客户时", "while serving"), "idle": ("无客户时", "with no customer")}
LOCKED_TEXT = ("文件规定的数值，不能修改", "stated by the document: locked")
NO_FIGURE = ("文件未给出数值", "the document gives no figure")
LOCK = '<span class="lock" role="img" aria-label="{0}" title="{0}"></span>'


def pack_label(choice: PackChoice, language: str) -> str:
    """A standard in a list: its title, and for a house version whose it is."""
    title = pick(language, choice.title_zh, choice.title_en)
    return f"{title} · {choice.author}" if choice.is_house else title


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as people read it. ``was``: what the shipped standard accepts, where this version differs."""

    id: str
    label: str
    accept: str
    basis: Basis
    was: str


@dataclass(frozen=True, slots=True)
class ClauseCard:
    """A clause as people read it."""

    id: str
    ask: str
    cited: str
    drills: tuple[Drill, ...]
    decided: Decided
    figure: str  # "" where the document gives none
    view: str
    note: str
    tags: tuple[str, ...]
    rules: tuple[RuleRow, ...]


def drills_in(pack: Pack) -> tuple[Drill, ...]:
    """The drills that a pack speaks of, in the usual order."""
    there = {drill for clause in pack.clauses for drill in clause.drills}
    return tuple(drill for drill in Drill if drill in there)


def clause_cards(
    pack: Pack, shipped: Pack, language: str, drill: Drill | None = None, search: str = ""
) -> tuple[ClauseCard, ...]:
    """The clauses of a drill (None: all) that hold every word of ``search``, in either language."""
    before = {rule.id: rule for clause in shipped.clauses for rule in clause.rules}
    labels = rule_labels(pack, language)
    words = search.casefold().split()
    return tuple(
        _card(clause, before, labels, language)
        for clause in pack.clauses
        if (drill is None or drill in clause.drills) and _holds(clause, words, pack)
    )


def rule_labels(pack: Pack, language: str) -> dict[str, str]:
    """What each rule measures, in words."""
    return {
        rule.rule: pick(language, rule.label_zh, rule.label_en) for clause in coverage(pack) for rule in clause.rules
    }


def _holds(clause: PackClause, words: Sequence[str], pack: Pack) -> bool:
    if not words:
        return True
    texts = [clause.id, clause.clause.zh, clause.clause.en, clause.clause.section, clause.clause.source]
    texts += [clause.name_zh, clause.name_en, clause.figure_zh, clause.figure_en]
    for rule in clause.rules:
        known = quantity(rule.quantity_names[0])
        texts += [rule.id] if known is None else [rule.id, known.label_zh, known.label_en]
    text = " ".join(texts).casefold()
    return all(word in text for word in words)


def _card(clause: PackClause, before: dict[str, Rule], labels: dict[str, str], language: str) -> ClauseCard:
    def said(zh: str, en: str) -> str:
        return pick(language, typeset(zh), en)

    tags = [said(*SEX_TEXT[clause.sex])] if clause.sex else []
    tags += [said(*ROLE_TEXT[clause.role])] if clause.role else []
    tags += [said("几种姿势任选其一", "one of several forms")] if clause.alternative else []
    tags += [said("只作参考", "for information")] if clause.informative else []
    return ClauseCard(
        clause.id,
        said(clause.clause.zh, clause.clause.en),
        f"{clause.clause.source} · {typeset(clause.clause.section)}",
        clause.drills,
        clause.decided,
        said(clause.figure_zh, clause.figure_en),
        said(clause.requires_view_zh, clause.requires_view_en),
        said(clause.note_zh, clause.note_en),
        tuple(tags),
        tuple(_rule_row(rule, before.get(rule.id), labels[rule.id], language) for rule in clause.rules),
    )


def _rule_row(rule: Rule, before: Rule | None, label: str, language: str) -> RuleRow:
    accept = accept_text(rule, language)
    was = "" if before is None else accept_text(before, language)
    return RuleRow(rule.id, label, accept, rule.basis, "" if was == accept else was)


def summary_text(pack: Pack, language: str) -> str:
    """How many clauses there are and who decides them."""
    counts = Counter(clause.decided for clause in pack.clauses)
    measured, manual, missing = (counts[decided] for decided in Decided)
    return pick(
        language,
        f"共 {len(pack.clauses)} 条：{measured} 条由摄像头测量，{manual} 条由培训师勾选，{missing} 条暂不能测量",
        f"{len(pack.clauses)} clauses: {measured} measured by camera, {manual} ticked by a trainer, "
        f"{missing} not measured yet",
    )


def cards_html(cards: Sequence[ClauseCard], language: str) -> str:
    """The clauses as cards."""
    return f'<div class="clauses">{"".join(_card_html(card, language) for card in cards)}</div>'


def _card_html(card: ClauseCard, language: str) -> str:
    drills = "、".join(DRILL_TEXT[drill][0] for drill in card.drills)
    drills = pick(language, drills, ", ".join(DRILL_TEXT[drill][1] for drill in card.drills))
    decided = pick(language, *DECIDED_TEXT[card.decided])
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in card.tags)
    figure = (
        f'<p class="figure">{lock_html(language)}<b>{escape(card.figure)}</b></p>'
        if card.figure
        else f'<p class="figure none">{pick(language, *NO_FIGURE)}</p>'
    )
    rules = "".join(_rule_html(rule, language) for rule in card.rules)
    rules = f'<dl class="clause-rules">{rules}</dl>' if rules else ""
    view = pick(language, f"拍摄方向：{card.view}", f"Camera: {card.view}") if card.view else ""
    small = "".join(f'<p class="small">{escape(text)}</p>' for text in (view, card.note) if text)
    return (
        f'<article class="clause {card.decided}" id="{escape(card.id)}"><header><h3>{escape(card.ask)}</h3>'
        f'<p class="cited">{escape(drills)} · {escape(card.cited)}</p>'
        f'<p class="tags"><span class="tag by">{decided}</span>{tags}</p></header>{figure}{rules}{small}</article>'
    )


def _rule_html(rule: RuleRow, language: str) -> str:
    documented = rule.basis is Basis.DOCUMENTED
    basis = BASIS_TEXT[rule.basis][language]
    mark = lock_html(language) if documented else ""
    was = f"<s>{escape(rule.was)}</s> → " if rule.was else ""
    changed = " changed" if rule.was else ""
    return (
        f'<div class="rule{changed}"><dt>{escape(rule.label)}</dt>'
        f'<dd>{was}<b>{escape(rule.accept)}</b><em class="{rule.basis}">{mark}{basis}</em></dd></div>'
    )


def lock_html(language: str) -> str:
    """The sign of a figure that the document itself gives."""
    return LOCK.format(pick(language, *LOCKED_TEXT))


@dataclass(frozen=True, slots=True)
class EditRow:
    """A rule with the numbers to edit, as shown: shares in per cent. ``locked`` says why there is nothing to edit."""

    rule: str
    clause: str
    label: str
    ask: str
    accept: str
    sign: str  # unit, as it follows a number
    low: float | None
    high: float | None
    step: float
    words: tuple[str, ...]
    known_words: tuple[str, ...]
    figure: str  # what the document itself states, which has to stay accepted
    locked: str


def edit_rows(pack: Pack, language: str, drill: Drill | None = None, search: str = "") -> tuple[EditRow, ...]:
    """The rules of measured clauses, as they stand in ``pack``."""
    labels = rule_labels(pack, language)
    words = search.casefold().split()
    return tuple(
        _edit_row(clause, rule, labels[rule.id], language)
        for clause in pack.clauses
        if clause.decided is Decided.MEASURED
        and (drill is None or drill in clause.drills)
        and _holds(clause, words, pack)
        for rule in clause.rules
    )


def _edit_row(clause: PackClause, rule: Rule, label: str, language: str) -> EditRow:
    name = rule.quantity_names[0]
    known = quantity(name)
    figure = pick(language, clause.figure_zh, clause.figure_en) if rule.target is not None else ""
    return EditRow(
        rule.id,
        clause.id,
        label,
        pick(language, typeset(clause.clause.zh), clause.clause.en),
        accept_text(rule, language),
        _sign(name),
        shown(rule.low, name),
        shown(rule.high, name),
        _step(name),
        rule.words,
        known.words if known is not None else (),
        figure,
        pick(language, *LOCKED_TEXT) if locked(rule) else "",
    )


def _sign(name: str) -> str:
    known = quantity(name)
    return "" if known is None else "%" if known.percent else UNIT_SIGN[known.unit].strip()


def _step(name: str) -> float:
    """By how much a limit is usually moved."""
    known = quantity(name)
    unit = "" if known is None else known.unit
    if known is not None and known.percent:
        return 5.0
    return {"1": 0.05, "s": 0.1, "cm": 0.5}.get(unit, 1.0)


def shown(value: float | None, name: str) -> float | None:
    """A limit as it is edited: shares in per cent, without the dust of binary fractions."""
    known = quantity(name)
    return None if value is None else round(value * (100 if known is not None and known.percent else 1), 6)


def stored(value: float | None, rule: Rule) -> float | None:
    """The inverse of `shown`."""
    known = quantity(rule.quantity_names[0])
    return None if value is None else round(value / (100 if known is not None and known.percent else 1), 8)


def word_label(word: str, language: str) -> str:
    """An accepted word as people read it."""
    return pick(language, *WORD_TEXT.get(word, (word, word)))


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of a difference."""

    label: str
    ask: str
    old: str
    new: str


def change_rows(changes: Sequence[Change], language: str) -> tuple[ChangeRow, ...]:
    """Changes in words."""
    return tuple(
        ChangeRow(
            _label(change, language),
            pick(language, typeset(change.clause.clause.zh), change.clause.clause.en),
            accept_text(change.old, language),
            accept_text(change.new, language),
        )
        for change in changes
    )


def _label(change: Change, language: str) -> str:
    known = quantity(change.new.quantity_names[0])
    label = change.new.id if known is None else known.label(language)
    one_sided = pick(language, "左", "left ")
    return label if change.new.sides is None else label.replace(one_sided, "", 1)


def changes_html(rows: Sequence[ChangeRow]) -> str:
    """Differences, old to new."""
    lines = (
        f"<li><span>{escape(row.label)}<small>{escape(row.ask)}</small></span>"
        f"<b><s>{escape(row.old)}</s> → {escape(row.new)}</b></li>"
        for row in rows
    )
    return f'<ul class="limit-changes">{"".join(lines)}</ul>'
