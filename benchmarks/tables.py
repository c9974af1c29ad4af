"""How every table is made: one set of options, one clock, one loop over seeds, one printer."""

import argparse
import time

import numpy as np


class Options(argparse.Namespace):
    """What the command line says; `map` is Python's own, or that of its processes."""

    map = staticmethod(map)

    def number(self, usual):
        """How many curves a row (or runs, or trials) a table takes that usually takes so many."""
        return self.count or (max(usual // 20, 2) if self.quick else usual)

    def seeds(self, usual):
        """As many, from `--seed` on."""
        return range(self.seed, self.seed + self.number(usual))


def timed(call, *arguments, **options):
    """What a call returns, and the seconds that this process spent on it."""
    clock = time.process_time()
    value = call(*arguments, **options)
    return value, time.process_time() - clock


def survey(rows, options):
    """A table of answers. rows: {name: (ask, items)}; `ask(item)` returns {column: answer}.

    A cell counts the curves whose answer is true ("of"), is the share of all bools in the answers' arrays (%), or the
    median of numbers. What is answered under "note", a line or "", comes after the table.
    """
    head, notes = None, []
    for name, (ask, items) in rows.items():
        answers = list(options.map(ask, items))
        notes += filter(None, (answer.pop("note", "") for answer in answers))
        if head is None:
            head = tuple(answers[0])
            yield "", *head
        yield name, *(summary([answer[column] for answer in answers]) for column in head)
    yield from notes


def summary(answers):
    """What a cell says of the answers to a row's question."""
    if isinstance(answers[0], np.ndarray):
        flat = np.concatenate([answer.ravel() for answer in answers])
        return f"{flat.mean():.1%}" if flat.size else "–"
    return np.median(answers) if isinstance(answers[0], float) else f"{sum(map(bool, answers))} of {len(answers)}"


def seeded(says, usual, rows):
    """A table that asks each of its questions, {name: ask}, of the same seeds."""

    def table(options):
        return survey({name: (ask, options.seeds(usual)) for name, ask in rows.items()}, options)

    table.__doc__ = says
    return table


def show(items):
    """Print tuples as rows of a markdown table, the first as its head, and strings as they are: they end a table."""
    head = True
    for item in items:
        if isinstance(item, str):
            print(item if head or not item else f"\n{item}", flush=True)
            head = True
            continue
        print(line(item), flush=True)
        if head:
            print("|---" * len(item) + "|")
        head = False


def line(row):
    """A row of a markdown table."""
    return f"| {' | '.join(map(cell, row))} |"


def cell(value):
    """Three digits of a number that was measured; all else as it is."""
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
