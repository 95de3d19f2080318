"""The words for what is wrong with a file: errors (nothing can be read) and notices (something can)."""

from __future__ import annotations

from pathlib import Path

from vision.errors import MediaError
from vision.types import Notice

_ERRORS: dict[str, tuple[str, str]] = {
    "missing": ("there is no such file; check the path", "文件不存在，请检查路径"),
    "folder": ("this is a folder, expected one video or picture", "这是文件夹，应为一个视频或图片文件"),
    "special": ("this is not a regular file, expected a video or picture", "这不是普通文件，应为视频或图片文件"),
    "permission": ("no permission to read the file", "没有读取该文件的权限"),
    "unreadable": ("the disk or network could not deliver the file", "磁盘或网络无法读取该文件"),
    "empty": ("the file is empty (0 bytes); copy or export it again", "文件为空（0 字节），请重新复制或导出"),
    "web_page": (
        "this is a web page, not a video or picture; download the file itself",
        "这是网页，不是视频或图片，请下载文件本身",
    ),
    "text": ("this is a text file, not a video or picture", "这是文本文件，不是视频或图片"),
    "document": (
        "this is a PDF document, not a video or picture",
        "这是 PDF 文档，不是视频或图片",
    ),
    "archive": (
        "this is an archive or office document; unpack it (with its password) first",
        "这是压缩包或办公文档，请先解压（如有密码请输入）",
    ),
    "not_media": (
        "not a video or picture this program knows, or its beginning is damaged; export it as MP4 or JPEG",
        "不是可识别的视频或图片，或文件开头已损坏，请导出为 MP4 或 JPEG",
    ),
    "no_index": (
        "the recording was cut off before its index was written (an unfinished MP4); copy or record it again",
        "录像在写入索引前中断（未完成的 MP4），请重新复制或录制",
    ),
    "audio_only": ("there is sound but no picture in it", "文件只有声音，没有画面"),
    "no_video": ("there is no video track in it", "文件中没有视频轨道"),
    "codec": (
        "its video codec is not supported; export it as H.264 MP4",
        "不支持其视频编码，请导出为 H.264 MP4",
    ),
    "no_frame": (
        "not one frame can be decoded (damaged, encrypted or cut off at the start); export it again",
        "没有一帧可以解码（文件损坏、加密或开头被截断），请重新导出",
    ),
    "no_frame_in_span": (
        "there is no frame between the chosen start and end times",
        "所选的起止时间之间没有画面",
    ),
    "picture_damaged": (
        "the picture is damaged or cut off; copy or export it again",
        "图片已损坏或不完整，请重新复制或导出",
    ),
    "picture_too_large": (
        "the picture has too many pixels; export it below 150 megapixels",
        "图片像素过多，请导出为 1.5 亿像素以下",
    ),
}

_NOTICES: dict[str, tuple[str, str]] = {
    "truncated": (
        "the file ends before its recording does; what was there is used",
        "文件不完整，结尾缺失，已使用现有部分",
    ),
    "undecodable_frames": (
        "{count} damaged piece(s) of the video could not be decoded and are left out",
        "视频中有 {count} 处损坏、无法解码，已略过",
    ),
    "variable_frame_rate": (
        "the frame rate varies; times are the recording's own",
        "帧率不固定，时间以录像自身时间戳为准",
    ),
    "timestamps_missing": (
        "{count} frame(s) carry no time; it was filled in from the frame rate",
        "有 {count} 帧没有时间戳，已按帧率补全",
    ),
    "timestamps_not_rising": (
        "{count} frame(s) are dated before the one in front of them; their times were moved on",
        "有 {count} 帧时间戳倒退，已顺延",
    ),
    "resolution_change": (
        "the picture size changes within the file; all frames are fitted into the first size",
        "文件中途画面尺寸改变，已统一缩放到最初的尺寸",
    ),
    "non_square_pixels": (
        "pixels are not square; frames are stretched to their true shape",
        "像素不是正方形，画面已按真实比例拉伸",
    ),
    "interlaced": ("the video is interlaced; fast movement is less exact", "视频为隔行扫描，快速动作的精度较低"),
    "high_dynamic_range": (
        "the video is HDR; colours are approximate",
        "视频为 HDR，颜色为近似值",
    ),
    "first_picture_only": (
        "the picture file holds several pictures; only the first is used",
        "图片文件包含多张图片，仅使用第一张",
    ),
}


def media_error(path: Path | str, code: str) -> MediaError:
    """The `MediaError` for ``path``: one line each in English and Chinese."""
    en, zh = _ERRORS[code]
    return MediaError(f"{path}: {en}", f"{path}：{zh}")


class NoticeLog:
    """Collects notices by code; repeated ones are counted.

    One thread adds, any thread reads.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, code: str, count: int = 1) -> None:
        """Note ``code`` once more."""
        self._counts[code] = self._counts.get(code, 0) + count

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What was noted so far, in order of first appearance."""
        counts = self._counts.copy()
        return tuple(Notice(code, _text(code, 1, n), _text(code, 0, n)) for code, n in counts.items())


def _text(code: str, language: int, count: int) -> str:
    return _NOTICES[code][language].format(count=count)
