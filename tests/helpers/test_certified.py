"""NIST's certified values."""

import re
from pathlib import Path

import numpy as np
import pytest
from curves import ROOT_2PI

from gmm_helpers import fit, read_density

DATA = Path(__file__).parent.parent / "data"


def certified(name):
    """x, y, and the parameters and standard deviations of NIST's own file."""
    path = DATA / f"{name}.dat"
    x, y = read_density(path, columns=(1, 0), skip_lines=60)
    rows = re.findall(r"^\s+b\d =\s+\S+\s+\S+\s+(\S+)\s+(\S+)", path.read_text(), re.MULTILINE)
    return x, y, np.array(rows, dtype=float).T


@pytest.mark.parametrize("name", ["Gauss1", "Gauss2", "Gauss3"])
def test_two_bells_on_the_certified_exponential(name):
    x, y, (b, _) = certified(name)
    rss = float(re.search(r"Residual Sum of Squares:\s+(\S+)", (DATA / f"{name}.dat").read_text())[1])
    result = fit(x, y, 2, mass=None, background=np.exp(-b[1] * x)[:, None], sigma=1.0, rng=0)
    assert result.success
    assert result.mixture.means == pytest.approx(b[[3, 6]], rel=1e-7)
    assert result.mixture.stds == pytest.approx(b[[4, 7]] / np.sqrt(2), rel=1e-6)
    assert result.areas == pytest.approx(b[[2, 5]] * b[[4, 7]] * np.sqrt(np.pi), rel=1e-6)
    assert np.ravel(result.background) == pytest.approx([b[0]], rel=1e-7)
    assert result.heights == pytest.approx(b[[2, 5]], rel=1e-6)
    assert result.chi2 == pytest.approx(rss, rel=1e-9)


def test_eckerle4_is_certified_with_its_errors():
    x, y, (b, sd) = certified("Eckerle4")
    result = fit(x, y, 1, mass=None, rng=0)
    errors = result.standard_errors()
    assert [result.areas[0] / ROOT_2PI, result.mixture.stds[0], result.mixture.means[0]] == pytest.approx(b, rel=1e-8)
    assert [errors.areas[0] / ROOT_2PI, errors.stds[0], errors.means[0]] == pytest.approx(sd, rel=1e-5)
