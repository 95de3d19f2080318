"""Wrong usage is one line in the user's language; the language comes from the locale."""

from __future__ import annotations

import pytest

from app.settings import language_of
from app.usage import usage_line


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_locale_decides_the_language(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


@pytest.mark.parametrize(
    ("message", "chinese"),
    [
        ("No such option: --ou (Possible options: --jobs, --out)", "没有选项 --ou；是否想用 --jobs, --out"),
        ("No such option: --zzz", "没有选项 --zzz"),
        ("No such command 'scor'. Did you mean 'score'?", "没有命令 scor；是否想用 score"),
        ("No such command 'x'.", "没有命令 x"),
        ("Missing option '--out'.", "缺少 --out"),
        ("Missing argument 'FILE'.", "缺少 FILE"),
        ("Option '--out' requires an argument.", "选项 --out 后面缺少值"),
        ("Got unexpected extra argument (b)", "多余的参数：b"),
        ("Invalid value for '--sex': Value error, 'x' is not one of 'f', 'm'.", "--sex 的值 x 无效，可用：'f', 'm'"),
        ("Something new", "Something new"),
    ],
)
def test_what_the_parser_says_is_said_in_chinese(message: str, chinese: str) -> None:
    assert usage_line(message, "zh") == chinese
    assert "\n" not in usage_line(message, "en")
