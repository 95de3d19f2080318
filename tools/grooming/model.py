"""The network of the grooming stills: classes, zones and marks at half the input's size; facing and traits once."""

from __future__ import annotations

import torch
from torch import Tensor, nn

CLASSES, ZONES, MARKS, FACINGS, TRAITS = 9, 3, 10, 4, 8


class Block(nn.Sequential):
    """Two 3x3 convolutions; the first may halve the picture."""

    def __init__(self, inside: int, out: int, stride: int = 1, twice: bool = True) -> None:
        layers: list[nn.Module] = []
        for i, (a, b) in enumerate([(inside, out), (out, out)][: 2 if twice else 1]):
            layers += [
                nn.Conv2d(a, b, 3, stride if i == 0 else 1, 1, bias=False),
                nn.BatchNorm2d(b),
                nn.ReLU(inplace=True),
            ]
        super().__init__(*layers)


class GroomingNet(nn.Module):
    """U-Net of five levels, some 1.1 million weights."""

    def __init__(self, widths: tuple[int, ...] = (20, 40, 80, 120, 128)) -> None:
        super().__init__()
        a, b, c, d, e = widths
        self.down1 = Block(3, a, 2)
        self.down2 = Block(a, b, 2)
        self.down3 = Block(b, c, 2)
        self.down4 = Block(c, d, 2)
        self.down5 = Block(d, e, 2)
        self.up4 = Block(d + e, 112, twice=False)
        self.up3 = Block(c + 112, 64, twice=False)
        self.up2 = Block(b + 64, 40, twice=False)
        self.up1 = Block(a + 40, 28, twice=False)
        self.maps = nn.Conv2d(28, CLASSES + ZONES + MARKS, 1)
        pooled = 2 * e + 112 + MARKS * 28
        self.whole = nn.Sequential(
            nn.Linear(pooled, 96), nn.ReLU(inplace=True), nn.Dropout(0.2), nn.Linear(96, FACINGS + TRAITS)
        )
        self.grow = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, H, W) standardised -> maps (N, 22, H/2, W/2) and whole (N, 12), all before sigmoid or softmax."""
        one = self.down1(image)
        two = self.down2(one)
        three = self.down3(two)
        four = self.down4(three)
        five = self.down5(four)
        wide = self.up4(torch.cat([four, self.grow(five)], 1))
        up = self.up3(torch.cat([three, self.grow(wide)], 1))
        up = self.up2(torch.cat([two, self.grow(up)], 1))
        up = self.up1(torch.cat([one, self.grow(up)], 1))
        maps = self.maps(up)
        pooled = [five.mean((2, 3)), five.amax((2, 3)), wide.mean((2, 3)), *at_marks(up, maps[:, -MARKS:].detach())]
        return maps, self.whole(torch.cat(pooled, 1))


def at_marks(features: Tensor, heat: Tensor) -> list[Tensor]:
    """Features (N, C, H, W) averaged round each point that the network itself places: (N, C) for each of `MARKS`.

    What is at eyes and chin tells glasses and beards; pooled over the whole window they drown.
    """
    pooled = []
    for spot in heat.sigmoid().split(1, 1):
        weight = spot * spot + 1e-4
        pooled.append((features * weight).mean((2, 3)) / weight.mean((2, 3)))
    return pooled
