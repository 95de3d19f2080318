"""Takes, recordings and the small files of a data folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from app.doctor.finding import Finding, bad, good, note
from app.doctor.records import Known, unsettled
from app.library.layer import LAYER_FILE, read_layer
from app.library.records import CARD_FILE, REPORT_FILE, read_card
from app.places import PEOPLE
from app.store.media import FOLDER, media_path, names, sound
from app.store.recordings import DELETING
from app.store.swap import READY
from calibration.errors import CameraError
from calibration.files import load_camera
from calibration.neutral import load_neutral
from vision.errors import YitaiError
from vision.report.jsonform import from_json
from vision.standard import list_packs, load_pack, validate_pack_file


def look_at_takes(root: Path, known: Known) -> Iterator[Finding]:
    """Each take's report, card and notes, and whether records and folders know the same takes."""
    library = root / "library"
    folders = sorted(path for path in library.iterdir() if path.is_dir() and not path.name.startswith(".")) if (
        library.is_dir()
    ) else []  # fmt: skip
    faults = [finding for folder in folders for finding in _take(folder)]
    faults += unsettled(known, {folder.name for folder in folders})
    yield from faults or [good("takes", f"录像记录完好（{len(folders)} 段）", f"the takes are sound ({len(folders)})")]


def _take(folder: Path) -> Iterator[Finding]:
    try:
        from_json(json.loads((folder / REPORT_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:
        yield bad("takes", folder.name, f"{folder.name}：没有报告", f"{folder.name}: there is no report")
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        yield bad(
            "takes",
            folder.name,
            f"{folder.name}：报告已损坏，请重新评测",
            f"{folder.name}: the report is damaged; score it again",
        )
    try:
        read_layer(folder)
    except YitaiError:
        yield bad(
            "takes", f"{folder.name}/{LAYER_FILE}", f"{folder.name}：教练记录（{LAYER_FILE}）无法读取",
            f"{folder.name}: the trainer's notes ({LAYER_FILE}) cannot be read",
        )  # fmt: skip
    try:
        json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        yield note(
            "takes", f"{folder.name}/{CARD_FILE}", f"{folder.name}：卡片（{CARD_FILE}）缺失或损坏，标题以编号代替",
            f"{folder.name}: its card ({CARD_FILE}) is missing or damaged; its number stands for the title",
        )  # fmt: skip


def look_at_media(root: Path, known: Known, *, quick: bool) -> Iterator[Finding]:
    """Each recording's content against its name; recordings that are missing, or that no take has."""
    there = set(names(root))
    wanted = {
        media: take for take, media in known.media.items() if media is not None and known.states[take] != DELETING
    }
    for folder in sorted((root / "library").glob("*/")) if (root / "library").is_dir() else ():
        card = read_card(folder)
        if card.media is not None and not folder.name.startswith("."):
            wanted.setdefault(card.media, folder.name)
    faults = [_gone(name, take) for name, take in sorted(wanted.items()) if name not in there]
    for name in sorted(there if not quick else ()):
        if not sound(root, name):
            whose = wanted.get(name, "")
            faults.append(
                bad("media", name, f"录像文件 {name[:12]}… 内容与名称不符（{whose}）：从备份恢复",
                    f"the recording {name[:12]}… is not what its name says ({whose}): restore a backup")
            )  # fmt: skip
    faults += [_unused(name) for name in sorted(there - wanted.keys() if known.readable else ())]
    faults += _strange(root)
    checked = (
        ("，未逐个核对", ", contents not compared") if quick else ("，内容与名称一致", ", contents as their names say")
    )
    yield from faults or [
        good(
            "media",
            f"录像文件齐全（{len(there)} 个{checked[0]}）",
            f"the recordings are there ({len(there)}{checked[1]})",
        )
    ]


def _gone(name: str, take: str) -> Finding:
    short = name[:12]
    return bad(
        "media",
        name,
        f"{take}：录像文件 {short}… 不见了：从备份恢复",
        f"{take}: its recording {short}… is gone: restore a backup",
    )


def _unused(name: str) -> Finding:
    short = name[:12]
    return note(
        "media",
        name,
        f"录像文件 {short}… 不属于任何录像，下次启动时删除",
        f"no take has the recording {short}…; the next start removes it",
    )


def _strange(root: Path) -> Iterator[Finding]:
    for path in sorted((root / FOLDER).glob("*/*")):
        if path.name.endswith(".part"):
            continue
        try:
            ours = media_path(root, path.name) == path
        except ValueError:
            ours = False
        if not ours:
            shown = path.relative_to(root).as_posix()
            yield note("media", shown, f"{shown} 不是本程序的文件", f"{shown} is no file of this program")


def look_at_halves(root: Path) -> Iterator[Finding]:
    """What an end without warning left; the next start puts it right."""
    if (root / READY).is_dir():
        yield note(
            "halves",
            READY,
            "恢复已决定、尚未完成：下次启动时完成",
            "a restore is decided and unfinished: the next start finishes it",
        )
    for path in sorted([*root.glob(".*.part"), *root.glob("library/.*.part"), *root.glob("media/*/.*.part")]):
        shown = path.relative_to(root).as_posix()
        yield note(
            "halves",
            shown,
            f"{shown} 没有写完，下次启动时删除",
            f"{shown} was never finished; the next start removes it",
        )


def look_at_cameras(root: Path) -> Iterator[Finding]:
    """Camera files and people's own uprights."""
    faults, count = [], 0
    for file in sorted((root / "cameras").glob("*.json")):
        count += 1
        try:
            load_camera(file)
        except CameraError as error:
            faults.append(bad("cameras", file.name, _line(error.zh), _line(error.en)))
    for file in sorted([*root.glob("neutrals/*.json"), *root.glob(f"{PEOPLE}/*/neutrals/*.json")]):
        try:
            load_neutral(file)
        except CameraError as error:
            faults.append(bad("cameras", file.name, _line(error.zh), _line(error.en)))
    yield from faults or [good("cameras", f"相机文件可用（{count} 个）", f"the camera files can be used ({count})")]


def look_at_packs(root: Path) -> Iterator[Finding]:
    """The shipped standards and the house versions."""
    faults, count = [], 0
    for info in list_packs():
        count += 1
        try:
            load_pack(info.id)
        except YitaiError as error:
            faults.append(bad("packs", info.id, _line(error.zh), _line(error.en)))
    for file in sorted((root / "packs").glob("*.toml")):
        count += 1
        for problem in validate_pack_file(file)[:1]:
            faults.append(bad("packs", file.name, _line(problem.zh), _line(problem.en)))
    yield from faults or [good("packs", f"标准可用（{count} 个）", f"the standards can be used ({count})")]


def look_at_settings(root: Path) -> Iterator[Finding]:
    """Settings that cannot be read count as not set."""
    for file in sorted([*root.glob("preferences.json"), *root.glob(f"{PEOPLE}/*/preferences.json")]):
        try:
            fits = isinstance(json.loads(file.read_text(encoding="utf-8")), dict)
        except (OSError, ValueError):
            fits = False
        if not fits:
            shown = file.relative_to(root).as_posix()
            yield bad(
                "settings",
                shown,
                f"{shown} 无法读取：设置按默认值处理",
                f"{shown} cannot be read: the settings are the defaults",
            )


def _line(text: str) -> str:
    return " ".join(text.split())
