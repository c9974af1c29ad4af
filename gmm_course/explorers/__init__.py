"""Explorers: each is a function without required arguments that returns one box to show."""

from .data import explore_data
from .descent import explore_descent
from .fit import explore_fit
from .gradient import explore_gradient
from .landscape import explore_landscape
from .loss import explore_loss
from .parameters import explore_parameters
from .playground import playground
from .prior import explore_prior
from .restarts import explore_restarts
from .your_density import explore_your_density

__all__ = ["explore_data", "explore_descent", "explore_fit", "explore_gradient", "explore_landscape", "explore_loss",
           "explore_parameters", "explore_prior", "explore_restarts", "explore_your_density", "playground"]  # fmt: skip
