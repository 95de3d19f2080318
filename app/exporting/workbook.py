"""A workbook that counts by itself: type a verdict into the trainer's column and every total follows.

Sheets: the takes with their scores, people (of a class), every check, what counts once (units), the clauses, manual
items, notes, and where it all comes from. Cells hold formulas with the program's own results as their last values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.exporting import formulas
from app.exporting.book import CHECKS, LOG_WORDS, PLACE, TAKE, TAKES, TICK_WORDS, Book, Cell, letter
from app.exporting.gather import Collection, Item, Kind, Line
from app.library.layer import Tick
from vision.quantities import label_text
from vision.report.model import finite
from vision.report.wording import (
    BASIS_TEXT,
    Language,
    accept_text,
    band,
    clause_text,
    drill_text,
    message_text,
    reason_text,
    word_text,
)
from vision.standard.score import Unit, units_of
from vision.types import Check, Verdict


@dataclass(frozen=True, slots=True)
class _Counted:
    """A unit's row: which take, its cells' row, and the verdict that counts now."""

    take: int
    now: Verdict


def workbook(collection: Collection, language: Language) -> bytes:
    """The XLSX file of a take, a trainee or a class."""
    book = Book(collection, language)
    _checks(book)
    counted = _units(book)
    _takes(book, counted)
    _people(book)
    _clauses(book)
    _manual(book)
    _notes(book)
    _about(book)
    return book.finished()


def _checks(book: Book) -> None:
    book.heads("checks", CHECKS)
    for row, line in enumerate(book.lines, start=1):
        _check(book, row, line)
    count = len(book.lines)
    book.sheets["checks"].autofilter(0, 0, max(1, count), len(CHECKS) - 1)
    book.colours("checks", count, [PLACE["program"], PLACE["trainer"], PLACE["counts"]])


def _check(book: Book, row: int, line: Line) -> None:
    check, language = line.check, book.language
    low, high = band(check)
    word = isinstance(check.value, str)
    entry = line.override
    texts: dict[str, Cell] = {
        "take": line.take,
        "trainee": line.item.trainee,
        "drill": drill_text(line.segment.drill, language),
        "clause": clause_text(check),
        "asked": book.say(check.clause.zh, check.clause.en),
        "measurement": label_text(check.measurement, language),
        "low": accept_text(check, language) if word else low,
        "high": None if word else high,
        "value": word_text(check.value, language) if isinstance(check.value, str) else check.value,
        "u": finite(check.u),
        "unit": check.unit,
        "weight": check.weight,
        "basis": BASIS_TEXT[check.basis.value][language],
        "figure": book.say(check.figure_zh, check.figure_en),
        "time": finite(check.frame_s),
        "who": "" if entry is None else entry.who,
        "why": "" if entry is None else entry.text,
        "reason": reason_text(check.reason, language),
        "advice": message_text(check, language),
        "rule": check.rule,
    }
    for key, value in texts.items():
        if value != "":
            book.put("checks", row, PLACE[key], value)
    cells = {key: f"{letter(PLACE[key])}{row + 1}" for key in ("low", "high", "value", "u", "program", "trainer")}
    if formulas.says(check) is check.verdict:
        text = formulas.check_formula(check, cells, language)
        book.formula("checks", row, PLACE["program"], text, book.words[check.verdict])
    else:
        book.put("checks", row, PLACE["program"], book.words[check.verdict])
    trainer = None if line.trainer is None else book.words[line.trainer]
    book.put("checks", row, PLACE["trainer"], trainer, book.input)
    book.choice("checks", row, PLACE["trainer"], list(book.words.values()))
    final = f'=IF({cells["trainer"]}="",{cells["program"]},{cells["trainer"]})'
    book.formula("checks", row, PLACE["counts"], final, book.words[line.counts_as])


def _units(book: Book) -> list[_Counted]:
    """One row for each unit: what counts once, and as what."""
    columns = (
        ("take", "编号", "take", 6), ("drill", "动作", "drill", 12), ("clause", "条款", "clause", 30),
        ("weight", "权重", "weight", 8), ("program", "程序判定", "program", 12),
        ("counts", "最终判定", "counts as", 12),
    )  # fmt: skip
    book.heads("units", columns)
    place = {(line.take, line.number, id(line.check)): row for row, line in enumerate(book.lines, start=2)}
    counted: list[_Counted] = []
    for take, item in enumerate(book.collection.items, start=1):
        for number, (segment, after) in enumerate(zip(item.report.segments, item.reviewed.segments, strict=True)):
            units = zip(units_of(segment.checks), units_of(after.checks), strict=True)
            for before, now in units:
                row = len(counted) + 1
                rows = {id(check): place[take, number, id(check)] for check in before.checks}
                facts: tuple[Cell, ...] = (
                    take, drill_text(segment.drill, book.language), _unit_name(before), before.weight,
                )  # fmt: skip
                for column, fact in enumerate(facts):
                    book.put("units", row, column, fact)
                _unit(book, row, before, now, rows)
                counted.append(_Counted(take, now.verdict))
    book.colours("units", len(counted), [4, 5])
    return counted


def _unit_name(unit: Unit) -> str:
    clauses = dict.fromkeys(clause_text(check) for check in unit.checks)
    return " / ".join(clauses) if unit.group is None else f"{unit.group}: {' / '.join(clauses)}"


def _unit(book: Book, row: int, before: Unit, now: Unit, rows: dict[int, int]) -> None:
    for column, (key, unit) in enumerate((("program", before), ("counts", now)), start=4):
        cells = {name: f"{book.name('checks')}!{letter(PLACE[key])}{line}" for name, line in rows.items()}
        if before.group is None:
            book.formula("units", row, column, f"={cells[id(before.checks[0])]}", book.words[unit.verdict])
            continue
        options: dict[str | None, list[Check]] = {}
        for check in before.checks:
            options.setdefault(check.option, []).append(check)
        helpers = []
        for number, members in enumerate(options.values()):
            at = 6 + 2 * number + (column - 4)
            text = formulas.option_formula([cells[id(check)] for check in members], book.language)
            book.formula("units", row, at, text, None)
            helpers.append(f"{letter(at)}{row + 1}")
        book.formula("units", row, column, formulas.group_formula(helpers, book.language), book.words[unit.verdict])


def _takes(book: Book, counted: Sequence[_Counted]) -> None:
    book.heads("takes", TAKES)
    last = max(2, len(counted) + 1)
    units = book.name("units")

    def column(name: str) -> str:
        return f"{units}!${name}$2:${name}${last}"

    for row, item in enumerate(book.collection.items, start=1):
        signed = item.layer.signed
        facts: dict[str, Cell] = {
            "take": row,
            "trainee": item.trainee,
            "title": item.title,
            "date": item.created[:10],
            "standard": f"{item.report.standard.id} {item.report.standard.version}",
            "signed": "" if signed is None else signed.who,
            "when": "" if signed is None else signed.when.replace("T", " ")[:16],
        }
        for key, value in facts.items():
            book.put("takes", row, TAKE[key], value)
        number = f"A{row + 1}"
        for key, verdicts, report in (("first", "E", item.report), ("score", "F", item.reviewed)):
            text = formulas.score_formula(column("D"), column("A"), column(verdicts), number, book.language)
            book.formula("takes", row, TAKE[key], text, finite(report.overall.value), book.number)
        counts = {}
        for verdict in Verdict:
            text = f"=COUNTIFS({column('A')},{number},{column('F')},{formulas.quoted(book.words[verdict])})"
            found = item.reviewed.overall.counts.get(verdict.value, 0)
            book.formula("takes", row, TAKE[verdict.value], text, found)
            counts[verdict] = f"{letter(TAKE[verdict.value])}{row + 1}"
        wrong = formulas.quoted(book.say(*TICK_WORDS[Tick.NOT_OK]))
        ticks = f"COUNTIFS({book.name('manual')}!$A:$A,{number},{book.name('manual')}!$F:$F,{wrong})"
        text = formulas.overall_formula(counts, ticks, book.language)
        book.formula("takes", row, TAKE["verdict"], text, book.words[item.reviewed.overall.verdict])
    _totals(book, len(book.collection.items))
    book.colours("takes", len(book.collection.items), [TAKE["verdict"]])


def _totals(book: Book, takes: int) -> None:
    row = takes + 1
    book.put("takes", row, 1, book.say("合计", "together"), book.bold)
    items = book.collection.items
    for key, value in (("first", lambda item: item.report), ("score", lambda item: item.reviewed)):
        name = letter(TAKE[key])
        text = f'=IF(COUNT({name}2:{name}{row})=0,"",AVERAGE({name}2:{name}{row}))'
        book.formula("takes", row, TAKE[key], text, _mean(items, value), book.bold)
    for verdict in Verdict:
        name = letter(TAKE[verdict.value])
        total = sum(item.reviewed.overall.counts.get(verdict.value, 0) for item in items)
        book.formula("takes", row, TAKE[verdict.value], f"=SUM({name}2:{name}{row})", total, book.bold)


def _mean(items: Sequence[Item], report: Callable[[Item], Any]) -> float | None:
    scores = [value for item in items if (value := report(item).overall.value) is not None]
    return sum(scores) / len(scores) if scores else None


def _people(book: Book) -> None:
    if book.collection.kind is Kind.TAKE:
        book.sheets["people"].hide()
    columns = (
        ("trainee", "学员", "trainee", 16), ("takes", "录像数", "takes", 8), ("score", "平均得分", "average score", 12),
        ("pass", "符合", "pass", 8), ("fail", "不符合", "fail", 8), ("uncertain", "无法判定", "uncertain", 10),
        ("not_measured", "未测得", "not measured", 12),
    )  # fmt: skip
    book.heads("people", columns)
    last, takes = len(book.collection.items) + 1, book.name("takes")

    def column(key: str) -> str:
        return f"{takes}!${letter(TAKE[key])}$2:${letter(TAKE[key])}${last}"

    for row, (name, theirs) in enumerate(book.collection.by_trainee().items(), start=1):
        book.put("people", row, 0, name)
        # A name may hold what counts as a pattern: it is compared letter by letter, not looked up.
        same = f"EXACT({column('trainee')},A{row + 1})"
        book.formula("people", row, 1, f"=SUMPRODUCT(--{same})", len(theirs.items))
        scored = f"SUMPRODUCT({same}*ISNUMBER({column('score')}))"
        total = f"SUMPRODUCT(--{same},{column('score')})"
        average = _mean(theirs.items, lambda item: item.reviewed)
        book.formula("people", row, 2, f'=IF({scored}=0,"",{total}/{scored})', average, book.number)
        for place, verdict in enumerate(Verdict, start=3):
            found = sum(item.reviewed.overall.counts.get(verdict.value, 0) for item in theirs.items)
            book.formula("people", row, place, f"=SUMPRODUCT(--{same},{column(verdict.value)})", found)


def _clauses(book: Book) -> None:
    columns = (
        ("rule", "规则", "rule", 26), ("clause", "条款", "clause", 18), ("asked", "要求", "asked", 44),
        ("pass", "符合", "pass", 8), ("fail", "不符合", "fail", 8), ("uncertain", "无法判定", "uncertain", 10),
        ("not_measured", "未测得", "not measured", 12), ("rate", "符合率", "share of pass", 10),
    )  # fmt: skip
    book.heads("clauses", columns)
    last, checks = max(2, len(book.lines) + 1), book.name("checks")
    rules = f"{checks}!${letter(PLACE['rule'])}$2:${letter(PLACE['rule'])}${last}"
    verdicts = f"{checks}!${letter(PLACE['counts'])}$2:${letter(PLACE['counts'])}${last}"
    share = book.file.add_format({"num_format": "0 %", "valign": "top"})
    first = {line.check.rule: line.check for line in reversed(book.lines)}
    for row, rule in enumerate(dict.fromkeys(line.check.rule for line in book.lines), start=1):
        check = first[rule]
        book.put("clauses", row, 0, rule)
        book.put("clauses", row, 1, clause_text(check))
        book.put("clauses", row, 2, book.say(check.clause.zh, check.clause.en))
        found = {
            verdict: sum(line.counts_as is verdict for line in book.lines if line.check.rule == rule)
            for verdict in Verdict
        }
        for place, verdict in enumerate(Verdict, start=3):
            wanted = formulas.quoted(book.words[verdict])
            text = f'=COUNTIFS({rules},"="&A{row + 1},{verdicts},{wanted})'
            book.formula("clauses", row, place, text, found[verdict])
        decided = found[Verdict.PASS] + found[Verdict.FAIL]
        text = f'=IF(D{row + 1}+E{row + 1}=0,"",D{row + 1}/(D{row + 1}+E{row + 1}))'
        book.formula("clauses", row, 7, text, found[Verdict.PASS] / decided if decided else None, share)


def _manual(book: Book) -> None:
    columns = (
        ("take", "编号", "take", 6), ("trainee", "学员", "trainee", 14), ("clause", "条款", "clause", 18),
        ("asked", "要求", "asked", 44), ("note", "看什么", "what to look at", 34),
        ("tick", "教练所见", "trainer saw", 14), ("who", "教练", "trainer", 14), ("when", "时间", "time", 18),
    )  # fmt: skip
    book.heads("manual", columns)
    row = 0
    for take, item in enumerate(book.collection.items, start=1):
        for one in item.report.manual_items:
            row += 1
            entry = item.layer.ticks.get(one.rule)
            tick = None if entry is None or entry.tick is None else book.say(*TICK_WORDS[entry.tick])
            facts: tuple[Cell, ...] = (
                take, item.trainee, f"{one.clause.source} {one.clause.section}",
                book.say(one.clause.zh, one.clause.en), book.say(one.note_zh, one.note_en),
            )  # fmt: skip
            for column, fact in enumerate(facts):
                book.put("manual", row, column, fact)
            book.put("manual", row, 5, tick, book.input)
            book.choice("manual", row, 5, [book.say(*words) for words in TICK_WORDS.values()])
            if entry is not None:
                book.put("manual", row, 6, entry.who)
                book.put("manual", row, 7, entry.when.replace("T", " ")[:16])


def _notes(book: Book) -> None:
    columns = (
        ("take", "编号", "take", 6), ("when", "时间", "time", 20), ("who", "教练", "who", 14),
        ("what", "事项", "what", 16),
        ("rule", "规则", "rule", 24), ("verdict", "判定", "verdict", 12), ("at", "时刻（秒）", "at (s)", 10),
        ("text", "内容", "words", 60),
    )  # fmt: skip
    book.heads("notes", columns)
    row = 0
    for take, item in enumerate(book.collection.items, start=1):
        for entry in item.layer.entries:
            row += 1
            verdict = "" if entry.verdict is None else book.words[entry.verdict]
            tick = "" if entry.tick is None else book.say(*TICK_WORDS[entry.tick])
            facts: tuple[Cell, ...] = (
                take, entry.when.replace("T", " ")[:19], entry.who, book.say(*LOG_WORDS[entry.kind]), entry.rule,
                verdict or tick, entry.time_s, entry.text,
            )  # fmt: skip
            for column, fact in enumerate(facts):
                book.put("notes", row, column, fact)


def _about(book: Book) -> None:
    book.sheets["about"].set_column(0, 0, 22)
    book.sheets["about"].set_column(1, 1, 100)
    said = book.say(
        "程序判定由每行的测得值、误差和上下限算出；在黄色格中填写教练改判，最终判定、得分和各项合计随之改变。",
        "The program's verdict comes from value, uncertainty and limits of its row; a verdict typed into a yellow cell "
        "changes what counts, the scores and all totals.",
    )
    rows: list[tuple[str, str]] = [("yitai", said)]
    for take, item in enumerate(book.collection.items, start=1):
        report = item.report
        rows += [
            ("", ""),
            (book.say("编号", "take"), f"{take}  {item.id}"),
            (book.say("文件", "file"), report.source.path),
            ("SHA-256", report.source.sha256),
            (book.say("标准", "standard"), f"{report.standard.id} {report.standard.version} ({report.standard.hash})"),
            (book.say("程序", "program"), f"yitai {report.program.version}, {report.program.model}"),
            (book.say("标定", "calibration"), f"{report.calibration.level} {report.calibration.file_hash or ''}"),
        ]
    for row, pair in enumerate(rows):
        for column, text in enumerate(pair):
            book.put("about", row, column, text)
