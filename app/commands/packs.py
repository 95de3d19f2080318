"""``yitai packs``: the shipped standards, what is in one, and whether a file is sound."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from app.session import EXIT_OK, EXIT_USAGE, Session
from app.texts import pick
from vision.quantities import DRILL_TEXT
from vision.standard import ClauseCoverage, coverage, list_packs, load_pack, validate_pack_file

DECIDED = {
    "measured": ("测量", "measured"),
    "manual": ("人工", "manual"),
    "unsupported": ("暂不支持", "unsupported"),
}


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
