"""What each part of the measuring chain is worth: the stills of a truth set, measured with ever more of it.

The same pictures, camera and person are used throughout; only what happens to the landmarks differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.bench.accuracy import Trial
from app.bench.samples import Sample, guides, raised
from app.bench.targets import TARGETS, Target
from app.bench.truth import Values, read_truth
from app.inputs import Task
from calibration.camera import Camera
from calibration.files import load_camera
from vision.estimators.pose import PoseEstimator
from vision.look import Look, Looker
from vision.measures.body import Body
from vision.measures.registry import evaluate, measure_fit
from vision.moment import measure_moments, seen_of
from vision.reconstruct.fit import fit_bodies, stature_of
from vision.reconstruct.model import BodyModel, body_model
from vision.reconstruct.skeleton import LANDMARKS_OF_POINT, offsets_with_derivatives
from vision.reconstruct.solver import TYPICAL_STATURE_M
from vision.types import Drill, FloatArray, PoseObservation
from vision.video.stills import read_still

STAGES = (
    "landmarks alone",
    "+ offsets",
    "+ fit",
    "+ figure networks",
    "+ feet",
    "+ corrections by view",
    "+ hands",
)


class Still:
    """One picture with its truth, looked at once by every network."""

    def __init__(self, task: Task, truth: Values, view: str, pose: PoseObservation, look: Look, camera: Camera) -> None:
        self.task, self.truth, self.view = task, truth, view
        self.pose, self.look, self.camera = pose, look, camera
        self.subject = task.subject
        self.stature = np.array([stature_of(self.subject.height_cm, self.subject.sex)[0]])

    def by_stage(self) -> Iterator[Mapping[str, float | str | None]]:
        """The values of all measures at each of `STAGES`."""
        model = body_model()
        points = self._world_points()
        yield self._of_points(points, model)
        beside, _ = offsets_with_derivatives(points, model.offsets)
        yield self._of_points(points - beside * TYPICAL_STATURE_M, model)
        feetless = replace(self.look, feet_px=None, feet_covariance_px2=None)
        yield self._fitted(feetless, replace(model, figure=None))
        yield self._fitted(feetless, model)
        yield self._fitted(self.look, model)
        yield self._corrected(replace(self.look, hands=(), log_odds_right=None))
        yield self._corrected(self.look)

    def _world_points(self) -> FloatArray:
        """World landmarks (1, 21, 3) turned into the floor's frame."""
        world = self.pose.world_landmarks_m
        points = np.array([world[list(ids)].mean(axis=0) for ids in LANDMARKS_OF_POINT])
        return np.asarray(points @ self.camera.rotation_cam_from_floor)[None]

    def _of_points(self, points: FloatArray, model: BodyModel) -> Mapping[str, float | str | None]:
        body = Body(points * self.stature[:, None, None] / TYPICAL_STATURE_M, self.stature, model.constants)
        return {name: float(value[0]) for name, value in evaluate(body).items()}

    def _fitted(self, look: Look, model: BodyModel) -> Mapping[str, float | str | None]:
        fit = fit_bodies([seen_of(self.pose, self.camera, self.subject, look)], model)
        values = measure_fit(fit, self.stature, model, self.camera.seat).values
        return {name: float(value[0]) for name, value in values.items()}

    def _corrected(self, look: Look) -> Mapping[str, float | str | None]:
        moment = measure_moments([self.pose], [look], self.camera, self.subject)[0]
        return {name: one.value for name, one in moment.measurements.items()}


def looked_at(tasks: Iterable[tuple[Task, Values, str]], tick: Callable[[], None]) -> Iterator[Still]:
    """The stills in which somebody is seen."""
    with PoseEstimator(people=1, video=False) as estimator, Looker() as looker:
        for task, truth, view in tasks:
            tick()
            if task.calibration is None:
                continue
            camera, image = load_camera(task.calibration), read_still(task.file).image_bgr
            found = estimator.estimate(image)
            if found:
                yield Still(task, truth, view, found[0], looker.look(image, found[0], camera.matrix), camera)


def samples_by_stage(stills: Iterator[Still]) -> list[list[Sample]]:
    """For each of `STAGES` the samples of all stills."""
    stages: list[list[Sample]] = [[] for _ in STAGES]
    names = {name for target in TARGETS for name in target.names}
    for still in stills:
        for stage, values in zip(stages, still.by_stage(), strict=True):
            for name in names & set(still.truth):
                stage.append(_sample(still, name, values.get(name)))
    return stages


def _sample(still: Still, name: str, value: float | str | None) -> Sample:
    drill = str(still.task.drill or Drill.STAND)
    flags = {"main_arm": guides(name, still.truth), "raised_arm": raised(name, still.truth)}
    return Sample(still.task.path, drill, still.view, None, name, "", still.truth[name], value, None, None, **flags)


def ablation_table(stages: Sequence[Sequence[Sample]]) -> Iterator[str]:
    """Mean error (or share right) of every target that stills can show, stage by stage; in brackets the share given."""
    yield from ("", "### What each part of the chain is worth", "")
    yield (
        "Stills, true camera; mean error, or the share right, of what was given; in brackets the share given, where it "
        "is not all. Values before the corrections are given whatever their uncertainty."
    )
    yield ""
    yield f"| measurement | {' | '.join(STAGES)} |"
    yield f"|---|{'--:|' * len(STAGES)}"
    for target in TARGETS:
        cells = [_cell(target, [one for one in stage if target.wanted(one)]) for stage in stages]
        if any(cells):
            yield f"| {target.title} | {' | '.join(cells)} |"


def _cell(target: Target, own: Sequence[Sample]) -> str:
    given = [one for one in own if one.value is not None and one.value == one.value]
    if not given:
        return ""
    if target.word:
        text = f"{100 * sum(one.value == one.truth for one in given) / len(given):.0f} %"
    else:
        text = f"{np.mean([abs(float(one.value or 0.0) - float(one.truth)) for one in given]):.2f}"
    return text if len(given) == len(own) else f"{text} ({100 * len(given) / len(own):.0f} %)"


def plain_stills(trials: Sequence[Trial]) -> Iterator[tuple[Task, Values, str]]:
    """The stills of a truth set that are not extra hard, with truth and view."""
    for trial in trials:
        truth = read_truth(trial.truth)
        if not truth.segments and truth.hard is None:
            yield trial.task, truth.moments[0][1], truth.view
