"""`python -m tests.console.ui.colour_blind DIR`: the wall in all alarm states, as seen with a colour deficiency.

Matrices for full protanopia, deuteranopia and tritanopia on linear RGB: G. M. Machado, M. M. Oliveira and
L. A. F. Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency, IEEE Trans. Visualization
and Computer Graphics 15 (2009) 1291, table of severity 1.0. Contrast: WCAG 2.1, relative luminance and contrast ratio.
"""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from console.ui import theme as themes
from console.ui.theme import Mode, Theme
from console.ui.wall.page import WallPage
from tests.console.ui import fakes
from tests.console.ui.ward_states import ward_of

Pixels = npt.NDArray[np.float64]


class Sight(StrEnum):
    """Whose eyes."""

    NORMAL = "normal"
    PROTANOPIA = "protanopia"
    DEUTERANOPIA = "deuteranopia"
    TRITANOPIA = "tritanopia"


MATRICES: dict[Sight, Pixels] = {
    Sight.NORMAL: np.eye(3),
    Sight.PROTANOPIA: np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    Sight.DEUTERANOPIA: np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    Sight.TRITANOPIA: np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(srgb: Pixels) -> Pixels:
    """Linear light of sRGB values, both 0 to 1."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def gamma(light: Pixels) -> Pixels:
    """sRGB values of linear light, both 0 to 1."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)


def seen(srgb: Pixels, sight: Sight) -> Pixels:
    """Colours (..., 3), sRGB 0 to 1, as these eyes see them."""
    return gamma(np.clip(linear(srgb) @ MATRICES[sight].T, 0.0, 1.0))


def rgb(colour: str) -> Pixels:
    """A #RRGGBB as sRGB 0 to 1."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def contrast(one: Pixels, other: Pixels) -> float:
    """WCAG contrast ratio of two sRGB colours, 1 to 21."""
    first, second = (float(linear(c) @ np.array([0.2126, 0.7152, 0.0722])) + 0.05 for c in (one, other))
    return max(first, second) / min(first, second)


def simulate(image: QImage, sight: Sight) -> QImage:
    """A picture as these eyes see it."""
    source = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width, stride = source.height(), source.width(), source.bytesPerLine()
    data = np.frombuffer(source.constBits(), dtype=np.uint8).reshape(height, stride)[:, : width * 3]
    made = seen(data.reshape(height, width, 3) / 255, sight)
    pixels = np.ascontiguousarray(np.round(made * 255).astype(np.uint8))
    return QImage(pixels.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888).copy()


def main(folder: Path) -> None:
    """Draw the wall of 24 beds, every state of an alarm among them, dark and light."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for mode in Mode:
        theme = Theme(mode)
        themes.apply(application, theme)
        page = WallPage(fakes.FakeLink(ward_of(24)), "R. Test", theme)
        page.resize(1920, 942)
        page.show()
        page.show_ward(page.link.snapshot(), fakes.NOW)
        application.processEvents()
        image = page.grab().toImage()
        for sight in Sight:
            simulate(image, sight).save(str(folder / f"wall-{mode}-{sight}.png"))
        page.close()
        page.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
