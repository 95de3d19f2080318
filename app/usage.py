"""What the option parser complains of, in Chinese too."""

from __future__ import annotations

import re

# Patterns of typer's messages; what none of them fits is shown as it is.
_ZH: tuple[tuple[str, str], ...] = (
    (r"No such option: (\S+?)\.? \(Possible options: (.+)\)", r"没有选项 \1；是否想用 \2"),
    (r"No such option: (\S+?)\.? Did you mean (.+)\?", r"没有选项 \1；是否想用 \2"),
    (r"No such option: (\S+)", r"没有选项 \1"),
    (r"No such command '(.+?)'\. Did you mean '(.+)'\?", r"没有命令 \1；是否想用 \2"),
    (r"No such command '(.+?)'\..*", r"没有命令 \1"),
    (r"Missing (?:argument|option|parameter) '(.+?)'\..*", r"缺少 \1"),
    (r"Missing command\.", r"缺少子命令"),
    (r"Option '?(\S+?)'? requires an argument\.", r"选项 \1 后面缺少值"),
    (r"Got unexpected extra arguments? \((.+)\)", r"多余的参数：\1"),
    (r"Invalid value for '(.+?)': '(.+)' is not one of (.+)\.", r"\1 的值 \2 无效，可用：\3"),
    (r"Invalid value for '(.+?)': '(.+)' is not a valid (?:float|int|integer)\.", r"\1 应为数字，实为 \2"),
    (r"Invalid value for '(.+?)': (.+)", r"\1 的值无效：\2"),
)


def usage_line(message: str, language: str) -> str:
    """One line on wrong usage."""
    line = " ".join(message.split()).replace(": Value error, ", ": ")
    if language != "zh":
        return line
    for pattern, chinese in _ZH:
        match = re.fullmatch(pattern, line)
        if match:
            return match.expand(chinese)
    return line
