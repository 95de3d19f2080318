"""``yitai export``: takes, trainees and classes as files for other programs and for paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.commands.account import places_of
from app.exporting.gather import Collection, named, of_class, of_trainee
from app.exporting.make import parse_formats, write_files, write_zip
from app.session import EXIT_OK, Session, require


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What stands on the command line; one of takes, trainee and group."""

    takes: Sequence[str]
    trainee: str | None
    group: str | None
    formats: str
    out: Path
    home: Path | None = None


def run_export(request: ExportRequest, session: Session) -> int:
    """Write the files into a folder, or all into one ZIP where ``--out`` ends in .zip."""
    ways = [bool(request.takes), request.trainee is not None, request.group is not None]
    require(
        sum(ways) == 1,
        "请给出录像编号或报告文件夹，或 --trainee，或 --class（三者之一）",
        "name takes or report folders, or give --trainee, or --class: one of the three",
    )
    formats = parse_formats(request.formats)
    as_zip = request.out.suffix.lower() == ".zip"
    require(
        as_zip or not request.out.exists() or request.out.is_dir(),
        f"--out {request.out} 是文件，应为文件夹或 .zip",
        f"--out {request.out} is a file, expected a folder or a name ending in .zip",
    )
    collection = _asked(request)
    if as_zip:
        write_zip(collection, formats, session.language, request.out)
        session.say(str(request.out), str(request.out))
        return EXIT_OK
    written = write_files(collection, formats, session.language, request.out)
    for path in written:
        session.say(str(path), str(path))
    missing = [kind for kind in formats if kind in ("series", "trc", "mot") and not _has(written, kind)]
    if missing:
        session.warn(
            f"没有随时间变化的记录，无法输出：{'、'.join(missing)}",
            f"no record over time to make: {', '.join(missing)}",
        )
    return EXIT_OK


def _has(written: Sequence[Path], kind: str) -> bool:
    ending = ".series.csv" if kind == "series" else f".{kind}"
    return any(path.name.endswith(ending) for path in written)


def _asked(request: ExportRequest) -> Collection:
    places = places_of(request.home)
    if request.trainee is not None:
        return of_trainee(places, request.trainee)
    if request.group is not None:
        return of_class(places, request.group)
    return named(places, request.takes)
