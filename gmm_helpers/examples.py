"""Named mixtures (the classic three, the presets of the lessons, those of Marron and Wand), and data sets."""

import json
from functools import cache
from importlib.resources import files

import numpy as np

from .mixture import Mixture
from .validation import Array, check_integer

__all__ = ["CLASSIC", "PRESETS", "classic", "classic_grid", "galaxies", "marron_wand", "old_faithful"]

CLASSIC = Mixture(weights=[0.3, 0.5, 0.2], means=[5, 15, 20], stds=[2, 1, 2])

PRESETS = {
    "Classic": CLASSIC,
    "Tall is not heavy": Mixture([0.2, 0.7, 0.1], [6, 14, 21], [0.4, 3, 1.5]),
    "One hump": Mixture([0.3, 0.4, 0.3], [10, 12, 14], [2, 2, 2]),
    "Cut off": Mixture([0.3, 0.5, 0.2], [5, 15, 25], [2, 1, 2]),
    "Needle": Mixture([0.5, 0.1, 0.4], [8, 10.1667, 16], [2, 0.03, 2]),
}


def classic_grid(n_points: int = 75) -> Array:
    """The grid of the original script, arange(0, 25, 25/n_points): n_points values, 25 itself not among them.

    Examples
    --------
    >>> classic_grid()[[0, 1, -1]].round(3)
    array([ 0.   ,  0.333, 24.667])
    """
    return np.arange(check_integer("n_points", n_points)) * (25 / n_points)


def classic(n_points: int = 75) -> tuple[Array, Array]:
    """x and density of the classic three bells, the problem of the whole course. Returns two arrays (n_points,).

    Examples
    --------
    >>> x, density = classic()
    >>> float(x[density.argmax()])
    15.0
    """
    x = classic_grid(n_points)
    return x, CLASSIC.pdf(x)


@cache
def marron_wand(number: int) -> Mixture:
    """Density 1 … 15 of Marron & Wand (1992), *Annals of Statistics* 20, 712–736, Table 1, as a `Mixture`.

    They are made to be hard: outliers, claws, combs. All live between −3 and 3.

    Examples
    --------
    >>> marron_wand(10).n_components  # the claw
    6
    """
    table = json.loads(_data("marron_wand.json"))["densities"]
    for row in table:
        if row["number"] == number:
            return Mixture(row["weights"], row["means"], row["stds"])
    raise ValueError(f"`number` must be one of 1 … {len(table)}, got {number!r}")


def old_faithful() -> tuple[Array, Array]:
    """272 eruptions of the Old Faithful geyser: lengths and waiting times to the next one, minutes, both (272,).

    Härdle (1991), *Smoothing Techniques*; Azzalini & Bowman (1990), *Applied Statistics* 39, 357–365.

    Examples
    --------
    >>> lengths, waiting = old_faithful()
    >>> float(waiting.mean().round(1))
    70.9
    """
    lengths, waiting = np.loadtxt(_data("old_faithful.csv").splitlines(), delimiter=",", skiprows=1, unpack=True)
    return lengths, waiting


def galaxies() -> Array:
    """Velocities of 82 galaxies of the Corona Borealis region, in 1000 km/s, (82,).

    Roeder (1990), *JASA* 85, 617–624, from Postman, Huchra & Geller (1986), *Astronomical Journal* 92, 1238–1247.

    Examples
    --------
    >>> galaxies().size
    82
    """
    return np.loadtxt(_data("galaxies.csv").splitlines(), skiprows=1) / 1000


def _data(name: str) -> str:
    return (files(__package__) / "data" / name).read_text(encoding="utf-8")
