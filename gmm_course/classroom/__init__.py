"""Tools for a class."""
