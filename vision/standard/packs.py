"""Finds, loads and checks standard packs; a pack may include others and change single limits of them.

Where two included packs hold the same clause, the later one's rules apply and
both documents are cited. A clause of the pack itself replaces an included one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from vision.errors import PackError
from vision.quantities import quantity
from vision.standard.parse import Override, PackFile, check_limits, parse_pack
from vision.standard.problems import Problem, Problems, Table
from vision.standard.rules import Pack, PackClause, Rule
from vision.standard.text_files import read_utf8
from vision.types import Basis, Clause

PACKS_DIR = Path(__file__).parent / "packs"
DEFAULT_PACK = "telecom"


@dataclass(frozen=True, slots=True)
class PackInfo:
    """A shipped pack, for lists."""

    id: str
    version: str
    title_zh: str
    title_en: str
    clause_count: int


def list_packs() -> tuple[PackInfo, ...]:
    """The shipped packs, the default first."""
    ids = sorted((path.stem for path in PACKS_DIR.glob("*.toml")), key=lambda name: (name != DEFAULT_PACK, name))
    packs = [load_pack(name) for name in ids]
    return tuple(PackInfo(pack.id, pack.version, pack.title_zh, pack.title_en, len(pack.clauses)) for pack in packs)


def load_pack(id_or_path: str | Path) -> Pack:
    """The pack of that id, or in that file; PackError names file, line and key of the first problem."""
    pack, problems = _read(_locate(id_or_path), ())
    if problems:
        more = len(problems) - 1
        en = f" (and {more} more: yitai packs validate)" if more else ""
        zh = f"（另有 {more} 处问题：yitai packs validate）" if more else ""
        raise PackError(problems[0].text("en") + en, problems[0].text("zh") + zh)
    return pack


def validate_pack_file(path: str | Path) -> tuple[Problem, ...]:
    """Every problem of the pack in ``path`` and of the packs it includes; empty when it is sound."""
    return _read(_locate(path), ())[1]


def _locate(id_or_path: str | Path, near: Path | None = None) -> Path:
    """The file of a pack: a path as it is (relative to ``near``'s folder), otherwise a shipped id."""
    text = str(id_or_path)
    if text.endswith(".toml") or isinstance(id_or_path, Path) or "/" in text or "\\" in text:
        return near.parent / text if near is not None else Path(text)
    path = PACKS_DIR / f"{text}.toml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in PACKS_DIR.glob("*.toml")))
        raise PackError(
            f"there is no standard pack '{text}'; shipped packs: {known} (or give the path of a .toml file)",
            f"没有名为 '{text}' 的标准包；内置的有：{known}（也可以给出 .toml 文件的路径）",
        )
    return path


def _read(path: Path, above: tuple[Path, ...]) -> tuple[Pack, tuple[Problem, ...]]:
    """The pack and its problems; a pack with problems is not fit for judging."""
    text = read_utf8(path, PackError, "标准包", "pack")
    file = parse_pack(text, path)
    found: list[Problem] = []
    digest = hashlib.sha256(text.encode("utf-8"))
    clauses: dict[str, PackClause] = {}
    for included in _included(file, (*above, path.resolve()), found):
        digest.update(included.sha256.encode("ascii"))
        for clause in included.clauses:
            clauses[clause.id] = _merged(clauses.get(clause.id), clause)
    for own in file.clauses:
        clauses[own.id] = own
    for override in file.overrides:
        _apply(override, clauses, file.problems)
    pack = Pack(
        id=file.id,
        version=file.version,
        title_zh=file.title_zh,
        title_en=file.title_en,
        document=file.document,
        sha256=digest.hexdigest(),
        clauses=tuple(clauses.values()),
        includes=file.includes,
    )
    return pack, (*file.problems.found, *found)


def _included(file: PackFile, chain: tuple[Path, ...], found: list[Problem]) -> Iterator[Pack]:
    for name in file.includes:
        try:
            path = _locate(name, chain[-1])
            if path.resolve() in chain:
                loop = " -> ".join(step.stem for step in (*chain, path.resolve()))
                file.problems.add(("include",), f"packs include each other in a circle: {loop}", f"循环包含：{loop}")
                continue
            pack, problems = _read(path, chain)
        except PackError as error:
            file.problems.add(("include",), f"include '{name}': {error.en}", f"包含 '{name}'：{error.zh}")
            continue
        found.extend(problems)
        yield pack


def _merged(earlier: PackClause | None, later: PackClause) -> PackClause:
    """The later clause, citing both documents where they differ."""
    if earlier is None or earlier.clause.source == later.clause.source:
        return later
    first, second = earlier.clause, later.clause
    cited = Clause(
        source=f"{first.source}, {second.source}",
        section=f"{first.section}; {second.section}",
        zh=second.zh,
        en=second.en,
    )
    return replace(later, clause=cited)


def _apply(override: Override, clauses: dict[str, PackClause], problems: Problems) -> None:
    """Change one clause or one rule in place of ``clauses``."""
    table = Table({}, override.path, ("覆盖项", "override"), problems)
    table.name = override.rule or override.clause
    if override.clause:
        clause = clauses.get(override.clause)
        if clause is None:
            table.not_one_of("clause", override.clause, clauses)
            return
        clauses[clause.id] = _overridden_clause(clause, override)
        return
    for clause in clauses.values():
        for rule in clause.rules:
            if rule.id == override.rule:
                changed = _overridden_rule(rule, override, table)
                rules = tuple(changed if one is rule else one for one in clause.rules)
                clauses[clause.id] = replace(clause, rules=rules)
                return
    if override.rule:
        table.not_one_of("rule", override.rule, (rule.id for clause in clauses.values() for rule in clause.rules))


def _overridden_clause(clause: PackClause, override: Override) -> PackClause:
    return replace(
        clause,
        weight=clause.weight if override.weight is None else override.weight,
        informative=clause.informative if override.informative is None else override.informative,
        note_zh=override.note_zh or clause.note_zh,
        note_en=override.note_en or clause.note_en,
    )


def _overridden_rule(rule: Rule, override: Override, table: Table) -> Rule:
    """A changed limit is the house's own unless the pack says that it is documented."""
    moved = override.low is not None or override.high is not None or bool(override.words)
    low = rule.low if override.low is None else override.low
    high = rule.high if override.high is None else override.high
    target = rule.target if override.target is None and not moved else override.target
    known = quantity(rule.quantity_names[0])
    if known is not None and known.kind == "number":
        check_limits(table, low, high, target)
        if override.words:
            table.problem("accept", f"'{rule.quantity}' is a number: use low and high", "这是数值：请用 low 和 high")
    if known is not None and known.kind == "word":
        for word in set(override.words) - set(known.words):
            table.not_one_of("accept", word, known.words)
    return replace(
        rule,
        low=low,
        high=high,
        target=target,
        words=override.words or rule.words,
        basis=override.basis or (Basis.HOUSE if moved else rule.basis),
        informative=rule.informative if override.informative is None else override.informative,
    )
