"""What is read of whole figures: mirrored people alike, missing legs bridged, strange figures less sure."""

from __future__ import annotations

import numpy as np
import pytest

from tests.synthetic import BOW, GUIDE, POSTURES, STAND, Posture, body, camera_at, seen
from vision.reconstruct.figure import DEPTHS, Figures, figure_net, mirrored
from vision.reconstruct.fit import fit_bodies, observations_of
from vision.reconstruct.model import body_model
from vision.reconstruct.skeleton import COUNT, DEPTH_BONES, middle, unit
from vision.types import FloatArray

AZIMUTHS = (0.0, 15.0, -35.0, 50.0, -75.0)
ANKLES_AND_FEET = list(range(27, 33))


def figures_of(posture: Posture, azimuths_deg: tuple[float, ...] = AZIMUTHS) -> Figures:
    """Noise-free looks at a posture from several sides."""
    points = body(posture)
    looks = [seen(points, camera_at(a), posture) for a in azimuths_deg]
    return Figures(*(np.array([getattr(one, n) for one in looks]) for n in ("landmarks_px", "world_m", "visibility")))


def true_depths(posture: Posture, azimuth_deg: float) -> FloatArray:
    """(D,) along the ray to the hips, shares of stature."""
    points, camera = body(posture), camera_at(azimuth_deg)
    ray = unit(middle(points, "hip") - camera.centre_m)
    return np.array([(points[j] - points[i]) @ ray for _, i, j, _, _ in DEPTH_BONES]) / posture.stature_m


@pytest.mark.parametrize("name", POSTURES)
def test_depths_of_standing_bowing_guiding_and_sitting_people_lie_within_three_sigma(name: str) -> None:
    """Synthetic world landmarks are made bone by bone, so a few are unlike what the pose network says of a figure."""
    reading = figure_net().read(figures_of(POSTURES[name]))
    true = np.array([true_depths(POSTURES[name], azimuth) for azimuth in AZIMUTHS])
    z = (reading.depths - true) / reading.depth_sigma
    assert np.mean(np.abs(z) < 3.0) > 0.85
    assert np.median(np.abs(reading.depths - true)) < 0.03


def test_the_mirrored_figure_reads_as_the_mirrored_values() -> None:
    figures = figures_of(GUIDE)
    here, there = figure_net().values(figures), figure_net().values(figures.mirrored())
    assert there[0] == pytest.approx(mirrored(here[0]), abs=1e-9)
    assert there[1] == pytest.approx(np.abs(mirrored(here[1])), abs=1e-9)


def test_mirroring_twice_changes_nothing() -> None:
    values = np.random.default_rng(1).normal(size=(3, DEPTHS + 2 * COUNT))
    assert mirrored(mirrored(values)) == pytest.approx(values)


def test_feet_out_of_the_picture_leave_the_arms_nearly_as_they_were_and_the_legs_less_sure() -> None:
    whole = figures_of(GUIDE)
    pixels = whole.landmarks_px.copy()
    pixels[:, ANKLES_AND_FEET] = np.nan
    cut = Figures(pixels, whole.world_m, whole.visibility)
    before, after = figure_net().read(whole), figure_net().read(cut)
    names = [name for name, *_ in DEPTH_BONES]
    arms = [i for i, name in enumerate(names) if name in ("upper_arm", "forearm")]
    feet = [i for i, name in enumerate(names) if name == "foot"]
    assert (np.abs(after.depths - before.depths) < 2.0 * after.depth_sigma)[:, arms].all()
    assert (after.depth_sigma / before.depth_sigma)[:, feet].mean() > 1.3


def test_nothing_in_the_picture_is_read_as_finite_and_unsure() -> None:
    whole = figures_of(STAND, (0.0,))
    nothing = Figures(np.full_like(whole.landmarks_px, np.nan), whole.world_m, np.zeros_like(whole.visibility))
    reading = figure_net().read(nothing)
    assert np.isfinite(reading.depths).all()
    assert np.isfinite(reading.places).all()


def test_a_figure_unlike_any_person_is_less_sure() -> None:
    rng = np.random.default_rng(5)
    people = figure_net().read(figures_of(STAND))
    scattered = Figures(
        rng.uniform(0, 700, (20, 33, 2)), rng.uniform(-0.9, 0.9, (20, 33, 3)), rng.uniform(0.3, 1.0, (20, 33))
    )
    strange = figure_net().read(scattered)
    assert np.median(strange.depth_sigma) > 2.5 * np.median(people.depth_sigma)
    assert np.median(strange.place_sigma) > 1.5 * np.median(people.place_sigma)


def test_a_fit_with_the_networks_reads_an_oblique_guiding_arm_within_its_uncertainty() -> None:
    model = body_model()
    look = seen(body(GUIDE), camera_at(40.0), GUIDE)
    assert observations_of([look], model).figure is not None
    fit = fit_bodies([look], model)
    wrist = np.linalg.norm(fit.points_m[0, 7] - body(GUIDE)[7])
    spread = np.sqrt(np.trace(fit.covariance[0, 21:24, 21:24]))
    assert wrist < 3 * spread
    assert spread < 0.15


def test_bows_lean_towards_a_camera_in_front() -> None:
    reading = figure_net().read(figures_of(BOW, (0.0,)))
    trunk = [i for i, (name, *_) in enumerate(DEPTH_BONES) if name == "trunk"]
    assert (reading.depths[0, trunk] < 0).all()
