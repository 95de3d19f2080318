"""Train the network of the grooming stills and export it.

    python tools/grooming/train.py --data FOLDER [--data FOLDER ...] --out vision/data/grooming.onnx
        [--minutes 20] [--seed 1] [--start WEIGHTS.pt]

``FOLDER`` holds portraits of ``render_heads.py``; every twelfth person is held back to choose nothing but to watch.
Needs torch and onnx beside numpy and OpenCV; one thread.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import torch
from augment import INPUT_WH, Sample, drawn
from data import load
from model import CLASSES, FACINGS, MARKS, ZONES, GroomingNet
from torch import Tensor
from torch.nn import functional

BATCH = 8
RATE = 2.0e-3
CLASS_WEIGHT = torch.tensor([0.6, 1.0, 1.2, 0.7, 1.2, 2.5, 4.0, 2.5, 1.5])
MARK_SIGMA_PX = 2.0  # in map pixels
FRONT_SHARE = 0.4
HELD_BACK_EVERY = 12  # by the hash of the name: the order of portraits goes with tone and sex


def standardised(image: np.ndarray) -> np.ndarray:
    """(3, H, W), mean 0 and spread 1 over the picture: exposure drops out."""
    values = image.astype(np.float32).transpose(2, 0, 1)
    return np.asarray((values - values.mean()) / max(float(values.std()), 8.0), np.float32)


def batch(samples: list[Sample]) -> dict[str, Tensor]:
    """Tensors of prepared samples of `INPUT_WH`."""
    width, height = INPUT_WH[0] // 2, INPUT_WH[1] // 2
    images = np.stack([standardised(s.image) for s in samples])
    classes = np.stack([s.classes[1::2, 1::2] for s in samples])
    zones = np.zeros((len(samples), ZONES, height, width), np.float32)
    known = np.array([s.zones is not None for s in samples], np.float32)
    heat = np.zeros((len(samples), MARKS, height, width), np.float32)
    xs, ys = np.arange(width) + 0.5, np.arange(height) + 0.5
    for i, sample in enumerate(samples):
        if sample.zones is not None:
            zones[i] = sample.zones[None, 1::2, 1::2] == np.arange(1, ZONES + 1)[:, None, None]
        for j, (x, y) in enumerate(sample.marks / 2):
            if np.isfinite([x, y]).all():
                row = np.exp(-(((xs - x) / MARK_SIGMA_PX) ** 2) / 2)
                heat[i, j] = np.exp(-(((ys - y) / MARK_SIGMA_PX) ** 2) / 2)[:, None] * row
    return {
        "image": torch.from_numpy(images),
        "classes": torch.from_numpy(classes.astype(np.int64)),
        "zones": torch.from_numpy(zones),
        "known": torch.from_numpy(known),
        "heat": torch.from_numpy(heat),
        "facing": torch.tensor([s.facing for s in samples]),
        "traits": torch.from_numpy(np.stack([s.traits for s in samples])),
    }


def losses(net: GroomingNet, one: dict[str, Tensor]) -> dict[str, Tensor]:
    """The parts of the loss."""
    with torch.autocast("cpu", torch.bfloat16):  # a third faster on processors that know it
        maps, whole = net(one["image"].contiguous(memory_format=torch.channels_last))
    maps, whole = maps.float(), whole.float()
    kinds, zones, heat = maps.split([CLASSES, ZONES, MARKS], 1)
    area = functional.binary_cross_entropy_with_logits(
        zones, one["zones"], reduction="none", pos_weight=torch.tensor(3.0)
    )
    overlap = dice(zones.sigmoid(), one["zones"], one["known"])
    spots = functional.binary_cross_entropy_with_logits(
        heat, one["heat"], reduction="none", pos_weight=torch.tensor(8.0)
    )
    traits, known = one["traits"].nan_to_num(0), torch.isfinite(one["traits"]).float()
    odds = functional.binary_cross_entropy_with_logits(whole[:, FACINGS:], 0.01 + 0.98 * traits, reduction="none")
    return {
        "classes": functional.cross_entropy(kinds, one["classes"], weight=CLASS_WEIGHT),
        "zones": (area.mean((1, 2, 3)) * one["known"]).mean() * 3 + 0.5 * overlap,
        "marks": spots.mean() * 4,
        "facing": 0.5 * functional.cross_entropy(whole[:, :FACINGS], one["facing"], label_smoothing=0.02),
        "traits": 2.0 * (odds * known).sum() / known.sum().clamp(min=1),
    }


def dice(share: Tensor, truth: Tensor, known: Tensor) -> Tensor:
    """1 - overlap of the zones that are there, mean over the batch."""
    both, total = (share * truth).sum((2, 3)), (share + truth).sum((2, 3))
    there = (truth.sum((2, 3)) > 6).float() * known[:, None]
    return ((1 - (2 * both + 1) / (total + 1)) * there).sum() / there.sum().clamp(min=1)


def follow(mean: GroomingNet, net: GroomingNet, keep: float) -> None:
    """Moving average of the weights and of the batch statistics."""
    with torch.no_grad():
        for a, b in zip(mean.state_dict().values(), net.state_dict().values(), strict=True):
            a.copy_(keep * a + (1 - keep) * b if a.dtype.is_floating_point else b)


def watched(net: GroomingNet, back: list[Sample], used: list[Sample]) -> dict[str, float]:
    """Losses and pixel agreement on people held back, as augmented with a fixed seed."""
    rng = np.random.default_rng(0)
    net.eval()
    sums: dict[str, float] = {}
    with torch.no_grad():
        for start in range(0, len(back), BATCH):
            one = batch([drawn(s, used, rng) for s in back[start : start + BATCH]])
            share = len(one["facing"]) / len(back)
            for name, value in losses(net, one).items():
                sums[name] = sums.get(name, 0.0) + float(value) * share
            maps, whole = net(one["image"])
            sums["pixels"] = sums.get("pixels", 0) + share * float(
                (maps[:, :CLASSES].argmax(1) == one["classes"]).float().mean()
            )
            sums["side"] = sums.get("side", 0) + share * float(
                (whole[:, :FACINGS].argmax(1) == one["facing"]).float().mean()
            )
    return sums


def side_chances(samples: list[Sample]) -> np.ndarray:
    """(N,) chance of drawing each sample: fronts `FRONT_SHARE` of the time, the other sides alike."""
    sides = np.array([s.facing for s in samples])
    share = np.array([FRONT_SHARE if side == 0 else (1 - FRONT_SHARE) / 3 for side in range(FACINGS)])
    chance = share[sides] / np.bincount(sides, minlength=FACINGS)[sides]
    return np.asarray(chance / chance.sum(), np.float64)


def train(folders: list[Path], minutes: float, seed: int, start: Path | None, snapshot: Path) -> GroomingNet:
    """The moving average of the weights after ``minutes``; folders are read again while they grow."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = GroomingNet()
    if start is not None:
        known, own = torch.load(start), net.state_dict()
        net.load_state_dict(own | {name: value for name, value in known.items() if value.shape == own[name].shape})
    net = net.to(memory_format=torch.channels_last)
    mean = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.02)
    begun, step, everybody = time.monotonic(), 0, []
    while (spent := (time.monotonic() - begun) / 60) < minutes:
        if step % 150 == 0:
            everybody = [sample for folder in folders for sample in load(folder)]
            back = [s for s in everybody if zlib.crc32(s.name.encode()) % HELD_BACK_EVERY == 0]
            used = [s for s in everybody if zlib.crc32(s.name.encode()) % HELD_BACK_EVERY != 0]
            chance = side_chances(used)
            if step:
                figures = {name: round(value, 3) for name, value in watched(mean, back, used).items()}
                print(f"{step} {spent:.1f} min, {len(used)} used: {json.dumps(figures)}", flush=True)
                torch.save(mean.state_dict(), snapshot)
        for group in optimiser.param_groups:
            group["lr"] = RATE * max(0.01, 0.5 * (1 + np.cos(np.pi * spent / minutes))) * min(1, (step + 1) / 50)
        net.train()
        chosen = [used[int(i)] for i in rng.choice(len(used), BATCH, p=chance)]
        total = torch.stack(list(losses(net, batch([drawn(s, used, rng) for s in chosen])).values())).sum()
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        step += 1
        follow(mean, net, min(0.995, step / (step + 20)))
    return mean.to(memory_format=torch.contiguous_format).eval()


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the network of the grooming stills.")
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=20.0, help="by the clock; 0 exports the start")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    net = train(options.data, options.minutes, options.seed, options.start, options.out.with_suffix(".pt"))
    torch.save(net.state_dict(), options.out.with_suffix(".pt"))
    torch.onnx.export(
        net,
        (torch.zeros(1, 3, INPUT_WH[1], INPUT_WH[0]),),
        str(options.out),
        input_names=["image"],
        output_names=["maps", "whole"],
        dynamic_axes={"image": {0: "n"}, "maps": {0: "n"}, "whole": {0: "n"}},
        opset_version=13,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
