"""A trainee's record as a PDF to print and sign: every take, every verdict with its clause, what a trainer changed."""

from __future__ import annotations

from collections.abc import Sequence

from app.exporting.book import TICK_WORDS
from app.exporting.gather import Collection, Item, Kind, Line
from app.exporting.text import plain
from app.library.layer import Entry
from app.texts import pick
from vision.quantities import label_text
from vision.report.paper import ACCENT, MARGIN_MM, SOFT, WIDTH_MM, Paper
from vision.report.wording import (
    BASIS_TEXT,
    Language,
    accept_text,
    check_value_text,
    clause_text,
    drill_text,
    message_text,
    missing_text,
    seconds_text,
    typeset,
    verdict_text,
    view_text,
)
from vision.types import Segment, Verdict

DETAILED = 5  # of very many takes the newest are told check by check; all stand in the table
_INDENT_MM = 22.0
_TEXT_MM = WIDTH_MM + MARGIN_MM - _INDENT_MM
# Of the table of takes: left edge and width in mm.
_COLUMNS = ((15.0, 8.0), (23.0, 20.0), (43.0, 58.0), (101.0, 26.0), (127.0, 17.0), (144.0, 17.0), (163.0, 32.0))
_ROW_MM = 6.0


def certificate(collection: Collection, language: Language) -> bytes:
    """The PDF of a trainee, or of one take."""
    title = _say(language, "仪态训练记录", "Deportment record")
    page = Paper(language, f"{title} Yitai", foot=f"{title} · {plain(collection.name)[:40]}")
    page.pdf.set_auto_page_break(True, 18)
    _head(page, collection)
    _table(page, collection)
    told = list(enumerate(collection.items, start=1))[-DETAILED:]
    if len(told) < len(collection.items):
        page.text(
            _say(language, f"以下逐条列出最近 {DETAILED} 段。", f"Check by check: the newest {DETAILED}."), 9, SOFT
        )
    lines = tuple(collection.lines())
    for number, item in reversed(told):
        _take(page, number, item, [line for line in lines if line.take == number], len(collection.items) > 1)
    _signatures(page)
    _provenance(page, collection)
    return page.output()


def _say(language: Language, zh: str, en: str) -> str:
    return pick(language, zh, en)


def _day(time: str) -> str:
    return time[:10]


def _head(page: Paper, collection: Collection) -> None:
    language, items = page.language, collection.items
    page.text(_say(language, "仪态训练记录", "Deportment record"), 10, ACCENT)
    people = [name for name in collection.by_trainee() if name]
    name = " · ".join(people) or collection.name
    page.text(name or _say(language, "未具名", "unnamed"), 20)
    days = sorted(_day(item.created) for item in items if item.created)
    span = "" if not days else days[0] if days[0] == days[-1] else f"{days[0]} – {days[-1]}"
    count = _say(language, f"{len(items)} 段录像", f"{len(items)} take{'s' if len(items) != 1 else ''}")
    standards = ", ".join(dict.fromkeys(f"{one.report.standard.id} {one.report.standard.version}" for one in items))
    page.text(" · ".join(part for part in (span, count, standards) if part), 10, SOFT)
    signed = [item.layer.signed for item in items if item.layer.signed is not None]
    page.pdf.ln(1)
    if not signed:
        page.text(_say(language, "尚未由教练签字确认。", "Not signed off by a trainer yet."), 10.5, (138, 95, 0))
    else:
        who = "、".join(dict.fromkeys(plain(entry.who) for entry in signed))
        page.text(
            _say(
                language,
                f"{len(signed)} / {len(items)} 段已由 {who} 签字确认。",
                f"{len(signed)} of {len(items)} signed off by {who}.",
            ),
            10.5,
            (0, 114, 83),
        )
    said = _say(
        language,
        "结论为“符合”须整个误差区间落在要求之内。程序判定与教练改判分开列出。",
        "A pass needs the whole uncertainty interval inside what the clause accepts. "
        "The program's verdict and the trainer's stand apart.",
    )
    page.text(said, 8.5, SOFT)
    page.pdf.ln(2)


def _table(page: Paper, collection: Collection) -> None:
    language = page.language
    heads = (
        ("编号", "no."), ("日期", "date"), ("录像", "recording"), ("标准", "standard"),
        ("程序得分", "program"), ("最终得分", "score"), ("签字", "signed off"),
    )  # fmt: skip
    _row(page, [pick(language, *words) for words in heads], None, SOFT)
    for number, item in enumerate(collection.items, start=1):
        signed = item.layer.signed
        scores = [
            "–" if value is None else f"{value:.0f}"
            for value in (item.report.overall.value, item.reviewed.overall.value)
        ]
        standard = f"{item.report.standard.id} {item.report.standard.version}"
        cells = [str(number), _day(item.created), item.title, standard, *scores]
        cells.append("–" if signed is None else f"{plain(signed.who)} {_day(signed.when)}")
        _row(page, cells, item.reviewed.overall.verdict)
    page.rule()
    page.pdf.ln(4)


def _row(page: Paper, cells: Sequence[str], verdict: Verdict | None, rgb: tuple[int, int, int] | None = None) -> None:
    page.room(_ROW_MM + 2)
    page.rule()
    y = page.pdf.y + 0.8
    for (x, width), text in zip(_COLUMNS, cells, strict=True):
        page.style(8.5, rgb or (31, 39, 48))
        page.pdf.set_xy(x, y)
        page.pdf.cell(width, _ROW_MM - 1.5, _fitting(page, plain(text), width - 1))
    if verdict is not None:
        page.symbol(verdict, _COLUMNS[5][0] + 8, y + 0.3, 3.6)
    page.pdf.set_xy(MARGIN_MM, y + _ROW_MM - 0.8)


def _fitting(page: Paper, text: str, width_mm: float) -> str:
    """The text shortened to a width."""
    kept = page.letters(text)
    if page.pdf.get_string_width(kept) <= width_mm:
        return kept
    while kept and page.pdf.get_string_width(kept + "…") > width_mm:
        kept = kept[:-1]
    return kept + "…"


def _take(page: Paper, number: int, item: Item, lines: Sequence[Line], several: bool) -> None:
    language = page.language
    page.room(30)
    score = item.reviewed.overall.value
    shown = "–" if score is None else f"{score:.0f} / 100"
    title = f"{number}. {plain(item.title)}" if several else plain(item.title)
    page.text(f"{title}   {shown}", 14, ACCENT)
    facts = [_day(item.created), verdict_text(item.reviewed.overall.verdict, language)]
    if item.reviewed.overall != item.report.overall:
        program = item.report.overall
        value = "–" if program.value is None else f"{program.value:.0f}"
        facts.append(f"{_say(language, '程序', 'program')}: {verdict_text(program.verdict, language)} {value}")
    page.text(" · ".join(fact for fact in facts if fact), 9, SOFT)
    for notice in item.report.warnings:
        page.text("! " + (typeset(notice.zh) if language == "zh" else notice.en), 8.5, (138, 95, 0))
    for place, segment in enumerate(item.report.segments):
        _segment(page, segment, [line for line in lines if line.number == place])
    _manual(page, item)
    _comments(page, item)
    page.pdf.ln(3)


def _segment(page: Paper, segment: Segment, lines: Sequence[Line]) -> None:
    language = page.language
    page.room(22)
    page.pdf.ln(1.5)
    seconds = "秒" if language == "zh" else "s"
    span = f"{segment.start_s:.1f}–{segment.end_s:.1f} {seconds} · {view_text(segment.view, language)}"
    page.text(f"{drill_text(segment.drill, language)}   {span}", 10.5, ACCENT)
    counted = [line for line in lines if line.check.weight > 0]
    for line in counted:
        if line.counts_as is not Verdict.NOT_MEASURED or line.override is not None:
            _check(page, line)
    missing = [line for line in counted if line.counts_as is Verdict.NOT_MEASURED and line.override is None]
    if missing:
        page.text(_say(language, "未测得：", "Not measured:"), 8.5, SOFT, _TEXT_MM, _INDENT_MM)
    for line in missing:
        text = f"– {clause_text(line.check)}  {missing_text(line.check, language)}"
        page.text(text, 8, SOFT, _TEXT_MM, _INDENT_MM)


def _check(page: Paper, line: Line) -> None:
    """The clause, what it asks, what was measured when, and who judged how."""
    language, check = page.language, line.check
    ask = typeset(check.clause.zh) if language == "zh" else check.clause.en
    figure = typeset(check.figure_zh) if language == "zh" else check.figure_en
    ways = "" if check.alternative is None else _say(language, "几种做法之一", "one of several ways")
    tags = (clause_text(check), BASIS_TEXT[check.basis.value][language], figure, ways)
    reading = [f"{label_text(check.measurement, language)}: {check_value_text(check, language)}"]
    reading.append(f"{_say(language, '要求', 'accepted')} {accept_text(check, language)}")
    if check.frame_s is not None:
        reading.append(f"@ {seconds_text(check.frame_s, language)}")
    page.room(page.height(ask, 9.5, _TEXT_MM) + 16)
    page.rule()
    page.pdf.ln(0.8)
    page.symbol(line.counts_as, MARGIN_MM, page.pdf.y + 0.3, 3.8)
    page.text(f"{ask}", 9.5, width_mm=_TEXT_MM, x=_INDENT_MM)
    page.text(" · ".join(tag for tag in tags if tag), 7.5, SOFT, _TEXT_MM, _INDENT_MM)
    page.text("   ".join(reading), 8.5, (31, 39, 48), _TEXT_MM, _INDENT_MM)
    if line.override is not None:
        _override(page, line, line.override)
    elif check.verdict is Verdict.FAIL and message_text(check, language):
        page.text(message_text(check, language), 8.5, (153, 68, 0), _TEXT_MM, _INDENT_MM)
    page.pdf.ln(0.6)


def _override(page: Paper, line: Line, entry: Entry) -> None:
    language = page.language
    program, trainer = verdict_text(line.check.verdict, language), verdict_text(line.counts_as, language)
    who, why, when = plain(entry.who), plain(entry.text), _day(entry.when)
    said = _say(
        language,
        f"程序判定：{program}；{who} 改判：{trainer}（{why}；{when}）",
        f"Program: {program}; {who} changed it to {trainer} ({why}; {when})",
    )
    page.text(said, 8.5, (36, 82, 122), _TEXT_MM, _INDENT_MM)


def _manual(page: Paper, item: Item) -> None:
    language = page.language
    if not item.report.manual_items:
        return
    page.room(16)
    page.pdf.ln(1.5)
    page.text(_say(language, "由教练目测", "For the trainer to see"), 10.5, ACCENT)
    for one in item.report.manual_items:
        entry = item.layer.ticks.get(one.rule)
        ask = typeset(one.clause.zh) if language == "zh" else one.clause.en
        seen = "☐" if entry is None or entry.tick is None else pick(language, *TICK_WORDS[entry.tick])
        who = "" if entry is None else f" ({plain(entry.who)})"
        page.text(
            f"{seen}{who}  {ask}  ({one.clause.source} {one.clause.section})", 8.5, x=_INDENT_MM, width_mm=_TEXT_MM
        )


def _comments(page: Paper, item: Item) -> None:
    if not item.layer.comments:
        return
    page.pdf.ln(1.5)
    page.text(_say(page.language, "评语", "Comments"), 10.5, ACCENT)
    for _, entry in item.layer.comments:
        moment = "" if entry.time_s is None else f"{seconds_text(entry.time_s, page.language)}  "
        page.text(f"{moment}{plain(entry.who)}: {plain(entry.text)}", 9, x=_INDENT_MM, width_mm=_TEXT_MM)


def _signatures(page: Paper) -> None:
    page.room(24)
    page.pdf.ln(12)
    y = page.pdf.y
    words = (("学员", "trainee"), ("教练", "trainer"), ("日期", "date"))
    for number, word in enumerate(words):
        x = MARGIN_MM + number * 62
        page.pdf.set_draw_color(*SOFT)
        page.pdf.line(x, y, x + 52, y)
        page.style(8.5, SOFT)
        page.pdf.text(x, y + 4.5, pick(page.language, *word))
    page.pdf.set_y(y + 9)


def _provenance(page: Paper, collection: Collection) -> None:
    page.room(20)
    page.rule()
    page.pdf.ln(1)
    label = _say(page.language, "来源", "Provenance")
    if collection.kind is not Kind.TAKE:
        label += f" ({len(collection.items)})"
    page.text(label, 7.5, SOFT)
    for number, item in enumerate(collection.items, start=1):
        report = item.report
        facts = (
            f"{number}. {plain(report.source.path)}", f"SHA-256 {report.source.sha256}",
            f"{report.standard.id} {report.standard.version} ({report.standard.hash[:16]})",
            f"yitai {report.program.version}, {report.program.model}", report.calibration.level,
        )  # fmt: skip
        page.text(" · ".join(facts), 6.5, SOFT)
