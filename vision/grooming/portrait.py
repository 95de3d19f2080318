"""One still, read: pose, face mesh, facing, class map and scale. Nothing is judged here."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from calibration.camera import Camera, known_or_assumed
from vision.errors import NoPersonError
from vision.estimators.crops import pixels_per_metre
from vision.estimators.face import FaceEstimator, FaceObservation
from vision.estimators.pose import PoseEstimator
from vision.grooming.classes import INPUT_WH, GroomingNetwork, Sight, Window, cut, mark_points
from vision.grooming.facing import facing_probability
from vision.grooming.head import measure_head
from vision.grooming.merge import own_map, whole_map
from vision.grooming.seen import ClassMap, Facing, Kind, Mark, Portrait, Region, Zone
from vision.grooming.size import chest_scale
from vision.landmarks import Landmark
from vision.types import FloatArray, ImageBgr, PoseObservation, Subject

__all__ = [
    "ClassMap",
    "Facing",
    "Kind",
    "Mark",
    "Portrait",
    "PortraitReader",
    "Region",
    "Zone",
    "measure_head",
    "read_portrait",
]

POSE_CONFIDENCE = 0.2  # heads and shoulders without legs, often from the side: the usual 0.5 misses one in five
MARGINS = (0.0, 0.25)  # shares of the picture added round it when nobody is found: a head that fills it is too large
KNOWN_FACING_WRONG = 0.005
BODY_TALL_M = 0.9  # the window from above the head to the belly
HEAD_CM = 22.5  # chin to the top of the skull
HEADS_PER_EYES_TO_MOUTH = 3.2
HEAD_TALL, CHEST_TALL = 1.85, 1.95  # windows, in heads
CHEST_BELOW_HEAD = 1.4  # centre of the chest's window below that of the head, in heads
LEAST_FACE_PX = 60.0  # height of a head whose face the mesh does not miss


class PortraitReader:
    """The networks of a grooming station, kept between stills. Close it."""

    def __init__(self, network: GroomingNetwork | None = None) -> None:
        self._pose = PoseEstimator(video=False, confidence=POSE_CONFIDENCE)
        self._face: FaceEstimator | None = None
        self._network = network or GroomingNetwork()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the networks."""
        self._pose.close()
        if self._face is not None:
            self._face.close()

    def read(
        self,
        image_bgr: ImageBgr,
        *,
        camera: Camera | None = None,
        subject: Subject | None = None,
        facing: Facing | None = None,
    ) -> Portrait:
        """Read one still; ``facing`` where the caller asked the person to turn. NoPersonError when nobody is seen."""
        pose = self._find(image_bgr)
        sights = self._look(image_bgr, pose)
        mesh = self._mesh(image_bgr, pose, sights.head.window)
        looked = pose is not None and sights.head_px >= LEAST_FACE_PX
        chances = facing_probability(pose, sights.facing, mesh is not None if looked else None)
        side = facing or max(chances, key=lambda each: chances[each])
        wrong = KNOWN_FACING_WRONG if facing is not None else 1 - chances[side]
        if side is Facing.BACK:
            mesh = None
        scale, sigma = chest_scale(
            side,
            None if pose is None else pose.image_landmarks_px,
            None if mesh is None or side is not Facing.FRONT else (mesh.landmarks_px, mesh.depth_px),
            sights.marks_px,
            subject,
            known_or_assumed(camera, (image_bgr.shape[1], image_bgr.shape[0])),
        )
        body = whole_map((image_bgr.shape[1], image_bgr.shape[0]), (sights.body, sights.chest, sights.head))
        brightness, sharpness = light_of(image_bgr, sights.head)
        return Portrait(
            image_bgr=image_bgr,
            facing=side,
            facing_wrong=wrong,
            body=body,
            head=own_map(sights.head),
            landmarks_px=None if pose is None else pose.image_landmarks_px,
            visibility=None if pose is None else pose.visibility,
            face_px=None if mesh is None else mesh.landmarks_px,
            marks_px=sights.marks_px,
            traits=sights.head.traits,
            head_px=sights.head_px,
            px_per_cm=scale,
            px_per_cm_sigma_rel=sigma,
            brightness=brightness,
            sharpness=sharpness,
            up_px=up_in_picture(camera),
        )

    def _find(self, image_bgr: ImageBgr) -> PoseObservation | None:
        """The person's pose, with room added round the picture when need be."""
        height, width = image_bgr.shape[:2]
        for margin in MARGINS:
            x, y = round(width * margin), round(height * margin)
            wide = cv2.copyMakeBorder(image_bgr, y, y, x, x, cv2.BORDER_REPLICATE) if margin else image_bgr
            found = self._pose.estimate(np.asarray(wide, np.uint8))
            if found:
                return PoseObservation(
                    image_landmarks_px=found[0].image_landmarks_px - np.array([x, y]),
                    world_landmarks_m=found[0].world_landmarks_m,
                    visibility=found[0].visibility,
                )
        return None

    def _look(self, image_bgr: ImageBgr, pose: PoseObservation | None) -> _Sights:
        """Body, head and chest through our own network."""
        body = self._network.see(image_bgr, _body_window(image_bgr, pose))
        marks, _strength = mark_points(body)
        head = _head_of(marks) or (None if pose is None else _head_of_pose(pose.image_landmarks_px))
        if head is None:
            raise NoPersonError(
                "no head is seen; head and shoulders should fill the picture",
                "画面中没有看到头部；请让头和肩部占满画面",
            )
        sight = self._network.see(image_bgr, Window(head[0] + [0, 0.08 * head[1]], HEAD_TALL * head[1]))
        finer, _strength = mark_points(sight)
        better = _head_of(finer)
        if better is not None and _differ(head, better):
            head = better
            sight = self._network.see(image_bgr, Window(head[0] + [0, 0.08 * head[1]], HEAD_TALL * head[1]))
            finer, _strength = mark_points(sight)
        centre, size = _head_of(finer) or head
        chest = self._network.see(image_bgr, Window(centre + np.array([0, CHEST_BELOW_HEAD * size]), CHEST_TALL * size))
        lower = (Mark.NECK, Mark.LEFT_SHOULDER, Mark.RIGHT_SHOULDER)
        keep = np.array([mark not in lower and bool(np.isfinite(finer[mark]).all()) for mark in Mark])
        known = np.where(keep[:, None], finer, marks)
        for mark, sign in ((Mark.CHIN, 0.5), (Mark.HEAD_TOP, -0.5)):
            if not np.isfinite(known[mark]).all():
                known[mark] = centre + np.array([0, sign * size])
        return _Sights(body, sight, chest, known, size)

    def _mesh(self, image_bgr: ImageBgr, pose: PoseObservation | None, head: Window) -> FaceObservation | None:
        self._face = self._face or FaceEstimator()
        found = None if pose is None else self._face.estimate(image_bgr, pose.image_landmarks_px)
        if found is None:
            return None
        off = np.abs(found.landmarks_px.mean(axis=0) - head.centre_px).max()
        return found if off < 0.5 * head.tall_px / HEAD_TALL else None


@dataclass(frozen=True, slots=True)
class _Sights:
    body: Sight
    head: Sight
    chest: Sight
    marks_px: FloatArray  # (len(Mark), 2)
    head_px: float  # chin to the top of the skull

    @property
    def facing(self) -> FloatArray:
        """(4,) in the order of `Facing`."""
        return np.asarray((self.body.facing + self.head.facing) / 2, np.float64)


def _body_window(image_bgr: ImageBgr, pose: PoseObservation | None) -> Window:
    """Head to belly of the person, or the whole picture."""
    height, width = image_bgr.shape[:2]
    whole = Window(np.array([width / 2, height / 2]), max(height, width * INPUT_WH[1] / INPUT_WH[0]))
    if pose is None:
        return whole
    marks = pose.image_landmarks_px
    tall = BODY_TALL_M * pixels_per_metre(marks)
    if not np.isfinite(tall) or tall > 0.85 * whole.tall_px:
        return whole
    middle = (marks[Landmark.LEFT_SHOULDER] + marks[Landmark.RIGHT_SHOULDER]) / 2
    return Window(middle, float(tall))


def _head_of(marks_px: FloatArray) -> tuple[FloatArray, float] | None:
    """Centre (2,) and height of the head from chin and top of the skull, or from what else is known of it."""
    chin, top = marks_px[Mark.CHIN], marks_px[Mark.HEAD_TOP]
    if not np.isfinite([chin, top]).all():
        return None
    return (chin + top) / 2, max(float(np.hypot(*(chin - top))), 1.0)


def _head_of_pose(landmarks_px: FloatArray) -> tuple[FloatArray, float] | None:
    """As `_head_of`, roughly, from eyes, mouth and ears of the pose (33, 2)."""
    eyes, mouth, ears = (
        (landmarks_px[left] + landmarks_px[right]) / 2
        for left, right in (
            (Landmark.LEFT_EYE, Landmark.RIGHT_EYE),
            (Landmark.MOUTH_LEFT, Landmark.MOUTH_RIGHT),
            (Landmark.LEFT_EAR, Landmark.RIGHT_EAR),
        )
    )
    size = HEADS_PER_EYES_TO_MOUTH * float(np.hypot(*(eyes - mouth)))
    if not np.isfinite(size) or size < 10:
        return None
    return np.array([(eyes[0] + ears[0]) / 2, eyes[1]]), size


def _differ(one: tuple[FloatArray, float], two: tuple[FloatArray, float]) -> bool:
    off = float(np.abs(one[0] - two[0]).max())
    return off > 0.12 * one[1] or not 0.87 < two[1] / one[1] < 1.15


def light_of(image_bgr: ImageBgr, head: Sight) -> tuple[float, float]:
    """Median luma of the head's pixels, 0..255, and the sharpness as `Portrait` defines it."""
    grey = cv2.cvtColor(cut(image_bgr, head.window), cv2.COLOR_BGR2GRAY).astype(np.float64)
    person = cv2.resize(1 - head.kinds[..., Kind.BACKGROUND], INPUT_WH) > 0.5
    if person.sum() < 50:
        return float(np.median(grey)), 0.0
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_64F, 1, 0) / 8, cv2.Sobel(grey, cv2.CV_64F, 0, 1) / 8)
    cm_px = INPUT_WH[1] / (HEAD_TALL * HEAD_CM)
    return float(np.median(grey[person])), float(
        np.percentile(slope[person], 95) * cm_px / max(float(grey[person].std()), 1.0)
    )


def up_in_picture(camera: Camera | None) -> FloatArray:
    """Against gravity in the middle of the picture, unit (2,); straight up without a camera."""
    up = np.array([0.0, -1.0]) if camera is None else camera.up_camera[:2]
    return np.asarray(up / max(float(np.hypot(*up)), 1e-9), np.float64)


def read_portrait(
    image_bgr: ImageBgr,
    *,
    camera: Camera | None = None,
    subject: Subject | None = None,
    facing: Facing | None = None,
    reader: PortraitReader | None = None,
) -> Portrait:
    """As `PortraitReader.read`, with a reader of its own when none is given."""
    if reader is not None:
        return reader.read(image_bgr, camera=camera, subject=subject, facing=facing)
    with PortraitReader() as own:
        return own.read(image_bgr, camera=camera, subject=subject, facing=facing)
