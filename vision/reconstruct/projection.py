"""Points through a camera whose pitch, roll, focal length and height are part of the state, with derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vision.reconstruct.observations import FOCAL, HEIGHT, PITCH, ROLL, Cameras, exp_of
from vision.types import FloatArray


@dataclass(frozen=True, slots=True)
class Projection:
    """Points through the camera of the state: pixels (T, P, 2) and their derivatives."""

    pixels: FloatArray
    depth_m: FloatArray  # (T, P)
    by_point: FloatArray  # (T, P, 2, 3)
    by_camera: FloatArray  # (T, P, 2, 4) pitch, roll, log focal, height


def project_with_state(cameras: Cameras, state: FloatArray, points_m: FloatArray) -> Projection:
    """Pinhole projection of points (T, P, 3) with the camera turned as the state says."""
    rotation = _turned(cameras, state)  # (T, 3, 3)
    centre = cameras.centre_m + np.stack([np.zeros(len(state)), np.zeros(len(state)), state[:, HEIGHT]], axis=-1)
    cam = np.einsum("tij,tpj->tpi", rotation, points_m - centre[:, None, :])
    depth = np.maximum(cam[..., 2], 0.05)
    focal = cameras.focal_px * exp_of(state, FOCAL)[:, None]
    centred = focal[:, None, :] * cam[..., :2] / depth[..., None]
    by_cam = np.zeros((*depth.shape, 2, 3))
    by_cam[..., 0, 0] = focal[:, None, 0] / depth
    by_cam[..., 1, 1] = focal[:, None, 1] / depth
    by_cam[..., :, 2] = -centred / depth[..., None]
    zero = np.zeros_like(depth)
    radian = np.pi / 180
    # Pitch turns before roll: seen from the camera its axis is the rolled one.
    across, along = (part(np.radians(state[:, ROLL]))[:, None] for part in (np.cos, np.sin))
    about_x = (
        np.stack([along * cam[..., 2], -across * cam[..., 2], across * cam[..., 1] - along * cam[..., 0]], axis=-1)
        * radian
    )
    about_z = np.stack([-cam[..., 1], cam[..., 0], zero], axis=-1) * radian
    drop = np.broadcast_to(-rotation[:, None, :, 2], cam.shape)
    by_camera = np.stack(
        [
            np.einsum("tpij,tpj->tpi", by_cam, about_x),
            np.einsum("tpij,tpj->tpi", by_cam, about_z),
            centred,
            np.einsum("tpij,tpj->tpi", by_cam, drop),
        ],
        axis=-1,
    )
    by_point = np.einsum("tpij,tjk->tpik", by_cam, rotation)
    return Projection(centred + cameras.principal_px[:, None, :], depth, by_point, by_camera)


def _turned(cameras: Cameras, state: FloatArray) -> FloatArray:
    """Rotation camera <- floor (T, 3, 3) with the state's small pitch and roll applied in camera axes."""
    pitch, roll = np.radians(state[:, PITCH]), np.radians(state[:, ROLL])
    zero, one = np.zeros_like(pitch), np.ones_like(pitch)
    about_x = np.stack(
        [one, zero, zero, zero, np.cos(pitch), -np.sin(pitch), zero, np.sin(pitch), np.cos(pitch)], axis=-1
    ).reshape(-1, 3, 3)
    about_z = np.stack(
        [np.cos(roll), -np.sin(roll), zero, np.sin(roll), np.cos(roll), zero, zero, zero, one], axis=-1
    ).reshape(-1, 3, 3)
    return np.asarray(about_z @ about_x @ cameras.rotation, dtype=np.float64)
