"""Cut the shipped font out of Noto Sans CJK SC: the letters that pictures and reports need, as one small TrueType file.

Usage: ``python tools/make_font.py NotoSansCJK-Regular.ttc --out vision/data/fonts``

Keeps ASCII, Latin-1, all of GB 2312 (6763 hanzi and its signs) and the marks
of the reports; turns the cubic outlines into quadratic ones (every drawing and
PDF library reads those); draws the two marks that Noto lacks; renames the
family, because a changed font must not carry the reserved name of its source
(SIL Open Font License 1.1, clause 3). The licence text is written beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph

FAMILY = "Yitai Sans SC"
FILE_NAME = "YitaiSansSC.ttf"
MARKS = "°±²³×÷–—‘’“”…‰′″→←↑↓≤≥≈≠√∠−△▲○●□■✓μσΔ·•"
NAMES = (
    "镕玥堃喆珺翀赟昇垚焜煊瑄珩璟祎旻昉昊暐晔晞曈暄彧婳姝妤婧媛嫄嫣鋆铖锜镔钰钺钲铠锴骁骐骞"
    "皓皛睿砺祺禛禹稷竑筠筱箐粲絮缦翊翎翯聿舜艺芃芊芮苒茜荀荃莀莙菡葳蓁蔚蕙薇蘅虓谞谧谌轩辰迦逸邈郃郦"
    "陆隽霁霈霏韫韬颀颢飏馥骏骥鹍鹏麒麟龑龢甯仝囧嘚昕晗炘琨琛瑀璇璐璠瓒畅犇玘玠玢玭玹琎琤琯瑨瑭瑾璁淏湉湜滢潇澍濛瀚"
)  # letters of given names that GB 2312 does not have, or that are easily forgotten
SIMPLIFIED_CHINESE = 2  # the face's place in the Noto collection
MAX_ERROR_UNITS = 1.0  # of 1000 units per em: below half a pixel up to 500 px letters

Point = tuple[int, int]
CROSS: tuple[tuple[Point, ...], ...] = (
    ((150, 640), (220, 710), (470, 460), (720, 710), (790, 640), (540, 390), (790, 140), (720, 70), (470, 320),
     (220, 70), (150, 140), (400, 390)),
)  # fmt: skip
BOX: tuple[tuple[Point, ...], ...] = (
    ((110, -10), (110, 770), (890, 770), (890, -10)),
    ((170, 50), (830, 50), (830, 710), (170, 710)),
)
DRAWN = {"✗": CROSS, "☐": BOX}


def wanted_characters() -> set[int]:
    """Code points: ASCII, Latin-1, GB 2312, `MARKS` and `NAMES`."""
    characters = {*range(0x20, 0x7F), *range(0xA0, 0x100), *(ord(mark) for mark in MARKS + NAMES)}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            text = bytes((high, low)).decode("gb2312", errors="ignore")
            characters.update(ord(character) for character in text)
    return characters


def cut(source: Path) -> TTFont:
    """The subset of the Simplified Chinese face, still with cubic outlines."""
    options = subset.Options()
    options.font_number = SIMPLIFIED_CHINESE
    options.layout_features = ["kern"]
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    options.name_IDs = [0, 13, 14]
    font = subset.load_font(str(source), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted_characters())
    subsetter.subset(font)
    return font


def drawn_glyph(contours: tuple[tuple[Point, ...], ...]) -> Glyph:
    """A glyph of straight outlines (clockwise is filled)."""
    pen = TTGlyphPen(None)
    for contour in contours:
        pen.moveTo(contour[0])
        for point in contour[1:]:
            pen.lineTo(point)
        pen.closePath()
    return pen.glyph()


def to_truetype(font: TTFont) -> None:
    """Replace the cubic ``CFF`` outlines by quadratic ``glyf`` ones, and add the drawn marks."""
    outlines = font.getGlyphSet()
    glyphs: dict[str, Glyph] = {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, MAX_ERROR_UNITS, reverse_direction=True))
        glyphs[name] = pen.glyph()
    order = list(font.getGlyphOrder())
    for character, contours in DRAWN.items():
        name = f"uni{ord(character):04X}"
        glyphs[name] = drawn_glyph(contours)
        font["hmtx"][name] = (1000, 0)
        order.append(name)
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[ord(character)] = name
    del font["CFF "]
    _install(font, order, glyphs)


def _install(font: TTFont, order: list[str], glyphs: dict[str, Glyph]) -> None:
    font.setGlyphOrder(order)
    font["loca"] = newTable("loca")
    font["glyf"] = newTable("glyf")
    font["glyf"].glyphOrder = order
    font["glyf"].glyphs = glyphs
    font.recalcBBoxes = True
    for glyph in glyphs.values():
        glyph.recalcBounds(font["glyf"])
    for name, glyph in glyphs.items():
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, getattr(glyph, "xMin", 0))
    for tag in ("VORG", "vmtx", "vhea", "GPOS", "GSUB", "GDEF", "BASE", "DSIG"):
        if tag in font:
            del font[tag]
    maximum = newTable("maxp")
    maximum.tableVersion = 0x00010000
    for field in (
        "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
        "maxSizeOfInstructions", "maxPoints", "maxContours", "maxCompositePoints", "maxCompositeContours",
        "maxComponentElements", "maxComponentDepth",
    ):  # fmt: skip
        setattr(maximum, field, 0)
    maximum.maxZones = 1
    maximum.numGlyphs = len(order)
    font["maxp"] = maximum
    font["head"].glyphDataFormat = 0
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"


def rename(font: TTFont) -> None:
    """Give the changed font its own family name; keep copyright and licence entries."""
    names = font["name"]
    put: Callable[..., None] = names.setName
    for name_id, text in ((1, FAMILY), (2, "Regular"), (3, f"{FAMILY} 1.0"), (4, FAMILY), (6, "YitaiSansSC-Regular")):
        put(text, name_id, 3, 1, 0x409)
    put("Version 1.0; a subset of Noto Sans CJK SC", 5, 3, 1, 0x409)


def main() -> None:
    parser = argparse.ArgumentParser(description="Cut the shipped font out of Noto Sans CJK.")
    parser.add_argument("source", type=Path, help="NotoSansCJK-Regular.ttc")
    parser.add_argument("--out", type=Path, default=Path("vision/data/fonts"))
    arguments = parser.parse_args()
    font = cut(arguments.source)
    to_truetype(font)
    rename(font)
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / FILE_NAME
    font.save(target)
    print(f"{target}: {target.stat().st_size / 1e6:.2f} MB, {len(font.getBestCmap())} characters")


if __name__ == "__main__":
    main()
