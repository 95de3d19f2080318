"""One picture from a file: JPEG, PNG, WebP, BMP, TIFF, HEIC/AVIF; upright, 8 bit BGR."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from vision.types import Frame, ImageBgr
from vision.video.kinds import read_head
from vision.video.messages import NoticeLog, media_error
from vision.video.picture import turned_upright, upright_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EXIF_ORIENTATION = 0x0112
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1"}
_MAX_PIXELS = 150_000_000
# What the picture libraries raise on damaged files, found by feeding them such.
BROKEN_PICTURE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    LookupError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


def open_picture(path: Path, head: bytes) -> tuple[Image.Image, int]:
    """The picture file, opened (pixels not decoded yet), and its EXIF orientation; `MediaError` when broken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on size and metadata: decided below
            picture = _open_heif(path) if _is_heif(head) else Image.open(path)
            orientation = 1 if _is_heif(head) else _exif_orientation(picture)  # a HEIF decoder turns it itself
    except Image.DecompressionBombError:
        raise media_error(path, "picture_too_large") from None
    except BROKEN_PICTURE:
        raise media_error(path, "picture_damaged") from None
    if picture.width * picture.height > _MAX_PIXELS:
        picture.close()
        raise media_error(path, "picture_too_large")
    return picture, orientation


def _is_heif(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS


def _open_heif(path: Path) -> Image.Image:
    from pillow_heif import open_heif  # only who reads HEIC pays for it

    return open_heif(path, convert_hdr_to_8bit=True).to_pillow()


def _exif_orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(_EXIF_ORIENTATION, 1))
    except BROKEN_PICTURE:
        return 1  # broken metadata does not make the picture unreadable


def still_size(picture: Image.Image, orientation: int) -> tuple[int, int]:
    """Width and height after turning."""
    return upright_size(picture.width, picture.height, orientation)


def read_still(path: Path | str) -> Frame:
    """The picture in a file, upright by its EXIF orientation, as a `Frame` at time 0.

    Alpha is dropped, 16 bit reduced to 8, of several pictures the first is taken.
    Raises `MediaError` when the file is no readable picture.
    """
    path = Path(path)
    return decode_still(path, read_head(path), NoticeLog())


def decode_still(path: Path, head: bytes, log: NoticeLog) -> Frame:
    """`read_still` with the file's first bytes already read; notices go to ``log``."""
    picture, orientation = open_picture(path, head)
    with picture:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if getattr(picture, "n_frames", 1) > 1:
                    log.add("first_picture_only")
                image = _to_bgr(picture)
        except BROKEN_PICTURE:
            raise media_error(path, "picture_damaged") from None
    return Frame(turned_upright(image, orientation), index=0, timestamp_s=0.0, source=str(path))


def _to_bgr(picture: Image.Image) -> ImageBgr:
    if picture.mode.startswith("I") or picture.mode == "F":
        gray = _to_8_bit(np.asarray(picture))
        return np.repeat(gray[:, :, None], 3, axis=2)
    if picture.mode in ("P", "PA"):
        picture = picture.convert("RGBA")  # first, or a transparent palette is misread
    rgb = np.asarray(picture.convert("RGB"))
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _to_8_bit(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Gray (H, W) of 16 or 32 bit to 8 bit: 65535 becomes 255; small or float ranges are taken as 0..255."""
    wide = values.astype(np.float64)
    if values.dtype.kind in "iu" and wide.max(initial=0.0) > 255:
        wide = wide / 257.0
    return np.clip(np.rint(wide), 0, 255).astype(np.uint8)
