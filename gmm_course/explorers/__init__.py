"""Explorers, one a chapter: each is a function without required arguments that returns one box to show."""

from .chapter_01 import explore_data
from .chapter_02 import explore_parameters
from .chapter_03 import explore_loss
from .chapter_04 import explore_gradient
from .chapter_05 import explore_descent
from .chapter_06 import explore_restarts
from .chapter_07 import explore_prior
from .chapter_08 import explore_your_density
from .chapter_09 import playground
from .fit import explore_fit

__all__ = [
    "explore_data",
    "explore_descent",
    "explore_fit",
    "explore_gradient",
    "explore_loss",
    "explore_parameters",
    "explore_prior",
    "explore_restarts",
    "explore_your_density",
    "playground",
]
