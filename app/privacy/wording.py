"""What a person is told before the first recording, in the page's language: purpose, what is kept, how long, for whom.

`VERSION` changes with the meaning of these words: then everybody is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.privacy.handler import Handler
from app.privacy.periods import Kind, days_text
from app.texts import pick

VERSION = "2026-1"
NOBODY = Handler()
Text = tuple[str, str]  # zh, en
PURPOSE: Text = (
    "练习和考核仪态：程序从录像中测量站、坐、行、鞠躬、引导等姿势，按书面标准给出结论。",
    "To practise and assess deportment: the program measures postures in recordings and judges them by a written "
    "standard.",
)
COLLECTED: Text = (
    "录像或照片，从中算出的关节位置、角度和距离，以及报告和评语。不识别身份，不保存人脸模板。",
    "Recordings or photos, the positions of joints, angles and distances computed from them, reports and comments. "
    "Nobody is identified and no face template is kept.",
)
HOW_LONG: Text = (
    "练习不保存：离开时删除，最迟 {practice}。你选择存入库的：{private}。教练添加的：{takes}。到期自动删除。",
    "A practice is not kept: it goes when you leave, after {practice} at the latest. What you choose to keep: "
    "{private}. What a trainer adds: {takes}. Then it is deleted.",
)
SEEN_BY: Text = (
    "你自己；教练只能看到教练添加的和你主动分享的；管理员也能看到。他人的每次查看都有记录。数据只在本单位的服务器上。",
    "You; trainers see what trainers added and what you share; administrators see it, too. Whenever somebody else "
    "looks, it is written down. It stays on this organisation's server.",
)
SEEN_HERE: Text = (
    "只在这台电脑上，不传到别处；能打开这台电脑的人都能看到。",
    "It stays on this computer and goes nowhere else; whoever uses this computer can see it.",
)
RIGHTS: Text = (
    "可以不同意。可以随时在“设置”中撤回同意、取走或删除自己的数据。撤回后不再录制，已有录像在 {withdrawn}内删除。",
    "You need not agree. In Setup you can at any time withdraw, take out all your data or delete your recordings. "
    "Once you withdraw, nothing is recorded, and what was is deleted within {withdrawn}.",
)
RIGHTS_HERE: Text = (
    "可以不同意。可以随时在“设置”中撤回同意，之后不再录制；已有录像可在“回看”中删除，到期也会自动删除。",
    "You need not agree, and can withdraw in Setup at any time: then nothing more is recorded. Takes can be removed in "
    "Review, and are deleted when their time is over.",
)
MINORS: Text = ("未满 14 周岁须由监护人同意。", "Under 14, a parent or guardian has to agree.")


@dataclass(frozen=True, slots=True)
class Point:
    """A line of the notice: a heading and what is said under it."""

    head: str
    text: str


def purpose(language: str) -> str:
    """For what recordings are used."""
    return pick(language, *PURPOSE)


def points(
    language: str, days: Mapping[Kind, int | None], *, local: bool, handler: Handler = NOBODY
) -> tuple[Point, ...]:
    """The notice, line by line; ``local``: on one's own computer, where nobody else signs in.

    ``handler``: who is responsible, told first where an administrator has set it.
    """
    told = {kind.value: days_text(kept, language) for kind, kept in days.items()}
    lines = (
        (("用途", "Purpose"), PURPOSE),
        (("收集什么", "What is collected"), COLLECTED),
        (("保存多久", "How long"), HOW_LONG),
        (("谁能看到", "Who sees it"), SEEN_HERE if local else SEEN_BY),
        (("你的权利", "Your rights"), RIGHTS_HERE if local else RIGHTS),
        (("未成年人", "Minors"), MINORS),
    )
    said = tuple(Point(pick(language, *head), pick(language, *text).format(**told)) for head, text in lines)
    who = pick(language, "，", ", ").join(part for part in (handler.name, handler.contact) if part)
    return (Point(pick(language, "由谁负责", "Who is responsible"), who), *said) if who else said


def wording(language: str, days: Mapping[Kind, int | None], *, local: bool, handler: Handler = NOBODY) -> str:
    """The notice as one text, as it is kept with the consent."""
    return "\n".join(f"{point.head}: {point.text}" for point in points(language, days, local=local, handler=handler))
