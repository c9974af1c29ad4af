"""Times `fit` of whichever version of gmm_helpers Python finds, on the curves of a file: for the table `speed`.

Prints JSON: milliseconds of each curve, its loss (−1 without success), and milliseconds a curve by `fit_many`.
"""

import json
import sys

import numpy as np
from tables import timed

from gmm_helpers import fit, fit_many

x, *curves = np.load(sys.argv[1])
fit(x, curves[0], 3, mass=None, rng=0)  # what is imported at first need
calls = [timed(fit, x, y, 3, mass=None, rng=seed) for seed, y in enumerate(curves)]
_, together = timed(fit_many, x, curves, 3, mass=None, rng=0)
losses = [result.loss if result.success else -1 for result, _ in calls]
print(json.dumps([[1e3 * spent for _, spent in calls], losses, 1e3 * together / len(curves)]))
