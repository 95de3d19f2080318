"""Calibrate the network's own sigma on held-back crops and write the ONNX file.

    python tools/train_feet/export.py --data FOLDER --weights RUN/best.pt --out vision/data/feet.onnx

One factor a point, so that 95 % of the errors on the ``tune`` part lie within two sigma in x and in y; it is
folded into the last layer's bias, so nothing has to be remembered at run time.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from augment import plain_sample
from crops import load
from model import FeetNet
from train import to_batch

from vision.estimators.feet import INPUT_SIZE_WH, POINTS


class _PointsOnly(torch.nn.Module):
    """The network without its heatmaps."""

    def __init__(self, net: FeetNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        _heatmaps, points, spread = self.net(x)
        return points, spread


@torch.no_grad()
def sigma_factors(net: FeetNet, folder: Path) -> np.ndarray:
    """(14,) what to multiply the predicted sigma with; the same for a point of the left and of the right foot."""
    samples = [plain_sample(crop, np.random.default_rng(i)) for i, crop in enumerate(load(folder, "tune"))]
    scores = []
    for i in range(0, len(samples), 60):
        x, targets = to_batch(samples[i : i + 60])
        _heatmaps, points, spread = net(x)
        error = (points - targets).abs()
        scores.append((error / spread[..., :2].clamp(-3, 4).exp()).numpy())
    score = np.concatenate(scores)  # (N, 14, 2)
    count = len(POINTS)
    pooled = np.concatenate([score[:, :count], score[:, count:]])
    factors = np.percentile(pooled.transpose(1, 0, 2).reshape(count, -1), 95, axis=1) / 1.96
    return np.tile(factors, 2)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    net = FeetNet()
    net.load_state_dict(torch.load(args.weights))
    net.eval()
    factors = sigma_factors(net, args.data)
    with torch.no_grad():
        net.spread[-1].bias.view(-1, 3)[:, :2] += torch.from_numpy(np.log(factors)).float()[:, None]
    print("sigma factors", dict(zip(POINTS, np.round(factors[: len(POINTS)], 2), strict=True)))
    width, height = INPUT_SIZE_WH
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        _PointsOnly(net),
        torch.zeros(1, 5, height, width),
        str(args.out),
        dynamo=False,
        input_names=["picture"],
        output_names=["points", "spread"],
        opset_version=13,
    )
    print(args.out, args.out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
