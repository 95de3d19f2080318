"""Every letter the program shows is in the shipped font, and text lands where it should."""

from __future__ import annotations

import io
import tomllib
from importlib.resources import files

import numpy as np
import pytest
from fontTools.ttLib import TTFont

from vision import quantities
from vision.font import font_bytes
from vision.overlay.lettering import (
    badge,
    blend,
    line_height_px,
    make_plate,
    paste,
    shade,
    shorten,
    text_mask,
    text_width_px,
    write,
)
from vision.palette import VERDICT_RGB, VERDICT_SYMBOL
from vision.report.wording import LEVEL_MEANING, LEVEL_TEXT, UNIT_SIGN, typeset
from vision.types import ImageBgr, Verdict


@pytest.fixture(scope="module")
def covered() -> frozenset[str]:
    with TTFont(io.BytesIO(font_bytes())) as font:
        return frozenset(chr(code) for code in font.getBestCmap())


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in strings(inner)]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in strings(inner)]
    return []


def shipped_texts() -> list[str]:
    packs = files("vision") / "standard" / "packs"
    tables = [path.read_text("utf-8") for path in packs.iterdir() if path.name.endswith(".toml")]
    tables.append((files("vision") / "quantities.toml").read_text("utf-8"))
    found = [text for table in tables for text in strings(tomllib.loads(table))]
    for words in (quantities.REASON_TEXT, quantities.VERDICT_TEXT, quantities.DRILL_TEXT, quantities.WORD_TEXT):
        found += strings(dict(words))
    found += strings(LEVEL_TEXT) + strings(LEVEL_MEANING) + list(UNIT_SIGN.values()) + list(VERDICT_SYMBOL.values())
    found += [(files("vision.report") / "assets" / "report.html").read_text("utf-8")]
    return [*found, *(typeset(text) for text in found), "0123456789+−±–…≤≥≈×÷→☐"]


def test_font_has_every_character_that_is_shown(covered: frozenset[str]) -> None:
    missing = {letter for text in shipped_texts() for letter in text if letter not in covered and letter not in "\n\t"}
    assert not missing


def test_font_has_all_of_gb2312_and_stays_small(covered: frozenset[str]) -> None:
    hanzi = [bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF)]
    assert set(hanzi) <= covered
    assert len(font_bytes()) < 3_500_000


def test_licence_lies_beside_the_font() -> None:
    text = (files("vision") / "data" / "fonts" / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert "Copyright" in text


@pytest.mark.parametrize("size_px", [11, 20, 60])
def test_text_fills_its_box_and_no_more(size_px: int) -> None:
    mask = text_mask("双脚夹角 46.2 ± 3.9°", size_px)
    assert mask.shape == (line_height_px(size_px), text_width_px("双脚夹角 46.2 ± 3.9°", size_px))
    rows = np.flatnonzero(mask.max(axis=1))
    assert mask.max() == 255
    assert 0.7 * size_px < rows[-1] - rows[0] < 1.2 * size_px


def test_different_letters_look_different_and_known_ones_are_not_boxes() -> None:
    assert not np.array_equal(text_mask("站", 40), text_mask("坐", 40))
    assert not np.array_equal(text_mask("鞠", 40)[:, :40], text_mask("\ue000", 40)[:, :40])


def test_shortened_text_fits_and_ends_in_an_ellipsis() -> None:
    text = "很长很长的测量项目名称"
    short = shorten(text, 20, 100)
    assert short.endswith("…")
    assert text_width_px(short, 20) <= 100
    assert shorten("短", 20, 100) == "短"


@pytest.mark.parametrize(("left", "top"), [(-30, 5), (5, -10), (90, 90), (500, 500), (-500, 0)])
def test_painting_over_the_edge_is_cut_off(left: int, top: int) -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    blend(image, text_mask("站姿", 24), left, top, (255, 255, 255))
    shade(image, left, top, left + 50, top + 20, (10, 20, 30), 0.5)
    assert image.shape == (100, 100, 3)


def test_full_coverage_gives_exactly_the_colour() -> None:
    image = np.full((10, 10, 3), 77, np.uint8)
    blend(image, np.full((10, 10), 255, np.uint8), 0, 0, (213, 94, 0))
    assert (image == (0, 94, 213)).all()


def test_shade_mixes_by_its_opacity() -> None:
    image = np.full((4, 4, 3), 200, np.uint8)
    shade(image, 0, 0, 2, 4, (0, 0, 0), 0.5)
    assert (image[:, :2] == 100).all()
    assert (image[:, 2:] == 200).all()


@pytest.mark.parametrize("verdict", list(Verdict))
def test_badges_carry_colour_and_a_white_symbol(verdict: Verdict) -> None:
    image = np.zeros((30, 30, 3), np.uint8)
    badge(image, verdict, 3, 3, 24)
    red, green, blue = VERDICT_RGB[verdict]
    assert (image.reshape(-1, 3) == (blue, green, red)).all(axis=1).sum() > 100
    assert (image.reshape(-1, 3) > 230).all(axis=1).sum() > 10


def test_badges_differ_without_colour() -> None:
    shapes = set()
    for verdict in Verdict:
        image = np.zeros((30, 30, 3), np.uint8)
        badge(image, verdict, 3, 3, 24)
        shapes.add((image.min(axis=2) > 200).tobytes())
    assert len(shapes) == len(Verdict)


def test_pasted_plate_looks_like_painting_there() -> None:
    def paint(image: ImageBgr) -> None:
        shade(image, 0, 0, 80, 30, (24, 29, 35), 0.7)
        badge(image, Verdict.FAIL, 3, 3, 24)
        write(image, "46°", 30, 2, 20)

    rng = np.random.default_rng(0)
    direct = rng.integers(0, 255, (30, 80, 3), dtype=np.uint8)
    pasted = direct.copy()
    paint(direct)
    paste(pasted, make_plate(80, 30, paint), 0, 0)
    assert np.abs(direct.astype(int) - pasted).max() <= 4


def test_plate_over_the_edge_is_cut_off() -> None:
    plate = make_plate(20, 10, lambda image: shade(image, 0, 0, 20, 10, (0, 0, 0), 1.0))
    image = np.full((30, 30, 3), 90, np.uint8)
    paste(image, plate, 25, -5)
    assert (image[:5, 25:] == 0).all()
    assert (image[5:] == 90).all()
    paste(image, plate, 100, 100)
