"""What is seen on one grooming still: the values that travel between the readers and the checks.

Left and right are the person's. Pixel (0, 0) is the corner of the picture, a
pixel's centre lies at .5; a class map counts the same way in its own pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from vision.types import FloatArray, ImageBgr, frozen_array

Probability = NDArray[np.float32]


class Facing(StrEnum):
    """The side of the person that the camera sees."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"


class Kind(IntEnum):
    """What a pixel shows."""

    BACKGROUND = 0
    SKIN = 1  # also eyes, lips, eyebrows, stubble
    HAIR = 2  # also a full beard
    TOP = 3  # jacket or other top
    SHIRT = 4  # shirt or blouse
    TIE_SCARF = 5
    BADGE = 6
    GLASSES = 7
    OTHER = 8  # trousers, skirt, a cloth over the head


class Zone(IntEnum):
    """Regions of the head that hair may hide; where they would be seen without hair."""

    FOREHEAD = 0
    EAR_LEFT = 1
    EAR_RIGHT = 2


class Mark(IntEnum):
    """Points that the grooming network places."""

    NOSE = 0
    LEFT_EYE = 1
    RIGHT_EYE = 2
    LEFT_EAR = 3
    RIGHT_EAR = 4
    CHIN = 5
    HEAD_TOP = 6  # of the skull, without hair
    NECK = 7
    LEFT_SHOULDER = 8  # joint centres
    RIGHT_SHOULDER = 9


@dataclass(frozen=True, slots=True)
class Region:
    """A named part of the picture, as closed outlines (N, 2) in pixels; for drawing."""

    name: str
    outlines_px: tuple[FloatArray, ...]

    def __post_init__(self) -> None:
        outlines = tuple(frozen_array(outline, (None, 2), "outlines_px") for outline in self.outlines_px)
        object.__setattr__(self, "outlines_px", outlines)


@dataclass(frozen=True, slots=True)
class ClassMap:
    """What every pixel of a part of the picture shows, at a resolution of its own.

    ``probability`` (H, W, len(Kind)) sums to 1; ``zones`` (H, W, len(Zone)) are
    probabilities of lying in the region, hidden by hair or not.
    ``scale`` is map pixels per picture pixel, ``origin_px`` (2,) the map's
    upper left corner in the picture.
    """

    probability: Probability
    zones: Probability
    origin_px: FloatArray
    scale: float
    classes: NDArray[np.uint8] = field(init=False)  # (H, W) the likeliest `Kind`

    def __post_init__(self) -> None:
        shape = self.probability.shape[:2]
        if self.probability.shape != (*shape, len(Kind)) or self.zones.shape != (*shape, len(Zone)):
            raise ValueError(f"class map: shapes {self.probability.shape} and {self.zones.shape}")
        object.__setattr__(self, "classes", self.probability.argmax(axis=2).astype(np.uint8))
        object.__setattr__(self, "origin_px", frozen_array(self.origin_px, (2,), "origin_px"))
        for array in (self.probability, self.zones, self.classes):
            array.setflags(write=False)

    def to_map_px(self, points_px: FloatArray) -> FloatArray:
        """Picture pixels (..., 2) as map pixels."""
        return np.asarray((points_px - self.origin_px) * self.scale, np.float64)

    def to_picture_px(self, map_px: FloatArray) -> FloatArray:
        """Map pixels (..., 2) as picture pixels."""
        return np.asarray(map_px / self.scale + self.origin_px, np.float64)


def class_map_from_labels(labels: NDArray[np.uint8], scale: float = 1.0) -> ClassMap:
    """A map that is certain, from `Kind` numbers (H, W); zones unknown (0). For tests and truth masks."""
    probability = (labels[..., None] == np.arange(len(Kind))).astype(np.float32)
    zones = np.zeros((*labels.shape, len(Zone)), np.float32)
    return ClassMap(probability, zones, np.zeros(2), scale)


@dataclass(frozen=True, slots=True)
class Portrait:
    """One still, read: who faces where, what each pixel shows, how large a centimetre is.

    ``body`` covers the whole picture, ``head`` a window round the head.
    ``face_px`` is the face mesh. ``brightness`` is the median luma 0..255 of
    the head, ``sharpness`` the 95th percentile of the luma's gradient over the
    head per centimetre, in units of the luma's spread there.
    """

    image_bgr: ImageBgr
    facing: Facing
    facing_wrong: float  # probability that `facing` is wrong
    body: ClassMap
    head: ClassMap | None
    landmarks_px: FloatArray | None  # (33, 2) pose network
    visibility: FloatArray | None  # (33,)
    face_px: FloatArray | None  # (478, 2)
    marks_px: FloatArray  # (len(Mark), 2) NaN where unknown
    px_per_cm: float  # at the chest; NaN where unknown
    px_per_cm_sigma_rel: float
    brightness: float
    sharpness: float
    traits: FloatArray = field(default_factory=lambda: np.zeros(8))  # log odds, see `vision.grooming.classes.Trait`
    head_px: float = float("nan")  # chin to the top of the skull, in pixels
    up_px: FloatArray = field(default_factory=lambda: np.array([0.0, -1.0]))  # against gravity, unit

    def __post_init__(self) -> None:
        for name, shape in (("landmarks_px", (33, 2)), ("visibility", (33,)), ("face_px", (478, 2))):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, frozen_array(value, shape, name))
        object.__setattr__(self, "marks_px", frozen_array(self.marks_px, (len(Mark), 2), "marks_px"))
        object.__setattr__(self, "up_px", frozen_array(self.up_px, (2,), "up_px"))

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of the picture."""
        return int(self.image_bgr.shape[1]), int(self.image_bgr.shape[0])

    @property
    def nearest(self) -> ClassMap:
        """The finest map that shows the head."""
        return self.body if self.head is None else self.head

    @property
    def classes(self) -> NDArray[np.uint8]:
        """(H, W) likeliest `Kind` over the whole picture, at ``class_scale``."""
        return self.body.classes

    @property
    def class_probability(self) -> Probability:
        """(H, W, len(Kind)) over the whole picture, at ``class_scale``."""
        return self.body.probability

    @property
    def class_scale(self) -> float:
        """Map pixels per picture pixel of ``classes``."""
        return self.body.scale
