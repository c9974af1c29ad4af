"""The problem sets: exactly representable curves, curves that no mixture meets, and anything at all.

Each problem is drawn from its own seed, so tuning and reporting can use different ones and an offender can be
called up alone: `random_exact(seed)`, `imperfect_target(kind, K, seed)`, `anything(seed)`.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from gmm_helpers import (
    Mixture,
    classic,
    density_from_histogram,
    density_from_samples,
    equal,
    fit,
    log_std_prior,
    marron_wand,
    mean_prior,
    weight_prior,
)

FAMILIES = ("plain", "scaled", "shifted", "factor", "cut off")
IMPERFECT = ("noise 1 %", "noise 5 %", "gamma", "Student t", "Laplace", "histogram", "kernel estimate")


@dataclass(frozen=True, eq=False)
class Target:
    """A curve to fit: x, density (N,), K, the mass as `fit` takes it, and the truth, if a mixture is the truth."""

    name: str
    x: np.ndarray
    density: np.ndarray
    n_components: int
    mass: float | None = 1.0
    truth: Mixture | None = None
    area: float = 1.0  # of the truth

    def fit(self, **options):
        """One call of this package's `fit`, with these options."""
        return fit(self.x, self.density, self.n_components, mass=self.mass, **options)

    def relative_loss(self, areas, means, stds):
        """Σ (f − y)²/Σ y² of Σₖ areasₖ·N(x; meansₖ, stdsₖ²), whoever fitted it; inf where that is no number."""
        return _relative(_curve(self.x, areas, means, stds), self.density)

    def loss_between_points(self, mixture, mass):
        """The same on ten times as many points: what hides between the given ones shows here."""
        x = np.interp(np.arange(0, self.x.size - 0.95, 0.1), np.arange(self.x.size), self.x)
        return _relative(mass * mixture.pdf(x), self.area * self.truth.pdf(x))


def _relative(fitted, density):
    loss = float(np.sum((fitted - density) ** 2) / np.sum(density**2))
    return loss if np.isfinite(loss) else np.inf


def _curve(x, areas, means, stds):
    with np.errstate(all="ignore"):
        bells = np.exp(-0.5 * ((x[:, None] - means) / stds) ** 2) / (np.abs(stds) * np.sqrt(2 * np.pi))
        return bells @ areas


# Exactly representable


def classic_target():
    """The problem of the whole course."""
    x, density = classic()
    return Target("classic", x, density, 3, truth=Mixture([0.3, 0.5, 0.2], [5, 15, 20], [2, 1, 2]))


def marron_wand_targets():
    """Marron–Wand 1 … 15 on 200 points over ±3.5."""
    x = np.linspace(-3.5, 3.5, 200)
    truths = {number: marron_wand(number) for number in range(1, 16)}
    return [Target(f"Marron–Wand {n}", x, truth.pdf(x), truth.n_components, truth=truth) for n, truth in truths.items()]


def random_exact(seed):
    """A mixture of 2 … 6 bells on 100 … 300 even points, by seed in one of five families.

    In its own unit the grid is 0 … 1; means are uniform in 0.1 … 0.9, stds log-uniform in 0.015 … 0.15, weights
    Dirichlet(2) of at least 0.02; bells may coincide as chance has it. Then: "scaled" by 10^±6; "shifted" by up to
    1,000 grid lengths; "factor", the curve times 10^±4, its mass free; "cut off", the grid ends somewhere between
    the outermost mean and half a std before it.
    """
    rng = np.random.default_rng([1, seed])
    family = FAMILIES[seed % len(FAMILIES)]
    K, x = int(rng.integers(2, 7)), np.linspace(0, 1, int(rng.integers(100, 301)))
    truth = _random_mixture(rng, K)
    scale = 10 ** rng.uniform(-6, 6) if family == "scaled" else 1.0
    shift = rng.uniform(-1000, 1000) if family == "shifted" else 0.0
    area = 10 ** rng.uniform(-4, 4) if family == "factor" else 1.0
    if family == "cut off":
        last = np.argmax(truth.means)
        x = x * (truth.means[last] - rng.uniform(0, 0.5) * truth.stds[last])
    truth = Mixture(truth.weights, (truth.means + shift) * scale, truth.stds * scale)
    x = (x + shift) * scale
    name, mass = f"random_exact({seed}), {family}, K={K}", None if family == "factor" else 1.0
    return Target(name, x, area * truth.pdf(x), K, mass, truth, area)


def _random_mixture(rng, K):
    while (weights := rng.dirichlet(np.full(K, 2.0))).min() < 0.02:
        pass
    return Mixture(weights, rng.uniform(0.1, 0.9, K), np.exp(rng.uniform(np.log(0.015), np.log(0.15), K)))


def row_of_bells(K):
    """x and density of K bells in a row, each with its own width and weight, which overlap."""
    k = np.arange(K)
    truth = Mixture((2 + k % 3) / (2 + k % 3).sum(), 10.0 * k, 2.5 + k % 2)
    x = np.linspace(-10, 10.0 * K, 20 * K + 5)
    return x, truth.pdf(x)


# Met by no mixture


def noisy(density, share, seed=0):
    """A curve with even noise, a share of its peak."""
    return density + share * density.max() * np.random.default_rng(seed).normal(size=density.size)


def imperfect_target(kind, K, seed):
    """A curve of a kind in `IMPERFECT` to be fitted with K bells; even grids of 60 … 200 points."""
    rng = np.random.default_rng([2, IMPERFECT.index(kind), K, seed])
    name = f"imperfect_target({kind!r}, {K}, {seed})"
    truth, x = _random_mixture(rng, K), np.linspace(0, 1, 200)
    if kind.startswith("noise"):
        x = np.linspace(0, 1, int(rng.integers(60, 201)))
        peak_share = float(kind.split()[1]) / 100
        y = truth.pdf(x)
        return Target(name, x, y + peak_share * y.max() * rng.normal(size=x.size), K)
    if kind == "histogram":
        samples = truth.sample(int(rng.integers(500, 5000)), rng=rng)
        return Target(name, *density_from_histogram(*np.histogram(samples, int(rng.integers(25, 61)))), K)
    if kind == "kernel estimate":
        return Target(name, *density_from_samples(truth.sample(int(rng.integers(50, 2000)), rng=rng)), K)
    smooth = {
        "gamma": stats.gamma(rng.uniform(1.5, 6)),
        "Student t": stats.t(rng.uniform(1.5, 6)),
        "Laplace": stats.laplace(),
    }[kind]
    x = np.linspace(*smooth.ppf([0.001, 0.999]), int(rng.integers(60, 201)))
    return Target(name, x, smooth.pdf(x), K)


# Anything


def anything(seed):
    """A curve of any kind and options for `fit`: (kind, x, density, K, options)."""
    rng = np.random.default_rng([3, seed])
    kind = str(rng.choice(list(CURVES)))
    x = _any_grid(rng, few=kind == "a handful")
    y = CURVES[kind](x, rng)
    y = np.maximum(y / y.max(), -0.4)  # `fit` takes noise below zero, within reason
    most = max(min(x.size // 3, 15 if kind == "too many bells" else 6), 1)
    K = int(rng.integers(min(6, most) if kind == "too many bells" else 1, most + 1))
    decades = [rng.choice([0, 0, 0, e, 200 * np.sign(e)]) for e in rng.integers(-12, 13, 2)]
    unit, height = 10.0 ** decades[0], 10.0 ** (decades[1] if abs(sum(decades)) < 250 else 0)
    area = float(np.trapezoid(np.maximum(y, 0), x))
    given = rng.random() < 0.5 and height == 1
    y = y / area / unit if given else y * height
    options = {"mass": 1.0 if given else None} | _any_options(rng, unit, x, y)
    if kind in ("flat", "ramp", "needles") or x.size < 3 * K + 2:  # nothing may rise above it; few points
        options.pop("background", None)
    return kind, x * unit, y, K, options


def _any_grid(rng, few):
    N = int(rng.integers(3, 15) if few else rng.choice([25, 60, 75, 120, 200, 400]))
    if rng.random() < 0.02 and not few:
        N = int(rng.choice([2_000, 20_000]))
    even, uneven = np.linspace(0, 1, N), np.cumsum(rng.exponential(size=N) + 1e-6)
    x = [even, uneven / uneven[-1], np.geomspace(1e-3, 1, N)][rng.choice(3, p=[0.6, 0.25, 0.15])]
    return 10 * x + rng.choice([0, 0, 1, -5, 1e4])


def _any_options(rng, unit, x, y):
    options = {"method": str(rng.choice(["LM", "BFGS"], p=[0.8, 0.2]))}
    if rng.random() < 0.2:
        options["grid_weights"] = "trapezoid"
    elif rng.random() < 0.1 and x.size > 40:  # or what `sigma` leaves may be fewer points than numbers
        options["sigma"] = y.max() / 50 * rng.choice([np.inf, 2, 1, 0.5], x.size, p=[0.05, 0.25, 0.4, 0.3])
        options["sigma"][y.argmax()] = y.max() / 50  # or the whole curve may be hidden
    if rng.random() < 0.15:
        options["background"] = str(rng.choice(["constant", "linear"]))
    if rng.random() < 0.1:
        options["ties"] = [equal("stds")]
    if rng.random() < 0.2:
        lam = 10 ** rng.uniform(-8, 0)
        priors = [log_std_prior(unit, lam), mean_prior(unit * x.mean(), 5 * unit, lam), weight_prior(lam)]
        options["prior"] = sum((p for p in priors if rng.random() < 0.5), priors[int(rng.integers(3))])
    return options


def _any_mixture(x, rng, narrowest=0.005, reach=0.0):
    K, width = int(rng.integers(1, 7)), x[-1] - x[0]
    means = x[0] + width * rng.uniform(-reach, 1 + reach, K)
    return _curve(x, rng.dirichlet(np.ones(K)), means, width * np.exp(rng.uniform(np.log(narrowest), 0, K)))


def _any_noisy(x, rng):
    y = _any_mixture(x, rng, 0.02) + 1e-300
    return y + rng.choice([0.01, 0.05, 0.2]) * y.max() * rng.normal(size=x.size)


def _standing(y):
    return y if y.max() > 0 else y + 1  # a bell may have fallen between all points


CURVES = {
    "exact": lambda x, rng: _standing(_any_mixture(x, rng)),
    "noisy": lambda x, rng: _standing(_any_noisy(x, rng)),
    "cut off": lambda x, rng: _standing(_any_mixture(x, rng, 0.1, reach=0.5)),
    "needles": lambda x, rng: _standing(_any_mixture(x, rng, 1e-5)),
    "too many bells": lambda x, rng: _standing(_any_mixture(x, rng, 0.05)),
    "a handful": lambda x, rng: _standing(_any_mixture(x, rng, 0.1)),
    "flat": lambda x, rng: np.ones(x.size),  # noqa: ARG005
    "ramp": lambda x, rng: (x - x[0]) * rng.choice([1, -1]) + (x[-1] - x[0]) / rng.uniform(0.9, 2),
    "box": lambda x, rng: _standing((abs(x - rng.choice(x)) < rng.uniform(0, 3)).astype(float)),
    "one point": lambda x, rng: (np.arange(x.size) == rng.integers(x.size)).astype(float),
    "pure noise": lambda x, rng: abs(rng.normal(size=x.size)),
    "heavy tails": lambda x, rng: 1 / (1 + ((x - rng.choice(x)) / rng.uniform(0.01, 3)) ** 2),
    "spread over decades": lambda x, rng: np.exp(rng.normal(scale=10, size=x.size)),
}
