"""Sends recordings of any size to the server's disk, piece by piece, with progress; the page stays free meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.components import renderer
from app.server.address import upload_url
from app.texts import pick

VIDEOS_AND_PICTURES = "video/*,image/*,.mkv,.mts,.m2ts,.heic,.heif"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that has arrived; its path is `app.server.uploads.upload_path` of ``number``."""

    number: str
    name: str
    size: int


def uploader(
    key: str,
    language: str,
    *,
    several: bool = False,
    accept: str = VIDEOS_AND_PICTURES,
    label: str = "",
    tall: bool = False,
) -> tuple[Uploaded, ...]:
    """Show the drop field; what has arrived so far, in the order chosen."""
    words = {
        "choose": label or pick(language, "选择或拖入录像、照片", "Choose or drop recordings or photos"),
        "sending": pick(language, "正在上传", "uploading"),
        "done": pick(language, "已上传", "uploaded"),
        "cancel": pick(language, "取消", "cancel"),
        "remove": pick(language, "移除", "remove"),
        "failed": pick(language, "上传失败，请检查网络后重试", "the upload failed; check the network and try again"),
    }
    result = renderer("uploader")(
        key=key,
        data={
            "tall": tall,
            "url": upload_url(),
            "several": several,
            "accept": accept,
            "language": language,
            "words": words,
        },
        default={"files": []},
        on_files_change=lambda: None,
    )
    return parse_files(result.get("files"))


def parse_files(files: object) -> tuple[Uploaded, ...]:
    """What the browser says has arrived; entries of another form are left out."""
    if not isinstance(files, Sequence) or isinstance(files, str):
        return ()
    return tuple(
        Uploaded(str(entry["number"]), str(entry["name"]), int(entry["size"]))
        for entry in files
        if isinstance(entry, dict) and {"number", "name", "size"} <= entry.keys()
    )
