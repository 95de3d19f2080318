"""Train the network that says which hand is on top, and export it.

    python tools/hand_top/train.py --data FOLDER --out vision/data/hand_top.onnx [--minutes 10] [--seed 1]

``FOLDER`` holds ``hands.jsonl`` and its crops (``tools/hand_top/render_crops.py``). People are held back for
choosing the weights, never single crops. Needs torch and onnx beside numpy and OpenCV; run it from the repository's
root with the root on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from model import HandTopNet
from numpy.typing import NDArray
from torch import Tensor

from vision.estimators.crops import square_crop
from vision.estimators.hand_top import CROP_M, INPUT_PX, network_input


@dataclass(frozen=True)
class Sample:
    """A rendered crop: where the hands are in it, its scale, and which hand is on top."""

    image_bgr: NDArray[np.uint8]
    centre_px: NDArray[np.float64]
    px_per_m: float
    right_on_top: bool
    person: str


def load(folder: Path) -> list[Sample]:
    """All crops of ``hands.jsonl``. The centre is what the pose network would guess: wrists and knuckles."""
    samples = []
    for line in (folder / "hands.jsonl").read_text().splitlines():
        record = json.loads(line)
        image = cv2.imread(str(folder / record["file"]))
        if image is None:
            continue
        points = {side: np.array(record["px"][side]) for side in ("left", "right")}
        wrist, index, little = 2, 3, 5
        centres = [0.5 * p[wrist] + 0.25 * (p[index] + p[little]) for p in points.values()]
        centre = np.mean(centres, axis=0)
        samples.append(Sample(image, centre, record["ppm"], record["top"] == "right", record["person"]))
    return samples


def augmented(sample: Sample, rng: np.random.Generator) -> tuple[NDArray[np.float32], float]:
    """A training input and its label, moved, turned, recoloured, blurred and perhaps mirrored."""
    image = degraded(sample.image_bgr, rng)
    angle = rng.normal(0, 7)
    matrix = cv2.getRotationMatrix2D(tuple(map(float, sample.centre_px)), angle, 1.0)
    image = cv2.warpAffine(image, matrix, image.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    centre = sample.centre_px + rng.normal(0, 0.02, 2) * sample.px_per_m
    side = CROP_M * sample.px_per_m * float(np.exp(rng.normal(0.0, 0.15)))
    crop = square_crop(np.asarray(image, np.uint8), centre, side, INPUT_PX).image_bgr
    values = network_input(recoloured(crop, rng))
    label = float(sample.right_on_top)
    if rng.random() < 0.5:
        return np.ascontiguousarray(values[:, :, ::-1]), 1.0 - label
    return values, label


def degraded(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Fewer pixels, blur and JPEG, as a distant or cheap camera gives."""
    if rng.random() < 0.5:
        height, width = image.shape[:2]
        factor = rng.uniform(0.4, 1.0)
        small = cv2.resize(image, (max(24, int(width * factor)), max(24, int(height * factor))), interpolation=3)
        image = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    if rng.random() < 0.3:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.3)), np.uint8)
    if rng.random() < 0.5:
        _ok, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return image


def recoloured(crop: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Other skin, cloth and light: hue and saturation, gain and gamma per channel, grey, noise, a light gradient."""
    if rng.random() < 0.6:
        hsv = cv2.cvtColor(crop, cv2.COLOR_BGR2HSV).astype(np.float32)
        hsv[..., 0] = (hsv[..., 0] + rng.normal(0, 6)) % 180
        hsv[..., 1] *= rng.uniform(0.3, 1.4)
        crop = np.asarray(cv2.cvtColor(np.clip(hsv, 0, 255).astype(np.uint8), cv2.COLOR_HSV2BGR), np.uint8)
    values = crop.astype(np.float32) / 255
    if rng.random() < 0.2:
        values = np.repeat(values.mean(axis=2, keepdims=True), 3, axis=2)
    values = np.clip(values, 0, 1) ** float(np.exp(rng.normal(0, 0.3))) * np.exp(rng.normal(0, 0.12, 3))
    if rng.random() < 0.5:
        slope = rng.normal(0, 0.3, 2)
        y, x = np.mgrid[-1:1:64j, -1:1:64j]
        values = values * np.clip(1 + slope[0] * x + slope[1] * y, 0.2, 2)[..., None]
    values = values * rng.uniform(0.3, 1.2) + rng.normal(0, rng.uniform(0, 0.03), values.shape)
    return np.asarray(np.clip(values, 0, 1) * 255, np.uint8)


def batch(samples: list[Sample], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Inputs (N, 3, 64, 64) and labels (N,)."""
    made = [augmented(sample, rng) for sample in samples]
    return torch.from_numpy(np.stack([m[0] for m in made])), torch.tensor([m[1] for m in made], dtype=torch.float32)


def held_back_loss(net: HandTopNet, samples: list[Sample]) -> tuple[float, float]:
    """Log loss and share right on people not trained on, each crop seen three times with fixed noise."""
    rng = np.random.default_rng(0)
    net.eval()
    with torch.no_grad():
        x, y = batch(samples * 3, rng)
        odds = net.log_odds(x)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(odds, y)
    return float(loss), float(((odds > 0) == (y > 0.5)).float().mean())


def train(samples: list[Sample], minutes: float, seed: int) -> HandTopNet:
    """The weights (moving average) with the lowest loss on a tenth of the people."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    people = sorted({s.person for s in samples})
    back = set(rng.permutation(people)[: max(1, len(people) // 10)])
    tune, used = [s for s in samples if s.person in back], [s for s in samples if s.person not in back]
    net = HandTopNet()
    mean, best, best_loss = copy.deepcopy(net), copy.deepcopy(net), float("inf")
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.03)
    start, epoch = time.monotonic(), 0
    while (spent := (time.monotonic() - start) / 60) < minutes:
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * max(0.01, 0.5 * (1 + np.cos(np.pi * spent / minutes)))
        net.train()
        for indices in np.array_split(rng.permutation(len(used)), max(1, len(used) // 64)):
            x, y = batch([used[i] for i in indices], rng)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(net.log_odds(x), 0.02 + 0.96 * y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            follow(mean, net, 0.98)
        tuned, right = held_back_loss(mean, tune)
        if tuned < best_loss:
            best, best_loss = copy.deepcopy(mean), tuned
        print(f"{epoch} {spent:.1f} min: loss {float(loss):.3f}, held back {tuned:.3f}, right {right:.3f}", flush=True)
        epoch += 1
    return best


def follow(mean: HandTopNet, net: HandTopNet, keep: float) -> None:
    """Moving average of the weights and of the batch statistics."""
    with torch.no_grad():
        for a, b in zip(mean.state_dict().values(), net.state_dict().values(), strict=True):
            a.copy_(keep * a + (1 - keep) * b if a.dtype.is_floating_point else b)


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the hand-on-top network.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    net = train(load(options.data), options.minutes, options.seed).eval()
    torch.onnx.export(
        net,
        (torch.zeros(2, 3, INPUT_PX, INPUT_PX),),
        str(options.out),
        input_names=["crops"],
        output_names=["scores"],
        dynamic_axes={"crops": {0: "n"}, "scores": {0: "n"}},
        opset_version=13,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
