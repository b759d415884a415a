"""Both themes can be read by everybody: contrast, and status colours that colour-blind readers tell apart."""

from __future__ import annotations

from itertools import combinations

import pytest

from kpi.ui.theme import Theme, theme

READABLE = 4.5  # WCAG 2.2, level AA, text of usual size
APART = 20  # difference in CIELAB; 2.3 is just noticeable side by side
# Machado, Oliveira & Fernandes 2009, full severity, on linear RGB.
DEFICIENCIES = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
Triple = tuple[float, float, float]


def linear(colour: str) -> Triple:
    """sRGB as linear light."""

    def channel(at: int) -> float:
        value = int(colour[at : at + 2], 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return channel(1), channel(3), channel(5)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG)."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, deficiency: str) -> Triple:
    """The colour in CIELAB as somebody with the deficiency sees it."""
    light = linear(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, light, strict=True))))
        for row in DEFICIENCIES[deficiency]
    )
    tristimulus = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in tristimulus)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.fixture(params=["light", "dark"])
def colours(request: pytest.FixtureRequest) -> Theme:
    """Each of the two themes."""
    return theme(request.param)


@pytest.mark.parametrize("token", ["accent", "text", "faded", "on_target", "at_risk", "off_target"])
def test_words_can_be_read_on_both_grounds(colours: Theme, token: str) -> None:
    """Text, accent and status colours reach 4.5:1 on the page and on raised surfaces."""
    for ground in (colours.page, colours.surface):
        assert contrast(getattr(colours, token), ground) >= READABLE


@pytest.mark.parametrize("deficiency", list(DEFICIENCIES))
def test_status_colours_stay_apart(colours: Theme, deficiency: str) -> None:
    """On target, at risk and off target differ clearly for the common colour-vision deficiencies."""
    for one, other in combinations((colours.on_target, colours.at_risk, colours.off_target), 2):
        first, second = seen(one, deficiency), seen(other, deficiency)
        assert sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5 >= APART


def test_what_stands_on_the_accent_can_be_read(colours: Theme) -> None:
    """Primary buttons write the page's colour on the accent."""
    assert contrast(colours.page, colours.accent) >= READABLE
