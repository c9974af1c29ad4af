"""Random mixtures and targets for the properties that hold for all of them."""

import numpy as np
from hypothesis import strategies as st

from gmm_helpers import Mixture


@st.composite
def mixtures(draw, max_components=5):
    """A mixture of 1 … max_components bells in any order, with weights of at least a hundredth."""
    K = draw(st.integers(1, max_components))
    parts = draw(st.lists(st.floats(0.05, 1), min_size=K, max_size=K))
    means = draw(st.lists(st.floats(-10, 10), min_size=K, max_size=K))
    stds = draw(st.lists(st.floats(0.1, 5), min_size=K, max_size=K))
    return Mixture(np.array(parts) / sum(parts), means, stds)


def random_mixture(rng, n_components=None, gap=1.0):
    """A mixture of 2 … 6 bells on 0 … 100 whose neighbours lie at least `gap` pooled stds apart."""
    K = int(rng.integers(2, 7)) if n_components is None else n_components
    while True:
        means, stds = np.sort(rng.uniform(10, 90, K)), np.exp(rng.uniform(np.log(1.5), np.log(8), K))
        weights = rng.dirichlet(np.full(K, 4.0))
        pooled = np.sqrt((stds[1:] ** 2 + stds[:-1] ** 2) / 2)
        if weights.min() > 0.03 and (np.diff(means) >= gap * pooled).all():
            return Mixture(weights, means, stds)
