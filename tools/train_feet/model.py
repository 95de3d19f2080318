"""The network: picture of both feet + where the pose network puts each foot -> heatmaps and covariances.

Input (N, 5, 128, 192): RGB 0..1, one channel with the left foot's hints, one with the right's.
Output ``heatmaps`` (N, 14, 32, 48), logits: the left foot's seven points, then the right's;
``points`` (N, 14, 2): centre of mass of each map's softmax, input pixels, corner = 0;
``spread`` (N, 14, 3): log sigma_x, log sigma_y (input pixels) and the correlation before tanh.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vision.estimators.feet import INPUT_SIZE_WH

STRIDE = 4
_UNIT_PX = 32.0


class _Block(nn.Module):
    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


def _conv(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride=stride, padding=size // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class FeetNet(nn.Module):
    """A small encoder and decoder: 1/16 resolution for who is who, 1/4 for where."""

    def __init__(self, points: int = 14, widths: tuple[int, int, int, int] = (16, 32, 64, 96)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.stem = _conv(5, a, stride=2)
        self.quarter = nn.Sequential(_conv(a, b, stride=2), _Block(b))
        self.eighth = nn.Sequential(_conv(b, c, stride=2), _Block(c))
        self.sixteenth = nn.Sequential(_conv(c, d, stride=2), _Block(d), _Block(d, dilation=2), _Block(d))
        self.up_eighth = _conv(d, c, size=1)
        self.mix_eighth = _Block(c)
        self.up_quarter = _conv(c, b, size=1)
        self.mix_quarter = _Block(b)
        self.heatmaps = nn.Conv2d(b, points, 1)
        self.spread = nn.Sequential(nn.Linear(d + c + 3 * points, 64), nn.ReLU(inplace=True), nn.Linear(64, points * 3))
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")
        self.points = points
        width, height = INPUT_SIZE_WH
        self.register_buffer("grid", _grid(height // STRIDE, width // STRIDE))
        self.register_buffer("middle", torch.tensor([width / 2, height / 2]))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        quarter = self.quarter(self.stem(x))
        eighth = self.eighth(quarter)
        deep = self.sixteenth(eighth)
        eighth = self.mix_eighth(eighth + self.upsample(self.up_eighth(deep)))
        quarter = self.mix_quarter(quarter + self.upsample(self.up_quarter(eighth)))
        with torch.autocast("cpu", enabled=False):  # the last layers decide about fractions of a pixel
            pooled = torch.cat([deep.float().mean((2, 3)), eighth.float().mean((2, 3))], 1)
            heatmaps = self.heatmaps(quarter.float())
            moments = torch.matmul(heatmaps.flatten(2).softmax(-1), self.grid)  # x, y, xx, yy, xy about the middle
            mean, square = moments[..., :2], moments[..., 2:4]
            width = torch.log(square - mean * mean + 1e-4)
            tilt = moments[..., 4:5] - mean[..., 0:1] * mean[..., 1:2]
            shape = torch.cat([width, tilt], -1).flatten(1).detach()
            spread = self.spread(torch.cat([pooled, shape], 1)).view(-1, self.points, 3)
            return heatmaps, mean * _UNIT_PX + self.middle, spread


def _grid(height: int, width: int) -> Tensor:
    """(height * width, 5): x, y, xx, yy, xy of the cells about the middle, in units of `_UNIT_PX`."""
    ys, xs = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    x = ((xs - width / 2) * STRIDE / _UNIT_PX).flatten()
    y = ((ys - height / 2) * STRIDE / _UNIT_PX).flatten()
    return torch.stack([x, y, x * x, y * y, x * y], 1)
