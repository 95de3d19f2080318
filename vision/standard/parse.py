"""Reads one pack file: TOML text to clauses and overrides, with every problem found on the way."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vision.quantities import Quantity, quantities
from vision.standard.problems import Problems, Table
from vision.standard.rules import ADVICE_FIELDS, Advice, Decided, PackClause, Rule, Sides
from vision.standard.toml_lines import LineMap
from vision.types import Basis, Clause, Drill

ROLES = ("serving", "idle")
SEXES = ("f", "m")
SIGNED = ("author", "created", "reason", "parent")  # whose version of a pack this is: for lists, not for judging
TomlPath = tuple[str | int, ...]
_CLAUSE = ("条款", "clause")
_RULE = ("规则", "rule")


@dataclass(frozen=True, slots=True)
class Override:
    """A change to an included clause or rule. None = as it was."""

    path: TomlPath
    clause: str
    rule: str
    weight: float | None
    informative: bool | None
    note_zh: str
    note_en: str
    low: float | None
    high: float | None
    target: float | None
    words: tuple[str, ...]
    basis: Basis | None


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file as it stands, before its includes are followed."""

    id: str
    version: str
    title_zh: str
    title_en: str
    document: str
    includes: tuple[str, ...]
    clauses: tuple[PackClause, ...]
    overrides: tuple[Override, ...]
    problems: Problems


def parse_pack(text: str, file: Path) -> PackFile:
    """The pack in ``text``; what is wrong stands in ``problems`` of the result, with lines of ``file``."""
    problems = Problems(file, LineMap(text))
    try:
        document: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line (\d+), column \d+\)", str(error))
        problems.lines = _OneLine(int(at.group(1)) if at else max(1, len(text.splitlines())))
        problems.add((), f"not valid TOML: {error}", f"不是有效的 TOML：{error}")
        document = {}
        return PackFile("", "", "", "", "", (), (), (), problems)
    table = Table(document, (), ("标准包", "pack"), problems)
    head = (table.text("id", None), table.text("version", None), table.text("title_zh", None))
    pack = PackFile(
        *head,
        title_en=table.text("title_en", None),
        document=table.text("document"),
        includes=table.texts("include"),
        clauses=tuple(_clause(values, path, head[0], problems) for path, values in table.tables("clause")),
        overrides=tuple(_override(values, path, problems) for path, values in table.tables("override")),
        problems=problems,
    )
    for key in SIGNED:
        table.text(key)
    table.finish()
    if not pack.clauses and not pack.includes:
        table.problem(None, "it has neither a [[clause]] nor an include", "既没有 [[clause]] 也没有 include")
    _report_duplicates(pack)
    return pack


class _OneLine(LineMap):
    """Every path stands on the same line: for text that is no TOML at all."""

    def __init__(self, line: int) -> None:
        super().__init__("")
        self._only = line

    def line(self, *path: str | int) -> int:
        return self._only


def _clause(values: Mapping[str, object], path: TomlPath, pack_id: str, problems: Problems) -> PackClause:
    table = Table(values, path, _CLAUSE, problems)
    table.name = clause_id = table.text("id", None)
    decided = Decided(table.choice("decided", tuple(Decided), "measured"))
    source = table.text("source", pack_id)
    section, zh, en = (table.text(key, None) for key in ("section", "zh", "en"))
    rules = tuple(_rule(rule, at, clause_id, problems) for at, rule in table.tables("rule"))
    clause = PackClause(
        id=clause_id,
        clause=Clause(source, section, zh, en),
        drills=_drills(table),
        decided=decided,
        weight=_weight(table, 1.0) or 0.0,
        sex=table.choice("sex", SEXES) or None,
        role=table.choice("role", ROLES) or None,
        alternative=table.text("alternative") or None,
        informative=table.flag("informative"),
        name_zh=table.text("name_zh"),
        name_en=table.text("name_en"),
        figure_zh=table.text("figure_zh"),
        figure_en=table.text("figure_en"),
        note_zh=table.text("note_zh"),
        note_en=table.text("note_en"),
        requires_view_zh=table.text("requires_view_zh"),
        requires_view_en=table.text("requires_view_en"),
        rules=rules,
    )
    table.finish()
    _check_decided(table, clause)
    return clause


def _check_decided(table: Table, clause: PackClause) -> None:
    if clause.decided is Decided.MEASURED and not clause.rules:
        table.problem(
            None,
            "it is measured but has no [[clause.rule]] (or set decided = \"manual\")",
            "按测量判定，却没有 [[clause.rule]]（或写 decided = \"manual\"）",
        )  # fmt: skip
    if clause.decided is Decided.MANUAL and clause.rules:
        table.problem("decided", "a manual clause has no rules", "人工判定的条款不带规则")
    if clause.decided is Decided.UNSUPPORTED and not (clause.note_zh and clause.note_en):
        table.problem("decided", "say what is missing in note_zh and note_en", "请在 note_zh 和 note_en 写明缺少什么")


def _drills(table: Table) -> tuple[Drill, ...]:
    names = table.texts("drills", required=True)
    known = tuple(Drill)
    for name in names:
        if name not in known:
            table.not_one_of("drills", name, known)
    return tuple(Drill(name) for name in names if name in known)


def _weight(table: Table, default: float | None) -> float | None:
    weight = table.number("weight", default)
    if weight is not None and weight < 0:
        table.problem("weight", f"'weight' must not be negative, not {weight:g}", f"'weight' 不能为负数（{weight:g}）")
    return weight


def _rule(values: Mapping[str, object], path: TomlPath, clause_id: str, problems: Problems) -> Rule:
    table = Table(values, path, _RULE, problems)
    table.name = rule_id = table.text("id", clause_id)
    sides = table.choice("sides", tuple(Sides))
    name = table.text("quantity", None)
    known = _quantity(table, name, sides)
    unit = table.text("unit")
    low, high, target = table.number("low"), table.number("high"), table.number("target")
    rule = Rule(
        id=rule_id,
        quantity=name,
        low=low,
        high=high,
        words=table.texts("accept"),
        target=target,
        unit=unit,
        basis=Basis(table.choice("basis", tuple(Basis), None) or "house"),
        sides=Sides(sides) if sides else None,
        informative=table.flag("informative"),
        advice=_advice(table),
    )
    table.finish()
    if rule_id != clause_id and not rule_id.startswith(f"{clause_id}."):
        wanted = f"'{clause_id}' or '{clause_id}.SOMETHING'"
        table.problem("id", f"the id must be {wanted}", f"id 必须是 {wanted}")
    if known is not None:
        _check_accept(table, rule, known)
    return rule


def _quantity(table: Table, name: str, sides: str) -> Quantity | None:
    """The registered quantity that ``name`` speaks of; None (and a problem) when there is none."""
    if not name:
        return None
    if ("{side}" in name) != bool(sides):
        key = "quantity" if "{side}" in name else "sides"
        table.problem(
            key,
            "'{side}' in the quantity and sides = \"both\" or \"active\" belong together",
            "quantity 中的 '{side}' 要与 sides = \"both\" 或 \"active\" 一起使用",
        )  # fmt: skip
    known = quantities().get(name.replace("{side}", "left"))
    if known is None:
        table.not_one_of("quantity", name, (key.replace("_left", "_{side}") for key in _all_names()))
    return known


def _all_names() -> list[str]:
    return [*quantities(), *(name for name in quantities() if name.endswith("_left"))]


def _check_accept(table: Table, rule: Rule, known: Quantity) -> None:
    if known.kind == "word":
        _check_words(table, rule, known)
        return
    if rule.words:
        table.problem("accept", f"'{rule.quantity}' is a number: use low and high", "这是数值：请用 low 和 high")
    check_limits(table, rule.low, rule.high, rule.target)
    if rule.unit != known.unit:
        en = f"'{rule.quantity}' has the unit '{known.unit}', not '{rule.unit}'"
        table.problem("unit", en, f"'{rule.quantity}' 的单位是 '{known.unit}'，不是 '{rule.unit}'")


def check_limits(table: Table, low: float | None, high: float | None, target: float | None) -> None:
    """Report an accepted range that no value, or every value, could meet."""
    if low is None and high is None:
        table.problem(None, "it needs 'low', 'high' or both", "需要 'low'、'high' 或两者")
    if low is not None and high is not None and low > high:
        table.problem("low", f"low {low:g} is above high {high:g}", f"low {low:g} 大于 high {high:g}")
        return
    if target is not None and ((low is not None and target < low) or (high is not None and target > high)):
        table.problem("target", f"target {target:g} lies outside low..high", f"target {target:g} 不在 low..high 之内")


def _check_words(table: Table, rule: Rule, known: Quantity) -> None:
    if rule.low is not None or rule.high is not None:
        key = "low" if rule.low is not None else "high"
        table.problem(key, f"'{rule.quantity}' is a word: use accept", "这是词语：请用 accept")
    if not rule.words:
        table.problem(None, f"it needs accept = [...] with some of: {', '.join(known.words)}",
                      f"需要 accept = [...]，可用：{'、'.join(known.words)}")  # fmt: skip
    for word in rule.words:
        if word not in known.words:
            table.not_one_of("accept", word, known.words)


def _advice(table: Table) -> Advice:
    both = {lang: table.text(f"advice_{lang}") for lang in ("zh", "en")}
    texts = {
        f"{end}_{lang}": table.text(f"advice_{end}_{lang}") or both[lang]
        for end in ("low", "high")
        for lang in ("zh", "en")
    }
    for key in ("advice_zh", "advice_en", *(f"advice_{name}" for name in texts)):
        _check_template(table, key)
    for end in ("low", "high"):
        if bool(texts[f"{end}_zh"]) != bool(texts[f"{end}_en"]):
            table.problem(None, "advice must be given in both zh and en", "建议必须同时有中文和英文")
            break
    return Advice(**texts)


def _check_template(table: Table, key: str) -> None:
    text = table.text(key)
    try:
        fields = [
            name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            for _, name, form, conversion in string.Formatter().parse(text)
            if name is not None
        ]
    except ValueError as error:
        table.problem(key, f"'{key}' has unmatched braces ({error})", f"'{key}' 的花括号不成对（{error}）")
        return
    for name in fields:
        if name not in ADVICE_FIELDS:
            table.not_one_of(key, name, sorted(ADVICE_FIELDS))


def _override(values: Mapping[str, object], path: TomlPath, problems: Problems) -> Override:
    table = Table(values, path, ("覆盖项", "override"), problems)
    clause, rule = table.text("clause"), table.text("rule")
    table.name = rule or clause
    override = Override(
        path=path,
        clause=clause,
        rule=rule,
        weight=_weight(table, None) if clause else None,
        informative=table.flag("informative") if table.has("informative") else None,
        note_zh=table.text("note_zh") if clause else "",
        note_en=table.text("note_en") if clause else "",
        low=table.number("low") if rule else None,
        high=table.number("high") if rule else None,
        target=table.number("target") if rule else None,
        words=table.texts("accept") if rule else (),
        basis=Basis(table.choice("basis", tuple(Basis)) or "house") if rule and table.has("basis") else None,
    )
    if bool(clause) == bool(rule):
        table.problem(None, "it needs either 'clause' or 'rule'", "需要 'clause' 或 'rule' 之一")
    table.finish()
    return override


def _report_duplicates(pack: PackFile) -> None:
    """Ids name a clause or a rule once in a file."""
    clauses: set[str] = set()
    rules: set[str] = set()
    for index, clause in enumerate(pack.clauses):
        if clause.id in clauses:
            pack.problems.add(("clause", index, "id"), f"clause '{clause.id}' is defined twice",
                              f"条款 '{clause.id}' 重复定义")  # fmt: skip
        clauses.add(clause.id)
        for at, rule in enumerate(clause.rules):
            if rule.id in rules:
                pack.problems.add(("clause", index, "rule", at, "id"), f"rule '{rule.id}' is defined twice",
                                  f"规则 '{rule.id}' 重复定义")  # fmt: skip
            rules.add(rule.id)
