"""An XLSX file under construction: cells that never run what people typed, formulas with their last values."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from app.exporting import formulas
from app.exporting.gather import Collection
from app.exporting.text import plain, runs
from app.library.layer import Kind as EntryKind
from app.library.layer import Tick
from app.texts import pick
from vision.palette import VERDICT_RGB
from vision.report.wording import Language

Cell = str | float | int | None
TICK_WORDS: dict[Tick, tuple[str, str]] = {
    Tick.OK: ("做到", "seen, right"),
    Tick.NOT_OK: ("未做到", "seen, wrong"),
    Tick.NOT_SEEN: ("未见", "not seen"),
}
LOG_WORDS: dict[EntryKind, tuple[str, str]] = {
    EntryKind.OVERRIDE: ("改判", "override"),
    EntryKind.WITHDRAW: ("撤回改判", "override withdrawn"),
    EntryKind.COMMENT: ("评语", "comment"),
    EntryKind.ERASE: ("删除评语", "comment erased"),
    EntryKind.TICK: ("目测", "manual item"),
    EntryKind.SIGN: ("签字", "signed off"),
    EntryKind.UNLOCK: ("解锁", "unlocked"),
    EntryKind.MODEL: ("设为示范", "made a model"),
    EntryKind.NO_MODEL: ("不再示范", "no model any more"),
    EntryKind.REJUDGED: ("重新评判", "judged again"),
}
# Columns of the checks: key, Chinese, English, width.
CHECKS = (
    ("take", "编号", "take", 6), ("trainee", "学员", "trainee", 12), ("drill", "动作", "drill", 10),
    ("clause", "条款", "clause", 16), ("asked", "要求", "asked", 34), ("measurement", "测量项", "measurement", 20),
    ("low", "下限", "low", 8), ("high", "上限", "high", 8), ("value", "测得值", "value", 10),
    ("u", "± (95 %)", "± (95 %)", 9), ("unit", "单位", "unit", 7), ("program", "程序判定", "program", 11),
    ("trainer", "教练改判", "trainer", 11), ("counts", "最终判定", "counts as", 11), ("weight", "权重", "weight", 7),
    ("basis", "依据", "basis", 12), ("figure", "文件数值", "document's figure", 18),
    ("time", "时刻（秒）", "time (s)", 9),
    ("who", "改判人", "changed by", 12), ("why", "改判理由", "why changed", 26),
    ("reason", "未测原因", "not measured because", 24), ("advice", "建议", "advice", 40), ("rule", "规则", "rule", 22),
)  # fmt: skip
PLACE = {key: number for number, (key, *_) in enumerate(CHECKS)}
TAKES = (
    ("take", "编号", "take", 6), ("trainee", "学员", "trainee", 14), ("title", "录像", "recording", 26),
    ("date", "日期", "date", 12), ("standard", "标准", "standard", 14), ("first", "程序得分", "program's score", 10),
    ("score", "最终得分", "score", 10), ("verdict", "最终结论", "outcome", 11), ("pass", "符合", "pass", 8),
    ("fail", "不符合", "fail", 8), ("uncertain", "无法判定", "uncertain", 10),
    ("not_measured", "未测得", "not measured", 12), ("signed", "签字人", "signed off by", 14),
    ("when", "签字时间", "signed off at", 18),
)  # fmt: skip
TAKE = {key: number for number, (key, *_) in enumerate(TAKES)}
NAMES = {
    "takes": ("录像", "takes"), "people": ("学员", "people"), "checks": ("检查项", "checks"),
    "units": ("计分", "units"),
    "clauses": ("条款", "clauses"), "manual": ("目测项", "manual items"), "notes": ("教练记录", "notes"),
    "about": ("说明", "about"),
}  # fmt: skip


def letter(column: int) -> str:
    """The name of a column (0: A)."""
    first, last = divmod(column, 26)
    return ("" if first == 0 else chr(64 + first)) + chr(65 + last)


class Book:
    """An XLSX file under construction."""

    def __init__(self, collection: Collection, language: Language) -> None:
        import xlsxwriter  # only who asks for a workbook needs it

        self._out = io.BytesIO()
        self.file: Any = xlsxwriter.Workbook(
            self._out,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        self.collection, self.language = collection, language
        self.lines = tuple(collection.lines())
        self.words = formulas.words_of(language)
        shape = {"text_wrap": True, "valign": "top"}
        self.wrap = self.file.add_format(shape)
        self.quoted = self.file.add_format({**shape, "quote_prefix": True})
        self.head = self.file.add_format({"bold": True, "bottom": 1, "bg_color": "#F2F1EC", "text_wrap": True})
        self.input = self.file.add_format({**shape, "bg_color": "#FFF8DC"})
        self.number = self.file.add_format({"num_format": "0.0", "valign": "top"})
        self.bold = self.file.add_format({"bold": True, "top": 1, "num_format": "0.0"})
        self.sheets = {key: self.file.add_worksheet(pick(language, *words)) for key, words in NAMES.items()}

    def say(self, zh: str, en: str) -> str:
        """One of both."""
        return pick(self.language, zh, en)

    def name(self, sheet: str) -> str:
        """A sheet's name in a formula."""
        return f"'{pick(self.language, *NAMES[sheet])}'"

    def put(self, sheet: str, row: int, column: int, value: Cell, style: Any = None) -> None:
        """A cell that never runs: text as text, numbers as numbers, nothing as nothing."""
        goal = self.sheets[sheet]
        if isinstance(value, str):
            text = plain(value)
            goal.write_string(row, column, text, self.quoted if runs(text) else style or self.wrap)
        elif value is not None:
            goal.write_number(row, column, value, style or self.wrap)
        elif style is not None:
            goal.write_blank(row, column, None, style)

    def formula(self, sheet: str, row: int, column: int, text: str, value: Cell, style: Any = None) -> None:
        """A live cell with what it shows until it is calculated."""
        self.sheets[sheet].write_formula(row, column, text, style or self.wrap, "" if value is None else value)

    def heads(self, sheet: str, columns: Sequence[tuple[str, str, str, int]]) -> None:
        """The head of a table, which stays in sight."""
        for number, (_, zh, en, width) in enumerate(columns):
            self.sheets[sheet].set_column(number, number, width)
            self.put(sheet, 0, number, self.say(zh, en), self.head)
        self.sheets[sheet].freeze_panes(1, 0)

    def colours(self, sheet: str, rows: int, columns: Sequence[int]) -> None:
        """The verdicts' colours."""
        for verdict, (red, green, blue) in VERDICT_RGB.items():
            style = self.file.add_format({"font_color": f"#{red:02X}{green:02X}{blue:02X}", "bold": True})
            rule = {"type": "cell", "criteria": "==", "value": formulas.quoted(self.words[verdict]), "format": style}
            for column in columns:
                self.sheets[sheet].conditional_format(1, column, max(1, rows), column, rule)

    def choice(self, sheet: str, row: int, column: int, words: Sequence[str]) -> None:
        """A cell that takes one of these words."""
        self.sheets[sheet].data_validation(
            row, column, row, column, {"validate": "list", "source": list(words), "ignore_blank": True}
        )

    def finished(self) -> bytes:
        """The file."""
        self.file.close()
        return self._out.getvalue()
