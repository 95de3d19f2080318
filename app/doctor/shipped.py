"""What the program brings: fonts, models and writing video, against the sums they were shipped with."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

from app.doctor.finding import Finding, bad, good, note
from vision.font import font_file
from vision.palette import VERDICT_SYMBOL
from vision.quantities import quantities
from vision.report.paper import shipped_letters

SUMS = "shipped.json"  # made by tools/shipped_sums.py; a test holds it to the files
VENDOR = "mediapipe"
VENDOR_MODELS = (".tflite",)
LEAST_FREE_GB, LITTLE_FREE_GB = 1.0, 5.0


def shipped_sums() -> dict[str, str]:
    """The SHA-256 of each model and font, by its path below the packages."""
    document: dict[str, str] = json.loads((files("app.doctor") / SUMS).read_text("utf-8"))
    return document


def shipped_path(name: str) -> Path:
    """The file of a name such as ``vision/data/feet.onnx``."""
    package, _, rest = name.partition("/")
    return Path(str(files(package))) / rest


def look_at_fonts() -> Iterator[Finding]:
    """Whether the font opens and has the letters of our own words."""
    from PIL import ImageFont

    words = "".join(VERDICT_SYMBOL.values()) + "".join(one.label_zh for one in quantities().values())
    try:
        with font_file() as path:
            ImageFont.truetype(str(path), 20)
            missing = sorted({letter for letter in words if ord(letter) not in shipped_letters()})
    except (OSError, ValueError, KeyError) as error:
        yield bad(
            "fonts",
            "YitaiSansSC.ttf",
            f"字体无法打开（{error}）：请重新安装",
            f"the font cannot be opened ({error}): install again",
        )
        return
    if missing:
        shown = "".join(missing[:10])
        yield bad("fonts", "YitaiSansSC.ttf", f"字体缺字：{shown}", f"the font lacks letters: {shown}")
    else:
        yield good("fonts", "字体可用", "the font can be used")


def look_at_models(sums: Mapping[str, str] | None = None) -> Iterator[Finding]:
    """Every model that we ship and those in the pose library's wheel, by their sums."""
    faults = []
    wanted = shipped_sums() if sums is None else sums
    for name, sum_ in wanted.items():
        path = shipped_path(name)
        if not path.is_file():
            faults.append(bad("models", name, f"{name} 不见了：请重新安装", f"{name} is missing: install again"))
        elif _sum(path).hexdigest() != sum_:
            faults.append(
                bad("models", name, f"{name} 与发布时不同：请重新安装", f"{name} is not as shipped: install again")
            )
    faults += _vendor()
    count = len(wanted)
    yield from faults or [good("models", f"模型和字体文件齐全且未改动（{count} 个，及 {VENDOR}）",
                               f"models and fonts are there as shipped ({count}, and those of {VENDOR})")]  # fmt: skip


def _vendor() -> Iterator[Finding]:
    try:
        listed = [one for one in distribution(VENDOR).files or () if one.suffix in VENDOR_MODELS]
    except PackageNotFoundError:
        yield bad("models", VENDOR, f"没有安装 {VENDOR}：请重新安装", f"{VENDOR} is not installed: install again")
        return
    if not listed:
        yield bad(
            "models",
            VENDOR,
            f"{VENDOR} 的安装包没有自带模型：请安装 0.10.21",
            f"{VENDOR} carries no models: install 0.10.21",
        )
    for one in listed:
        path = Path(str(one.locate()))
        if not path.is_file():
            yield bad("models", str(one), f"{one} 不见了：请重新安装", f"{one} is missing: install again")
        elif one.hash is not None and one.hash.mode == "sha256" and _short(path) != one.hash.value:
            yield bad("models", str(one), f"{one} 与发布时不同：请重新安装", f"{one} is not as shipped: install again")


def _short(path: Path) -> str:
    """The sum as wheels write it."""
    return base64.urlsafe_b64encode(_sum(path).digest()).rstrip(b"=").decode()


def _sum(path: Path) -> hashlib._Hash:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256")


def look_at_video() -> Iterator[Finding]:
    """H.264 is written by a library that brings its own encoder."""
    from av.codec import Codec
    from av.codec.codec import UnknownCodecError

    try:
        Codec("libx264", "w")
    except UnknownCodecError:
        yield bad(
            "video",
            "libx264",
            "不能写 H.264 视频：请重新安装 PyAV",
            "H.264 video cannot be written: install PyAV again",
        )
    else:
        yield good("video", "可以写 H.264 视频（不需要安装 ffmpeg）", "H.264 video can be written (no ffmpeg needed)")


def look_at_folder(root: Path) -> Iterator[Finding]:
    """Whether the data folder is there and can be written to, and how much room it has."""
    existing = next((folder for folder in (root, *root.parents) if folder.exists()), Path("/"))
    if existing != root:
        yield note("folder", str(root), f"数据文件夹 {root} 还不存在", f"the data folder {root} does not exist yet")
    elif not root.is_dir():
        yield bad("folder", str(root), f"{root} 不是文件夹", f"{root} is not a folder")
        return
    else:
        try:
            with tempfile.TemporaryFile(dir=root) as file:
                file.write(b"yitai")
        except OSError as error:
            why = error.strerror or str(error)
            yield bad(
                "folder",
                str(root),
                f"数据文件夹 {root} 不能写入（{why}）",
                f"the data folder {root} cannot be written to ({why})",
            )
        else:
            yield good("folder", f"数据文件夹：{root}", f"data folder: {root}")
    free_gb = shutil.disk_usage(existing).free / 1e9
    zh, en = f"磁盘剩余 {free_gb:.1f} GB", f"{free_gb:.1f} GB free on the disk"
    if free_gb < LEAST_FREE_GB:
        yield bad("disk", "", f"{zh}：请腾出空间", f"{en}: make room")
    elif free_gb < LITTLE_FREE_GB:
        yield note("disk", "", f"{zh}，不多了", f"{en}, which is little")
    else:
        yield good("disk", zh, en)
