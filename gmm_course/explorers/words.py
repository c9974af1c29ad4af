"""What an explorer says beside its picture: how a fit ended, and the true parameters beside the recovered ones."""

import re

from gmm_helpers import relative_loss

from .state import largest_error, places

__all__ = ["in_full", "in_words", "listed", "ordinal", "scored", "some", "spans", "squares", "table", "told", "typeset"]

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
FAR = 1e4  # of a mean or std, beyond which no number says more
ENDS = {0: "converged", 1: "stopped at its limit", 2: "converged to rounding", 3: "left the range of numbers"}


def told(result, truth=None):
    """The status of a fit in one line of HTML: how it ended, iterations, loss, gradient norm, distance to the truth."""
    parts = [f"{result.method} {ENDS.get(result.status, 'stopped')}", f"{result.nit} iteration{'s'[: result.nit != 1]}"]
    parts += [f"relative loss {result.loss:.1e}", f"gradient norm {result.grad_norm:.0e}"]
    if truth is not None:
        error = largest_error(result.mixture, truth)
        off = "a bell has fled" if error and error > FAR else f"parameters off by {error or 0:.1e}"
        parts.append(f"{result.mixture.n_components} bells fitted, {truth.n_components} true" if error is None else off)
    return spans(*parts)


def spans(*parts):
    """Parts of a status line, none of which is broken over two lines."""
    return " · ".join(f"<span>{part}</span>" for part in parts)


def table(**sides):
    """The parameters of mixtures side by side under their names as an HTML table, blanks where one has no such bell;
    each bell stands in the row of the first's that it is nearest to, whose number and colour it has in the picture."""
    first = next(iter(sides.values()))
    rows_of = [(mixture, places(mixture, first)) for mixture in sides.values()]
    groups = "".join(f"<th colspan='3' scope='colgroup'>{side}</th>" for side in sides)
    head = "".join(f"<th scope='col'>{letter}</th>" for letter in "wμσ" * len(sides))
    K = 1 + max(max(rows) for _, rows in rows_of)
    cells = ["".join(_cells(mixture, rows, k) for mixture, rows in rows_of) for k in range(K)]
    rows = "".join(f"<tr><th scope='row'>{k + 1}</th>{row}</tr>" for k, row in enumerate(cells))
    head = f"<tr><td></td>{groups}</tr><tr><th scope='col'>#</th>{head}</tr>"
    return typeset(f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>")


def _cells(mixture, rows, k):
    if k not in rows:
        return "<td></td>" * 3
    numbers = [float(array[rows.index(k)]) for array in (mixture.weights, mixture.means, mixture.stds)]
    forms = (".2f" if abs(n) < 100 else ".0f" if abs(n) < FAR else ".0e" for n in numbers)  # far off without decimals
    return "".join(f"<td>{n:z{form}}</td>" for n, form in zip(numbers, forms, strict=True))


def squares(loss, digits=2):
    """The relative loss in words: 0.086 is "8.6 % of the curve's squares"."""
    share = 100 * loss
    words = f"{share:.0f}" if share >= 10 else f"{share:#.{digits}g}" if share >= 1e-3 else "less than 0.001"
    return f"{words} % of the curve's squares"


def scored(guess, truth, x, fitted=None):
    """What bells set by hand leave over of the true curve, beside what the fit leaves where there is one."""
    target = truth.pdf(x)
    losses = [relative_loss(target, mixture.pdf(x)) for mixture in (guess, fitted) if mixture is not None]
    mine, *theirs = ("nothing" if loss < 1e-8 else squares(loss) for loss in losses)
    error = largest_error(guess, truth)
    off = "" if error is None else f"; your worst number is off by {error:.2g}"
    return f"Your bells leave {mine} over{f', the fit {theirs[0]}' if theirs else ''}{off}."


def some(flags):
    """Of none, some and most the number of what is true of the flags; None where there are none."""
    return (int(any(flags)) + int(sum(flags) > len(flags) / 2)) if flags else None


def in_full(value):
    """A number to four digits, without a power of ten up to a million: 50,140 is "50140"."""
    return f"{float(f'{value:.4g}'):g}"


def ordinal(k):
    """0 → "first"."""
    return ORDINALS[k] if k < len(ORDINALS) else f"{k + 1}th"


def in_words(n):
    """3 → "three"; from eleven on in digits."""
    return NUMBERS[n] if n < len(NUMBERS) else str(n)


def listed(values, form=".2f"):
    """5, 15, 20 → "5.00, 15.00 and 20.00"; what is far off is told in powers of ten."""
    *first, last = (f"{v:z{form if abs(v) < 1e5 else '.0e'}}" for v in values)  # z makes −0 a plain 0
    return f"{', '.join(first)} and {last}" if first else last


def typeset(text):
    """Numbers below zero with a minus sign, not a hyphen, large and small ones with their power of ten, and per cent
    and a dot on the line of what they follow."""
    text = re.sub(r"(\d[\d.]*)e([+-]\d+)", _with_power, text)
    return re.sub(r"(?<=\d) (?=%)| (?=· )", "\u00a0", re.sub(r"(?<!\w)-(?=\d)", "−", text))


def _with_power(number):
    power = int(number[2])
    plain = -4 < power < 5
    return f"{float(number[0]):g}" if plain else f"{number[1]} × 10{str(power).translate(RAISED)}"
