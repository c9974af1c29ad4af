"""Explorers, one a chapter: each is a function without required arguments that returns one box to show."""

from .chapter_00 import explore_fit

__all__ = ["explore_fit"]
