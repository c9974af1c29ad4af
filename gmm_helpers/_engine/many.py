"""Many curves, in chunks that travel together."""

from functools import partial

import numpy as np
from tqdm.auto import tqdm

from .workers import mapper

__all__ = ["curves_with_seeds", "map_curves"]

CHUNK = 25  # curves sent to a process at a time: a fit takes milliseconds, about as long as sending one curve


def curves_with_seeds(x, densities, rng):
    """(x, density, seed) for each curve; no generators, for Dask takes long to look through those."""
    densities = list(np.asarray(densities) if hasattr(densities, "ndim") else densities)  # of a DataFrame the rows
    if not densities or np.ndim(densities[0]) == 0:
        raise ValueError(f"`densities` must be a list of curves, got {'none' if not densities else 'numbers'}")
    grids = list(x) if np.ndim(next(iter(x), 0)) else [x] * len(densities)
    if len(grids) != len(densities):
        raise ValueError(f"`x` must be one grid, or one for each curve, got {len(grids)} for {len(densities)}")
    seeds = np.random.default_rng(rng).integers(2**63, size=len(densities)).tolist()
    return list(zip(grids, densities, seeds, strict=True))


def map_curves(fit_one, curves, workers, progress):
    """Yield fit_one(*curve) for each curve, in order; a process gets chunks of them, since a fit takes milliseconds."""
    size = min(CHUNK, -(-len(curves) // 16))  # few curves: enough chunks for everyone
    chunks = [curves[i : i + size] for i in range(0, len(curves), size)]
    with mapper(workers) as run_all, tqdm(total=len(curves), disable=not progress, unit="curve") as bar:
        for done in run_all(partial(_fit_each, fit_one), chunks):
            yield from done
            bar.update(len(done))


def _fit_each(fit_one, curves):
    return [fit_one(*curve) for curve in curves]
