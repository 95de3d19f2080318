"""Decoded pictures to upright BGR images of one size.

An orientation is an EXIF number 1..8 throughout: what has to be done to a
stored picture to see it upright. A video's display matrix is turned into one.
"""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
from av.sidedata.sidedata import SideData
from av.video.reformatter import Interpolation, VideoReformatter

from vision.types import ImageBgr
from vision.video.messages import NoticeLog

_ORIENTATION_OF_MATRIX = {  # signs of a, b, c, d in x' = a x + c y, y' = b x + d y
    (1, 0, 0, 1): 1,
    (-1, 0, 0, 1): 2,
    (-1, 0, 0, -1): 3,
    (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5,
    (0, 1, -1, 0): 6,
    (0, -1, -1, 0): 7,
    (0, -1, 1, 0): 8,
}
_CLOCKWISE_DEG = {1: 0, 2: 0, 3: 180, 4: 180, 5: 270, 6: 90, 7: 90, 8: 270}
_MIRRORED = {2, 4, 5, 7}
_CV2_ROTATION = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_HDR_TRANSFERS = {16, 18}  # PQ and HLG (ITU-T H.273)


def clockwise_deg(orientation: int) -> int:
    """By how much the stored picture (mirrored first where the orientation says so) is turned clockwise."""
    return _CLOCKWISE_DEG.get(orientation, 0)


def swaps_sides(orientation: int) -> bool:
    """Whether width and height change places."""
    return clockwise_deg(orientation) in (90, 270)


def turned_upright(image: ImageBgr, orientation: int) -> ImageBgr:
    """The image (H, W, 3) as it is meant to be seen."""
    if orientation in _MIRRORED:
        image = np.asarray(cv2.flip(image, 1), np.uint8)
    turn = clockwise_deg(orientation)
    return np.asarray(cv2.rotate(image, _CV2_ROTATION[turn]), np.uint8) if turn else image


def orientation_of(frame: av.VideoFrame) -> int:
    """The orientation that the frame's display matrix asks for (nearest quarter turn)."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(data, SideData):
        return 1
    matrix = np.frombuffer(bytes(data), dtype=np.int32)[:9].reshape(3, 3)[:2, :2].astype(float)
    scale = np.abs(matrix).max()
    if not scale:
        return 1
    a, b, c, d = (int(v) for v in np.rint(matrix / scale).ravel())
    return _ORIENTATION_OF_MATRIX.get((a, b, c, d), 1)


def fitted(size_wh: tuple[int, int], max_size_wh: tuple[int, int] | None) -> tuple[int, int]:
    """``size_wh`` shrunk (never grown) into ``max_size_wh`` with its shape kept."""
    if max_size_wh is None:
        return size_wh
    scale = min(1.0, max_size_wh[0] / size_wh[0], max_size_wh[1] / size_wh[1])
    return _scaled(size_wh, scale)


def _scaled(size_wh: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size_wh[0] * scale)), max(1, round(size_wh[1] * scale))


def upright_size(width: int, height: int, orientation: int, pixel_aspect: Fraction | None = None) -> tuple[int, int]:
    """Width and height of the picture as it is meant to be seen: square pixels, upright."""
    aspect = float(pixel_aspect or 1)
    if abs(aspect - 1) > 0.01 and 0.25 <= aspect <= 4:
        width = round(width * aspect)
    return (height, width) if swaps_sides(orientation) else (width, height)


class PictureMaker:
    """Converts decoded frames to upright BGR images, all of the size that ``first`` gives.

    Used by one thread. Shapes are never distorted: a frame of another shape is
    fitted into the first size with black margins.
    """

    def __init__(
        self,
        first: av.VideoFrame,
        pixel_aspect: Fraction | None,
        log: NoticeLog,
        max_size_wh: tuple[int, int] | None = None,
    ) -> None:
        self._pixel_aspect = pixel_aspect
        self._log = log
        self._seen = _stored_shape(first)
        self._orientation = orientation_of(first)
        self._first_wh = self._own_size(first, self._orientation)
        self.size_wh = fitted(self._first_wh, max_size_wh)
        self._reformatter = VideoReformatter()
        self._note(first)

    def image_bgr(self, frame: av.VideoFrame) -> ImageBgr:
        """The frame as (H, W, 3) uint8."""
        if _stored_shape(frame) != self._seen:
            self._seen, self._orientation = _stored_shape(frame), orientation_of(frame)
        orientation = self._orientation
        own_wh = self._own_size(frame, orientation)
        if own_wh == self._first_wh:
            return self._converted(frame, self.size_wh, orientation)
        self._log.add("resolution_change")
        scale = min(self.size_wh[0] / own_wh[0], self.size_wh[1] / own_wh[1])
        return _centred(self._converted(frame, _scaled(own_wh, scale), orientation), self.size_wh)

    def _own_size(self, frame: av.VideoFrame, orientation: int) -> tuple[int, int]:
        return upright_size(frame.width, frame.height, orientation, self._pixel_aspect)

    def _converted(self, frame: av.VideoFrame, upright_wh: tuple[int, int], orientation: int) -> ImageBgr:
        width, height = upright_wh[::-1] if swaps_sides(orientation) else upright_wh
        converted = self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="bgr24",
            interpolation=Interpolation.AREA if width < frame.width else Interpolation.BILINEAR,
            threads=1,  # one picture is too little work to share: more threads cost twice the time
        )
        return turned_upright(np.ascontiguousarray(converted.to_ndarray(), dtype=np.uint8), orientation)

    def _note(self, first: av.VideoFrame) -> None:
        if self._own_size(first, 1) != (first.width, first.height):
            self._log.add("non_square_pixels")
        if first.interlaced_frame:
            self._log.add("interlaced")
        if first.color_trc in _HDR_TRANSFERS:
            self._log.add("high_dynamic_range")


def _stored_shape(frame: av.VideoFrame) -> tuple[int, int, int]:
    """What tells that the orientation may have changed; asking each frame for its matrix keeps it in memory."""
    return frame.width, frame.height, frame.rotation


def _centred(image: ImageBgr, size_wh: tuple[int, int]) -> ImageBgr:
    height, width = image.shape[:2]
    canvas = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    left, top = (size_wh[0] - width) // 2, (size_wh[1] - height) // 2
    canvas[top : top + height, left : left + width] = image
    return canvas
