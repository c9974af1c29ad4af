"""Pictures: what is drawn is what was computed, on the axes asked for, and a picture has its words."""

import base64
import io
import re

import matplotlib.image
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from gmm_helpers import CLASSIC, classic, fit, plot_bells, plot_density, plot_fit, plot_residual
from gmm_helpers.plotting import LINES, Picture

X, DENSITY = classic()


def test_what_is_drawn_is_what_was_computed():
    result = fit(X, 7 + 3 * DENSITY, 3, mass=None, background="constant", rng=0)
    points, curve, *bells, background = plot_fit(X, 7 + 3 * DENSITY, result, Figure().subplots())
    np.testing.assert_array_equal(points.get_xydata(), np.column_stack([X, 7 + 3 * DENSITY]))
    fine = curve.get_xdata()
    np.testing.assert_allclose(curve.get_ydata(), result.curve(fine))
    np.testing.assert_allclose(sum(bell.get_ydata() for bell in bells), result.pdf(fine))
    np.testing.assert_allclose(background.get_ydata(), 7)
    residual = plot_residual(X, 8 + 3 * DENSITY, result, Figure().subplots(), color="red")
    np.testing.assert_allclose(residual.get_ydata(), 1, atol=1e-9)
    assert residual.get_color() == "red"


def test_bells_have_a_colour_and_a_stroke_of_their_own():
    bells = plot_bells(X, CLASSIC, Figure().subplots(), mass=2)
    assert len({bell.get_color() for bell in bells}) == 3
    assert len({(line["color"], line["linestyle"]) for line in LINES}) == len(LINES)
    np.testing.assert_allclose(sum(bell.get_ydata() for bell in bells), 2 * DENSITY)


def test_without_axes_it_draws_on_the_current_ones():
    figure, (_, second) = plt.subplots(1, 2)
    assert plot_density(X, DENSITY).axes is second
    assert plot_bells(X, CLASSIC)[0].axes is second
    plt.close(figure)


def test_a_picture_is_an_image_with_its_words_and_is_shown_once():
    figure = plt.figure(figsize=(3, 2), dpi=100)
    html = Picture(figure, 'Two bells, "a" < b')._repr_html_()
    assert not plt.fignum_exists(figure.number)
    assert 'alt="Two bells, &quot;a&quot; &lt; b"' in html
    assert 'width="300"' in html
    png = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1])
    assert matplotlib.image.imread(io.BytesIO(png)).shape[:2] == (400, 600)  # two dots a pixel


@pytest.mark.parametrize("alt", ["", "  ", None, 3])
def test_a_picture_without_words_is_none(alt):
    with pytest.raises(ValueError, match="`alt` must say in words what the picture shows"):
        Picture(Figure(), alt)
