"""Printed pages: fpdf2 with the shipped font and the few things that our reports draw."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from vision.font import font_file
from vision.palette import VERDICT_RGB, Rgb
from vision.report.wording import Language
from vision.types import Verdict

INK: Rgb = (31, 39, 48)
SOFT: Rgb = (91, 102, 113)
RULE: Rgb = (214, 212, 205)
ACCENT: Rgb = (36, 82, 122)
OK_TINT: Rgb = (216, 239, 231)
MARGIN_MM, WIDTH_MM = 15.0, 180.0
_FONT, _SPARE = "Yitai", "Spare"
# Fonts of the common systems with the letters of rare names: file, and the face's place in a collection.
SPARE_FONTS: tuple[tuple[str, int], ...] = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
    ("C:/Windows/Fonts/simsun.ttc", 0),
    ("/System/Library/Fonts/Hiragino Sans GB.ttc", 0),
    ("/Library/Fonts/Arial Unicode.ttf", 0),
)


def shows(letter: str) -> bool:
    """Whether a character stands for something to see: no control or direction, but letters of private use."""
    return letter.isprintable() or unicodedata.category(letter) in ("Co", "Cn")


@cache
def shipped_letters() -> frozenset[int]:
    """The code points of the shipped font."""
    from fpdf import FPDF

    pdf = FPDF()
    with font_file() as path:
        pdf.add_font(_FONT, "", str(path))
    codes = _codes(pdf, _FONT)
    _close_fonts(pdf)
    return codes


def _codes(pdf: Any, font: str) -> frozenset[int]:
    return frozenset(int(code) for code in pdf.fonts[font.lower()].cmap)


def _close_fonts(pdf: Any) -> None:
    """fpdf2 reads fonts as it needs them and leaves their files open."""
    for font in pdf.fonts.values():
        font.ttfont.close()


def spare_font() -> tuple[Path, int] | None:
    """A font of this system for letters that the shipped one does not have."""
    return next(((Path(file), face) for file, face in SPARE_FONTS if Path(file).is_file()), None)


class Paper:
    """An A4 document that grows from top to bottom; positions in mm.

    Every text is drawn in the shipped font. A letter that it does not have (a rare name) comes from a font of the
    system; where none has it, its number stands there, ``[U+1F600]``, so that nothing is lost without a sign.
    """

    def __init__(self, language: Language, title: str, foot: str = "") -> None:
        """``foot`` stands at the foot of every page, with the page's number."""
        from fpdf import FPDF  # heavy, and only who asks for a PDF needs it

        paper = self

        class Numbered(FPDF):
            def footer(self) -> None:
                paper.foot(foot)

        pdf = Numbered(format="A4")
        with font_file() as path:
            pdf.add_font(_FONT, "", str(path))
        pdf.c_margin = 0
        pdf.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
        pdf.set_auto_page_break(True, 16)
        pdf.set_title(title)
        self.pdf: Any = pdf
        self.language = language
        self.wrap = "CHAR" if language == "zh" else "WORD"
        self._own = _codes(pdf, _FONT)
        self._spare: frozenset[int] | None = None
        pdf.add_page()

    def foot(self, text: str) -> None:
        """What `__init__` promises; nothing without a text."""
        if text:
            self.style(7.5, SOFT)
            self.pdf.set_xy(MARGIN_MM, -12)
            self.pdf.cell(WIDTH_MM, 4, f"{self.letters(text)} · {self.pdf.page_no()}", align="R")

    def output(self) -> bytes:
        """The file."""
        try:
            return bytes(self.pdf.output())
        finally:
            _close_fonts(self.pdf)

    def letters(self, text: str) -> str:
        """The text as it can be drawn: no control characters, and for letters that no font has their numbers."""
        whole = text.encode("utf-8", "backslashreplace").decode("utf-8")
        kept = "".join(letter if shows(letter) or letter == "\n" else " " for letter in whole)
        return "".join(letter if self._drawable(ord(letter)) else f"[U+{ord(letter):04X}]" for letter in kept)

    def _drawable(self, code: int) -> bool:
        if code in self._own or code == 0x0A:
            return True
        if self._spare is None:
            self._spare = self._add_spare()
        return code in self._spare

    def _add_spare(self) -> frozenset[int]:
        found = spare_font()
        if found is None:
            return frozenset()
        self.pdf.add_font(_SPARE, "", str(found[0]), collection_font_number=found[1])
        self.pdf.set_fallback_fonts([_SPARE], exact_match=False)
        return _codes(self.pdf, _SPARE)

    def style(self, size_pt: float, rgb: Rgb = INK) -> None:
        """Size and colour of what follows."""
        self.pdf.set_font(_FONT, size=size_pt)
        self.pdf.set_text_color(*rgb)

    def text(
        self, text: str, size_pt: float, rgb: Rgb = INK, width_mm: float = WIDTH_MM, x: float | None = None
    ) -> None:
        """A wrapped paragraph; the pen goes below it."""
        drawn = self.letters(text)
        self.style(size_pt, rgb)
        if x is not None:
            self.pdf.set_x(x)
        self.pdf.multi_cell(
            width_mm, size_pt * 0.52, drawn, align="L", wrapmode=self.wrap, new_x="LMARGIN", new_y="NEXT"
        )

    def height(self, text: str, size_pt: float, width_mm: float) -> float:
        """What `text` would need."""
        if not text:
            return 0.0
        drawn = self.letters(text)
        self.style(size_pt)
        return float(
            self.pdf.multi_cell(
                width_mm, size_pt * 0.52, drawn, align="L", wrapmode=self.wrap, dry_run=True, output="HEIGHT"
            )
        )

    def room(self, height_mm: float) -> None:
        """Turn the page where the next thing would not fit."""
        if self.pdf.will_page_break(height_mm):
            self.pdf.add_page()

    def rule(self) -> None:
        """A line across the page."""
        self.pdf.set_draw_color(*RULE)
        self.pdf.set_line_width(0.2)
        self.pdf.line(MARGIN_MM, self.pdf.y, MARGIN_MM + WIDTH_MM, self.pdf.y)

    def symbol(self, verdict: Verdict, x: float, y: float, size_mm: float = 4.2) -> None:
        """The verdict's disc with its mark."""
        pdf, r = self.pdf, size_mm / 2
        pdf.set_fill_color(*VERDICT_RGB[verdict])
        pdf.circle(x + r, y + r, r, style="F")
        pdf.set_draw_color(255, 255, 255)
        pdf.set_line_width(size_mm * 0.11)
        strokes = {
            Verdict.PASS: ((0.27, 0.52, 0.44, 0.69), (0.44, 0.69, 0.75, 0.34)),
            Verdict.FAIL: ((0.31, 0.31, 0.69, 0.69), (0.69, 0.31, 0.31, 0.69)),
            Verdict.NOT_MEASURED: ((0.29, 0.5, 0.71, 0.5),),
        }
        for x0, y0, x1, y1 in strokes.get(verdict, ()):
            pdf.line(x + x0 * size_mm, y + y0 * size_mm, x + x1 * size_mm, y + y1 * size_mm)
        if verdict is Verdict.UNCERTAIN:
            self.style(size_mm * 2.1, (255, 255, 255))
            pdf.text(x + size_mm * 0.33, y + size_mm * 0.78, "?")
