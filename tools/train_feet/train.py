"""Train the feet network.

    python tools/train_feet/train.py --data FOLDER --out RUN [--minutes 25] [--seed 1]

``FOLDER`` holds ``feet.jsonl`` and its crops. Batches (person + shoes + floor) are split, never crops. Writes
``RUN/best.pt`` (lowest error on the ``tune`` part, moving average of the weights) and ``RUN/log.csv``.
Needs torch, numpy and OpenCV; run it from the repository's root with the root on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from augment import Sample, make_textures, plain_sample, training_sample
from crops import load
from model import STRIDE, FeetNet
from torch import Tensor

from vision.estimators.feet import POINTS, hint_channels

_WEIGHT = torch.tensor([2.0 if name in ("heel", "toe2") else 0.7 for name in POINTS] * 2)
_HALF = True  # the convolutions of training in bfloat16: twice as fast where the processor knows it
_SPOT = 2 * 1.25**2  # twice the variance of a target spot, in cells of the heatmap


def to_batch(samples: list[Sample], drop: np.random.Generator | None = None) -> tuple[Tensor, Tensor]:
    """Inputs (N, 5, H, W) and targets (N, 14, 2); with ``drop``, now and then without the toe's hint."""
    pictures = torch.from_numpy(np.stack([s.image[:, :, ::-1].transpose(2, 0, 1).copy() for s in samples]))
    hints = []
    for sample in samples:
        toe = 0.6 if drop is None or drop.random() < 0.7 else 0.0
        hints.append(hint_channels(sample.hints, (1.0, 0.0, toe)))
    x = torch.cat([pictures.float() / 255, torch.from_numpy(np.stack(hints))], 1)
    targets = torch.from_numpy(np.stack([s.points.reshape(-1, 2) for s in samples])).float()
    return x.contiguous(memory_format=torch.channels_last), targets


def nll(error: Tensor, spread: Tensor) -> Tensor:
    """Gaussian negative log likelihood of errors (N, K, 2), bounded so that a lost foot cannot rule it."""
    log_sigma = spread[..., :2].clamp(-3, 4)
    rho = 0.95 * torch.tanh(spread[..., 2])
    z = error / log_sigma.exp()
    rest = 1 - rho**2
    square = (z[..., 0] ** 2 - 2 * rho * z[..., 0] * z[..., 1] + z[..., 1] ** 2) / rest
    value = 2.5 * torch.log1p(square / 3) + log_sigma.sum(-1) + 0.5 * rest.log()  # Student t, 3 degrees of freedom
    return value.mean()


def loss_of(net: FeetNet, x: Tensor, targets: Tensor) -> Tensor:
    """Heat spot, position, foot axis and covariance."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=_HALF):
        heatmaps, points, spread = net(x)
    error = points - targets
    distance = torch.sqrt((error**2).sum(-1) + 0.25)
    toe, heel = POINTS.index("toe2"), POINTS.index("heel")
    k = len(POINTS)
    axis = torch.stack([error[:, s * k + toe] - error[:, s * k + heel] for s in (0, 1)], 1)
    axis_loss = torch.sqrt((axis**2).sum(-1) + 0.25).mean()
    spot = spot_loss(heatmaps, targets)
    return 0.3 * (distance * _WEIGHT).mean() + 0.15 * axis_loss + spot + 0.05 * nll(error.detach(), spread)


def spot_loss(heatmaps: Tensor, targets: Tensor) -> Tensor:
    """Cross entropy of each map with a Gaussian spot at the true point; points outside the crop do not count."""
    n, k, height, width = heatmaps.shape
    xs = torch.arange(width) + 0.5 - targets[..., :1] / STRIDE
    ys = torch.arange(height) + 0.5 - targets[..., 1:] / STRIDE
    spot = torch.exp(-(ys**2)[..., :, None] / _SPOT - (xs**2)[..., None, :] / _SPOT).flatten(2)
    weight = spot.sum(-1)
    share = spot / (weight[..., None] + 1e-6)
    entropy = -(share * heatmaps.flatten(2).log_softmax(-1)).sum(-1)
    return (entropy * (weight > 0.5 * _SPOT).float()).sum() / (n * k)


@torch.no_grad()
def evaluate(net: FeetNet, batches: list[tuple[Tensor, Tensor]]) -> tuple[float, float]:
    """Mean error in input pixels of heel and toe2, and of all points."""
    errors = torch.cat([(net(x)[1] - target).norm(dim=-1) for x, target in batches])
    main = [i for i, name in enumerate(POINTS * 2) if name in ("heel", "toe2")]
    return float(errors[:, main].mean()), float(errors.mean())


def load_matching(net: FeetNet, weights: dict[str, Tensor]) -> None:
    """Take over what has the same name and shape."""
    own = net.state_dict()
    fitting = {name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}
    net.load_state_dict(fitting, strict=False)


def main() -> None:
    """Train until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    args = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)

    crops = load(args.data, "train", masks=True)
    textures = make_textures(rng)
    tune = [plain_sample(crop, np.random.default_rng(7)) for crop in load(args.data, "tune")]
    tune_batches = [to_batch(tune[i : i + 60]) for i in range(0, len(tune), 60)]
    net = FeetNet().to(memory_format=torch.channels_last)
    if args.start:
        load_matching(net, torch.load(args.start))
    average = copy.deepcopy(net).eval()
    optimizer = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=0.02)
    begin, best, epoch, step = time.monotonic(), np.inf, 0, 0
    with (args.out / "log.csv").open("w") as log:
        while (share := (time.monotonic() - begin) / (60 * args.minutes)) < 1:
            net.train()
            order = rng.permutation(len(crops))
            total = 0.0
            for i in range(0, len(order) - args.batch + 1, args.batch):
                share = min((time.monotonic() - begin) / (60 * args.minutes), 1)
                for group in optimizer.param_groups:
                    warm = min(1.0, (step + 1) / 100)
                    group["lr"] = args.rate * warm * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * share)))
                samples = [training_sample(crops[j], rng, textures) for j in order[i : i + args.batch]]
                loss = loss_of(net, *to_batch(samples, rng))
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
                optimizer.step()
                total += loss.item()
                step += 1
                keep = min(0.998, (step + 1) / (step + 20))
                with torch.no_grad():
                    for ours, theirs in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
                        if ours.is_floating_point():
                            ours.lerp_(theirs, 1 - keep)
                        else:
                            ours.copy_(theirs)
            epoch += 1
            main_px, all_px = evaluate(average, tune_batches)
            if main_px < best:
                best = main_px
                torch.save(average.state_dict(), args.out / "best.pt")
            line = f"{epoch},{(time.monotonic() - begin) / 60:.2f},{total / (len(order) // args.batch):.4f},"
            line += f"{main_px:.3f},{all_px:.3f}"
            print(line, flush=True)
            log.write(line + "\n")
            log.flush()


if __name__ == "__main__":
    main()
