"""Cameras, boards, sheets, rooms and people of known geometry, seen without rendering anything."""

from __future__ import annotations

import re
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.board import BoardView
from calibration.camera import Camera, CameraSigma, level_rotation, project
from calibration.floor import SheetView
from calibration.patterns import FLOOR_SHEETS, PAPER_MM, charuco, floor_marker_corners_m
from calibration.person import StandingView, UprightModel, body_points_m
from calibration.pose import level_camera, pinhole
from calibration.room import Segments
from calibration.sheets import sheet_pdf

FloatArray = NDArray[np.float64]
Gray = NDArray[np.uint8]
SIZE = (1280, 720)
EXACT = CameraSigma(0.001, 0.05, 0.05, 0.001)
POINT_MM = 25.4 / 72


def camera(
    pitch_deg: float = -10.0,
    roll_deg: float = 1.0,
    height_m: float = 1.3,
    focal_px: float = 1000.0,
    distortion: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0),
    sigma: CameraSigma = EXACT,
) -> Camera:
    """A camera of known pose and lens."""
    return level_camera(
        SIZE, pinhole(SIZE, focal_px), np.array(distortion), pitch_deg, roll_deg, height_m, sigma, "full", "known"
    )


def board_view(truth: Camera, rng: np.random.Generator, noise_px: float, tilt_deg: float = 40.0) -> BoardView | None:
    """The A4 board held somewhere before the camera; None when too little of it is in the picture."""
    corners = np.asarray(charuco("a4").getChessboardCorners(), dtype=np.float64)
    turn = cv2.Rodrigues(np.radians(rng.uniform(-tilt_deg, tilt_deg, 3)))[0]
    distance = rng.uniform(0.25, 0.6)
    reach = np.array([SIZE[0], SIZE[1]]) / 2 / truth.focal_px * distance * 0.9
    place = np.array([*rng.uniform(-reach, reach), distance])
    cam = (corners - corners.mean(axis=0)) @ turn.T + place
    pixels, _ = cv2.projectPoints(cam, np.zeros(3), np.zeros(3), truth.matrix, truth.distortion)
    points = pixels.reshape(-1, 2) + rng.normal(0, noise_px, (len(corners), 2))
    seen = ((points > 2) & (points < np.array(SIZE) - 2)).all(axis=1)
    if seen.sum() < 12:
        return None
    return BoardView("a4", points[seen], np.flatnonzero(seen).astype(np.int64), 100.0)


def board_views(truth: Camera, count: int, seed: int, noise_px: float = 0.2, tilt_deg: float = 40.0) -> list[BoardView]:
    """Many views of the board."""
    rng = np.random.default_rng(seed)
    found: list[BoardView] = []
    while len(found) < count:
        view = board_view(truth, rng, noise_px, tilt_deg)
        found += [] if view is None else [view]
    return found


def sheet_view(
    truth: Camera, rng: np.random.Generator, sheet: str, noise_px: float, print_scale: float = 1.0
) -> SheetView:
    """A floor sheet about 2.5 m away; ``print_scale`` is what the printer did to it, unknown to who looks."""
    believed = np.concatenate([floor_marker_corners_m(marker) for marker in FLOOR_SHEETS[sheet]])
    real = np.concatenate([floor_marker_corners_m(marker, print_scale) for marker in FLOOR_SHEETS[sheet]])
    yaw, place = rng.uniform(-0.5, 0.5), np.array([rng.uniform(-0.6, 0.6), rng.uniform(1.9, 3.0)])
    cos, sin = np.cos(yaw), np.sin(yaw)
    floor = real @ np.array([[cos, sin], [-sin, cos]]) + place
    pixels = project(truth, np.concatenate([floor, np.zeros((len(floor), 1))], axis=1))
    return SheetView(pixels + rng.normal(0, noise_px, pixels.shape), believed, sheet)


def person_view(
    truth: Camera,
    model: UprightModel,
    rng: np.random.Generator,
    spot: tuple[float, float, float],
    stature_m: float,
    person: FloatArray,
) -> StandingView:
    """Somebody at ``spot`` (x, y, yaw deg); ``person`` (2P,) is what is peculiar to them, the rest is drawn here."""
    own = rng.multivariate_normal(np.zeros(len(model.covariance)), model.covariance * (1 - model.person_share))
    points = body_points_m(model, np.array(spot), stature_m)
    cam = points @ truth.rotation_cam_from_floor.T + truth.translation_m
    scale = truth.focal_px * stature_m / cam[:, 2].mean()
    pixels = project(truth, points) + (person + own).reshape(-1, 2) * scale
    landmarks, visibility = np.full((33, 2), np.nan), np.zeros(33)
    landmarks[list(model.landmarks)], visibility[list(model.landmarks)] = pixels, 1.0
    return StandingView(landmarks, visibility, spot[2] + rng.normal(0, 8.0))


def peculiar(model: UprightModel, rng: np.random.Generator) -> FloatArray:
    """What is peculiar to one person (2P,)."""
    covariance = model.covariance * model.person_share
    return np.asarray(rng.multivariate_normal(np.zeros(len(covariance)), covariance), dtype=np.float64)


def room_segments(
    truth: Camera, rng: np.random.Generator, counts: tuple[int, int, int] = (15, 15, 15), others: int = 15
) -> Segments:
    """Edges of a right-angled room turned by some angle, and others that point anywhere."""
    yaw = rng.uniform(0, np.pi / 2)
    axes = [np.array([0, 0, 1.0]), np.array([np.cos(yaw), np.sin(yaw), 0]), np.array([-np.sin(yaw), np.cos(yaw), 0])]
    ends: list[FloatArray] = []
    directions = [axis for axis, count in zip(axes, counts, strict=True) for _ in range(count)]
    directions += [rng.normal(size=3) for _ in range(others)]
    for direction in directions:
        while True:
            start = np.array([rng.uniform(-3, 3), rng.uniform(2, 6), rng.uniform(0, 2.6)])
            line = np.stack([start, start + direction / np.linalg.norm(direction) * rng.uniform(0.5, 1.5)])
            pixels = project(truth, line)
            length = np.linalg.norm(pixels[1] - pixels[0])
            if np.isfinite(pixels).all() and ((pixels > 0) & (pixels < SIZE)).all() and length > 40:
                ends.append(pixels + rng.normal(0, 0.4, (2, 2)))
                break
    pairs = np.array(ends)
    along = pairs[:, 1] - pairs[:, 0]
    lengths = np.linalg.norm(along, axis=1)
    return Segments(pairs.mean(axis=1), along / lengths[:, None], lengths)


def rasterised(pdf: bytes, dots_per_mm: float = 8.0) -> list[Gray]:
    """The filled rectangles of every page of our own PDF files: black on white, true to scale."""
    pages = []
    paper = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert paper is not None
    width, height = (float(one) * POINT_MM for one in paper.groups())
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, flags=re.DOTALL):
        try:
            text = zlib.decompress(stream).decode("latin1")
        except zlib.error:
            continue
        if " re f" not in text:
            continue
        page = np.full((round(height * dots_per_mm), round(width * dots_per_mm)), 255, dtype=np.uint8)
        for match in re.finditer(r"([-\d.]+) ([-\d.]+) ([-\d.]+) ([-\d.]+) re f", text):
            x, y, w, h = (float(one) * POINT_MM for one in match.groups())
            top, low = sorted((height - y, height - y - h))
            rows = slice(round(top * dots_per_mm), round(low * dots_per_mm))
            columns = sorted((round(x * dots_per_mm), round((x + w) * dots_per_mm)))
            page[rows, slice(*columns)] = 0
        pages.append(page)
    return pages


def picture_of_sheet(truth: Camera, page: Gray, paper: str, place: tuple[float, float], seed: int = 0) -> Gray:
    """A photograph of a page on the floor before ``truth``, with noise, on a grey floor."""
    width, height = (one / 1000 for one in PAPER_MM[paper])
    corners = np.array([[-width, height], [width, height], [width, -height], [-width, -height]]) / 2 + place
    pixels = project(truth, np.concatenate([corners, np.zeros((4, 1))], axis=1))
    rows, columns = page.shape
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], dtype=np.float32)
    # Twice the size first: a camera's pixel averages what falls on it.
    shift = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
    double = np.diag([2.0, 2.0, 1.0])
    homography = shift @ double @ cv2.getPerspectiveTransform(source, pixels.astype(np.float32)) @ np.linalg.inv(shift)
    large = cv2.warpPerspective(
        page,
        homography,
        (2 * SIZE[0], 2 * SIZE[1]),
        flags=cv2.INTER_AREA,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=150,
    )
    small = cv2.resize(large, SIZE, interpolation=cv2.INTER_AREA).astype(float)
    noise = np.random.default_rng(seed).normal(0, 2.0, small.shape)
    return np.clip(small + noise, 0, 255).astype(np.uint8)


def recovered(found: Camera, truth: Camera) -> tuple[FloatArray, FloatArray]:
    """Errors of pitch deg, roll deg, log focal, height m, and their sigma."""
    from calibration.pose import pitch_roll_deg

    both = [
        np.array([*pitch_roll_deg(one.rotation_cam_from_floor), np.log(one.focal_px), one.centre_m[2]])
        for one in (found, truth)
    ]
    s = found.sigma
    return both[0] - both[1], np.array([s.pitch_deg, s.roll_deg, s.focal_rel, s.height_m])


def turned(pitch_deg: float, roll_deg: float) -> FloatArray:
    """A rotation for tests of poses."""
    return level_rotation(pitch_deg, roll_deg)


def pictures_of_board(truth: Camera, count: int, seed: int) -> list[Gray]:
    """Photographs of the printed A4 board held before ``truth`` in many ways."""
    (page,) = rasterised(sheet_pdf("board-a4"), 6.0)
    width, height = (one / 1000 for one in PAPER_MM["a4"])
    corners = np.array([[-width, -height, 0], [width, -height, 0], [width, height, 0], [-width, height, 0]]) / 2
    rows, columns = page.shape
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], dtype=np.float32)
    rng = np.random.default_rng(seed)
    found = []
    for i in range(count):
        turn = cv2.Rodrigues(np.radians(rng.uniform(-35, 35, 3)))[0]
        distance = rng.uniform(0.42, 0.6)
        middle = np.array([(-0.14, -0.05), (0.14, 0.05), (-0.14, 0.06), (0.14, -0.06), (0.0, 0.0)][i % 5])
        cam = corners @ turn.T + np.array([*middle, distance])
        pixels = cam[:, :2] / cam[:, 2:] * truth.focal_px + truth.matrix[:2, 2]
        homography = cv2.getPerspectiveTransform(source, pixels.astype(np.float32))
        half = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
        homography = half @ homography @ np.linalg.inv(half)
        picture = cv2.warpPerspective(page, homography, SIZE, flags=cv2.INTER_AREA, borderValue=150)
        picture = cv2.GaussianBlur(picture, (0, 0), 0.7)
        found.append(np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8))
    return found
