"""The targets of calibration from a person, on people that the template was not learned from.

Marked ``devset``: needs the development set beside the checkout, and the pose network.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from calibration.files import load_camera
from calibration.person import UprightModel, solve_person
from tests.calibration.scenes import recovered

# The writer of the network's bundle, a vendor's, leaves a temporary file to the garbage collector.
LEAK = "ignore::pytest.PytestUnraisableExceptionWarning"
pytestmark = [pytest.mark.devset, pytest.mark.model, pytest.mark.filterwarnings(LEAK)]
TOOL = Path(__file__).resolve().parents[2] / "tools" / "upright" / "learn.py"


@pytest.fixture(scope="module")
def learn() -> ModuleType:
    """The tool that learns the template."""
    specification = importlib.util.spec_from_file_location("learn_upright", TOOL)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["learn_upright"] = module
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def stills(devset: Path, learn: ModuleType) -> list[tuple[np.ndarray, np.ndarray]]:
    """Errors and sigma of every still of an upright person seen from in front, the person held out of the template."""
    from app.calibrating.people import see
    from calibration.camera import ASSUMED_SIGMA_FOCAL_REL, assumed_camera

    folder = devset / "stills"
    samples = learn.load(folder)
    models: dict[str, UprightModel] = learn.folds(samples)
    found = []
    for row in csv.DictReader((folder / "manifest.csv").read_text(encoding="utf-8-sig").splitlines()):
        truth = json.loads((folder / row["truth"]).read_text(encoding="utf-8"))
        person = truth["persons"][0]
        model = models.get(f"{person['identity']}/{person['height_cm']}")
        if truth["hard"] is not None or truth["view"] not in ("front", "front20") or model is None:
            continue
        scene = see([folder / row["path"]], need_people=False)
        if not scene.views or truth["family"] not in learn.FAMILIES:
            continue
        known = assumed_camera(scene.size_wh)
        fit = solve_person(
            list(scene.views), float(row["height_cm"]) / 100, scene.size_wh, known.matrix, known.distortion,
            ASSUMED_SIGMA_FOCAL_REL, segments=scene.segments(), model=model,
        )  # fmt: skip
        found.append(recovered(fit.camera, load_camera(folder / row["calibration"])))
    return found


def test_one_standing_spot_gives_pitch_roll_and_height(stills: list[tuple[np.ndarray, np.ndarray]]) -> None:
    error = np.abs([one for one, _ in stills])
    assert len(error) >= 30
    assert (error[:, 0] <= 1.5).mean() >= 0.9
    assert (error[:, 1] <= 1.0).mean() >= 0.9
    assert (error[:, 3] <= 0.08).mean() >= 0.9


def test_the_stated_uncertainty_covers_the_truth(stills: list[tuple[np.ndarray, np.ndarray]]) -> None:
    off = np.array([error / sigma for error, sigma in stills])
    assert (np.abs(off) <= 2).mean() >= 0.9
    assert ((np.abs(off) <= 2).mean(axis=0) >= 0.88).all()


def test_walking_towards_the_camera_is_clearly_better_than_one_spot(devset: Path) -> None:
    from app.calibrating.people import calibrate, see

    clip = devset / "clips" / "d10_walk_in_second_person.mp4"
    scene = see([clip])
    assert len(scene.views) >= 3
    truth = load_camera(clip.with_name("d10_walk_in_second_person.camera.json"))
    plain, plain_sigma = recovered(calibrate(scene, 180.0, use_room=False).camera, truth)
    room, room_sigma = recovered(calibrate(scene, 180.0, use_room=True).camera, truth)
    assert abs(room[0]) < 0.5
    assert abs(room[3]) < 0.03
    assert abs(plain[3]) < 0.08, "without any edge of the room"
    assert plain_sigma[0] < 2.0, "one spot without edges: some 3.7 deg"
    assert room_sigma[0] < plain_sigma[0]


def test_the_shipped_template_is_what_the_tool_makes(devset: Path, learn: ModuleType, tmp_path: Path) -> None:
    from calibration.person import upright_model

    samples = learn.load(devset / "stills")
    made, shipped = learn.learn(samples), upright_model()
    assert made.landmarks == shipped.landmarks
    assert made.template == pytest.approx(shipped.template, abs=2e-4)
    assert np.sqrt(np.diag(made.covariance)) == pytest.approx(np.sqrt(np.diag(shipped.covariance)), rel=0.05)
