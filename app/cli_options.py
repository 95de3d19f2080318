"""What the commands of ``yitai`` share: options, and the session they run in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, cast

import typer

from app.session import Session


class Language(StrEnum):
    """Languages of the program."""

    ZH = "zh"
    EN = "en"


class Sex(StrEnum):
    """Selects body proportions."""

    F = "f"
    M = "m"


LanguageOption = Annotated[Language | None, typer.Option(help="zh or en; by default that of the system. 语言。")]
Jobs = Annotated[int | None, typer.Option(min=1, metavar="N", help="Workers; by default all processors. 并行数。")]


def session_of(context: typer.Context, language: Language | None) -> Session:
    """The session, in the language that the command was given."""
    session = cast(Session, context.obj)
    if language is not None:
        session.language = language.value
    return session
