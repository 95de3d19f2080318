"""``yitai packs``: the shipped standards, what is in one, and whether a file is sound."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from app.session import EXIT_OK, EXIT_USAGE, Session
from app.texts import pick
from vision.quantities import DRILL_TEXT
from vision.standard import (
    ClauseCoverage,
    ClauseState,
    State,
    coverage,
    document_coverage,
    list_packs,
    load_pack,
    validate_pack_file,
)

DECIDED = {
    "measured": ("测量", "measured"),
    "manual": ("人工", "manual"),
    "unsupported": ("暂不支持", "unsupported"),
}
STATE_TEXT = {
    State.MEASURED: ("测量", "measured"),
    State.MANUAL: ("人工", "manual"),
    State.NOT_YET: ("尚无", "not yet"),
}
LACKING = ("标准包中没有这一条", "the pack does not hold it")


def show_packs(session: Session) -> int:
    """One line for each shipped pack."""
    for pack in list_packs():
        title = pick(session.language, pack.title_zh, pack.title_en)
        session.say(
            f"{pack.id:<10} {pack.version:<8} {pack.clause_count:>3} 条  {title}",
            f"{pack.id:<10} {pack.version:<8} {pack.clause_count:>3} clauses  {title}",
        )
    return EXIT_OK


def show_pack(name: str, session: Session) -> int:
    """Every clause of a pack: section, ask, how it is decided, what is accepted."""
    pack, language = load_pack(name), session.language
    session.say(f"{pack.id} {pack.version}  {pack.title_zh}", f"{pack.id} {pack.version}  {pack.title_en}")
    table = Table(box=None, padding=(0, 2, 0, 0))
    for zh, en in (
        ("条款", "clause"),
        ("动作", "drill"),
        ("要求", "asks"),
        ("方式", "decided"),
        ("接受范围", "accepts"),
    ):
        table.add_column(pick(language, zh, en), overflow="fold")
    for item in coverage(pack):
        drills = " ".join(pick(language, *DRILL_TEXT[drill]) for drill in item.drills)
        ask = pick(language, item.clause.zh, item.clause.en)
        decided = pick(language, *DECIDED[item.decided])
        table.add_row(item.clause.section, drills, ask, decided, _accepted(item, language))
    session.out.print(table, width=max(session.out.width, 120))
    return EXIT_OK


def show_coverage(name: str, session: Session) -> int:
    """Every clause of the pack's documents, and who decides it: measured, manual, not yet."""
    pack, language = load_pack(name), session.language
    found = document_coverage(pack)
    session.say(f"{pack.id} {pack.version}  {pack.title_zh}", f"{pack.id} {pack.version}  {pack.title_en}")
    table = Table(box=None, padding=(0, 2, 0, 0))
    for zh, en in (("编号", "id"), ("文件", "document"), ("要求", "asks"), ("方式", "decided"), ("依据", "by")):
        table.add_column(pick(language, zh, en), overflow="fold", no_wrap=en == "id")
    for item in found:
        ask = "" if item.held is None else pick(language, item.held.clause.zh, item.held.clause.en)
        decided = pick(language, *STATE_TEXT[item.state])
        table.add_row(item.id, " ".join(item.sources), ask, decided, "\n".join(_parts(item, language)))
    session.out.print(table, width=max(session.out.width, 140))
    counts = {state: sum(item.state is state for item in found) for state in State}
    session.say(
        f"共 {len(found)} 条：" + "，".join(f"{STATE_TEXT[state][0]} {count}" for state, count in counts.items()),
        f"{len(found)} clauses: " + ", ".join(f"{STATE_TEXT[state][1]} {count}" for state, count in counts.items()),
    )
    return EXIT_OK


def _parts(item: ClauseState, language: str) -> list[str]:
    """What is measured and accepted, or why nothing is."""
    if item.held is None:
        return [pick(language, *LACKING)]
    lines = []
    for part in item.parts:
        label, why = pick(language, part.label_zh, part.label_en), pick(language, part.why_zh, part.why_en)
        if part.state is State.MEASURED:
            house = "" if part.basis == "documented" else pick(language, "（内部）", " (house)")
            lines.append(f"{label} {pick(language, part.accept_zh, part.accept_en)}{house}")
        elif not label:
            lines.append(why)
        else:
            by = pick(language, *STATE_TEXT[part.state])
            lines.append(pick(language, f"{label}：{by}，{why}", f"{label}: {by}, {why}"))
    return lines


def _accepted(item: ClauseCoverage, language: str) -> str:
    """The rules, or why there are none."""
    rules = [
        pick(language, f"{rule.label_zh} {rule.accept_zh}", f"{rule.label_en} {rule.accept_en}")
        + ("" if rule.basis == "documented" else pick(language, "（内部）", " (house)"))
        for rule in item.rules
    ]
    return "\n".join(rules) or pick(language, item.note_zh, item.note_en)


def validate_pack(file: Path, session: Session) -> int:
    """Every problem of a pack file on stderr, one line each."""
    problems = validate_pack_file(file)
    for problem in problems:
        session.err.print(problem.text(session.language), soft_wrap=True)
    if problems:
        return EXIT_USAGE
    pack = load_pack(file)
    session.say(
        f"{file}：没有问题（{pack.id} {pack.version}，{len(pack.clauses)} 条）",
        f"{file}: sound ({pack.id} {pack.version}, {len(pack.clauses)} clauses)",
    )
    return EXIT_OK
