"""Chapter 10: a density out of a text file, as instruments write it."""

import csv
import re
import reprlib
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np

from .validation import Array, is_whole, turn

__all__ = ["read_density"]

COMMENT = re.compile(r"(?<!1\.)#.*|^\s*(?:[%!]|//|;[^\d\n]*[^\W\d]).*", re.MULTILINE)
STARTS_WITH_NUMBER = re.compile(r'[\s"]*[+-]?[.,]?\d')
NO_DECIMAL_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
GROUPED = re.compile(r"[+-]?\d{1,3}((,\d{3})+(\.\d*)?|(\.\d{3})+(,\d*)?)")  # may be a number with marks for thousands …
SURELY = re.compile(r".*[.,].*[.,].*")  # … and is, with two marks
MISSING = re.compile(r"|n/?a|null|none|-+|-?1\.#(ind|[sq]nan)\w*|-?nan\(.*\)", re.IGNORECASE)  # `1.#IND`: C on Windows
BLANK = ' \t,;"'  # a line of nothing else is empty


def read_density(
    source: str | PathLike[str] | IO[Any] | bytes, *, columns: tuple[int, ...] | None = None, skip_lines: int = 0,
    skip_footer: int = 0,
) -> tuple[Array, ...]:  # fmt: skip
    """Read x, the density on it, and if asked its error, from columns of a text file.

    The first line of numbers tells what separates columns: semicolons, tabs, commas, or blanks. Where commas don't,
    they may be decimal commas; `1.0D+00` is a number as well. Skipped are empty lines, comments (what follows a `#`;
    lines that begin with `%`, `!`, `//`, or `;` and a word), and headers: lines above the first numbers that don't
    begin with a number. Nothing else is left out, and nothing is put in order. Marks for thousands are refused.

    Parameters
    ----------
    source : path, open file, or bytes
        The text, in UTF-8, or in UTF-16 with a byte-order mark.
    columns : (int, int) or (int, int, int), optional
        The columns of x, of the density and, with a third, of its error, counted from 0. None takes the first two, but
        asks for your choice where that could be wrong, as where lines have unequal numbers of columns.
    skip_lines, skip_footer : int, default 0
        The number of lines at the top, and at the end, to leave out.

    Returns
    -------
    x, density : (N,) ndarray
        In the order of the file, in which x rises or falls strictly. A density that is missing (an empty field,
        `nan`, `NA`, `null`, or dashes) is NaN. With three columns the error comes third, for `sigma` of `fit`.

    Raises
    ------
    ValueError
        Quotes the first line that breaks a rule, with its number, and names the argument that may help.
    TypeError
        For a source that can't be read.

    Examples
    --------
    >>> read_density(b"wavelength;counts;error\\n500,5;12;3\\n501,0;15;4\\n501,5;9;3")
    (array([500.5, 501. , 501.5]), array([12., 15.,  9.]))
    >>> x, density, sigma = read_density("500.5 12 3\\n501.0 15 4\\n".encode(), columns=(0, 1, 2))
    >>> sigma
    array([3., 4.])
    """
    chosen = _checked_choice(columns, skip_lines=skip_lines, skip_footer=skip_footer)
    lines = _lines(_text(source), skip_lines, skip_footer)
    held = _held(lines, chosen)
    x, density, *errors, widths = _table(lines, held, chosen)
    if columns is None:
        _check_widths(lines, held, widths)
    _check_numbers(lines, held, x, density)
    if columns is None and (doubt := _doubt(lines, held, density)):
        rule, helps = f"`columns` must be given where {doubt}", "(0, 1) takes the first two, (1, 2) the next"
        raise ValueError(f"{rule}, {_met(lines, held[0])}; {helps}")
    return x, density, *errors


def _checked_choice(columns: Any, **skips: Any) -> tuple[int, ...]:
    """The columns, if they and the numbers of lines to skip are what they should be."""
    chosen = (0, 1) if columns is None else columns
    is_choice = isinstance(chosen, tuple | list) and len(chosen) in (2, 3) and all(map(_is_count, chosen))
    if not is_choice or len(set(chosen)) < len(chosen):
        rule = "`columns` must be two or three different whole numbers, at least 0"
        raise ValueError(f"{rule}, got {reprlib.repr(columns)}")
    for name, skip in skips.items():
        if not _is_count(skip):
            raise ValueError(f"`{name}` must be a whole number, at least 0, got {reprlib.repr(skip)}")
    return tuple(chosen)


def _is_count(value: Any) -> bool:
    return is_whole(value) and bool(value >= 0)


def _text(source: Any) -> str:
    """The text of a path, an open file, or bytes. Bytes that are no UTF-8 can only stand in a header's words."""
    if isinstance(source, str | PathLike):
        source = Path(source).read_bytes()
    elif hasattr(source, "read"):
        source = source.read()
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    if not isinstance(source, bytes | bytearray | memoryview):
        raise TypeError(f"`source` must be a path, an open file, or bytes, got {type(source).__name__}")
    source = bytes(source)
    if source.startswith((b"PK\3\4", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
        raise ValueError("`source` must be a text file, got a spreadsheet or a compressed one: export or unpack it")
    utf_16 = source.startswith((b"\xff\xfe", b"\xfe\xff"))
    return source.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace")


def _lines(text: str, skip_lines: int, skip_footer: int) -> list[str]:
    """The lines without comments; those to be skipped are empty, so that the others keep their numbers."""
    if "(X++(" in text:  # JCAMP-DX: a line holds one x, and the densities of as many x as fit
        raise ValueError("`source` must hold one x a line, got JCAMP's X++(Y..Y): export it as columns of x and y")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removesuffix("\n").split("\n")
    skipped = min(skip_lines, len(lines))
    lines[:skipped] = [""] * skipped
    lines = lines[: max(len(lines) - skip_footer, 0)]
    return [COMMENT.sub("", line) for line in lines] if COMMENT.search(text) else lines


def _held(lines: list[str], chosen: tuple[int, ...]) -> list[int]:
    """The numbers of the lines that aren't empty, headers left out."""
    held = [i for i, line in enumerate(lines) if line.strip(BLANK)]
    if nuls := [i for i in held if "\0" in lines[i]]:
        helps = "`open(path, encoding='utf-16-le')`, or another encoding, opens it as text"
        raise ValueError(f"`source` must hold UTF-8 or begin with a byte-order mark, {_met(lines, nuls[0])}; {helps}")
    begin = f"; it begins with {lines[held[0]][:60]!r}" if held else ""
    held = held[next((n for n, i in enumerate(held) if not _is_header(lines[i], chosen)), len(held)) :]
    if len(held) < 2:
        rule = f"`source` must hold at least 2 lines of numbers in columns {_listed(chosen)}"
        raise ValueError(f"{rule}, got {len(held)}{begin}")
    return held


def _listed(chosen: tuple[int, ...]) -> str:
    return " and ".join(map(str, chosen))


def _is_header(line: str, chosen: tuple[int, ...]) -> bool:
    return not STARTS_WITH_NUMBER.match(line) and _row(_fields(line, _separator(line)), chosen) is None


def _table(lines: list[str], held: list[int], chosen: tuple[int, ...]) -> Array:
    """The chosen columns, and the number of fields in each line, (N,) each."""
    separator = _separator(lines[held[0]])
    fields = [_fields(lines[i], separator) for i in held]
    if (grouped := _grouped(fields, chosen, separator == ",")) is not None:
        raise ValueError(f"`source` must hold numbers without marks for thousands, {_met(lines, held[grouped])}")
    rows = [_row(each, chosen) for each in fields]
    if None in rows:
        wrong = rows.index(None)
        rule = f"`source` must hold numbers in columns {_listed(chosen)}"
        raise ValueError(f"{rule}, {_met(lines, held[wrong])}{_help(lines, held, chosen, wrong)}")
    table = np.array(rows).T
    if np.isnan(table[1]).all():
        rule = f"`source` must hold a density in column {chosen[1]}, not missing ones alone"
        raise ValueError(f"{rule}, {_met(lines, held[0])}; `columns` chooses others")
    return table


def _grouped(lines: list[list[str]], chosen: tuple[int, ...], quoted: bool) -> int | None:
    """The first line with marks for thousands in a column: with two marks in a number; with commas in quotes where
    commas separate; or where one column has decimal commas and another points, if one mark always has three digits
    after it."""
    marked: dict[str, list[tuple[int, bool]]] = {".": [], ",": []}
    for i, fields in enumerate(lines):
        for field in (fields[k] for k in chosen if k < len(fields)):
            is_grouped = bool(GROUPED.fullmatch(field))
            if is_grouped and (SURELY.fullmatch(field) or (quoted and "," in field)):
                return i
            for mark in {*field} & {*marked}:
                marked[mark].append((i, is_grouped))
    if not all(marked.values()):
        return None
    return next((some[0][0] for some in marked.values() if all(grouped for _, grouped in some)), None)


def _check_widths(lines: list[str], held: list[int], widths: Array) -> None:
    unequal = np.flatnonzero(widths != widths[0])
    if unequal.size:
        rule = f"`source` must have as many columns in each line as in the first, {widths[0]:.0f}"
        skip = f"`skip_lines={held[1]}` leaves out the first, " * (unequal.size == len(held) - 1)
        raise ValueError(f"{rule}, {_met(lines, held[unequal[0]])}; {skip}`columns=(0, 1)` takes the first two of each")


def _check_numbers(lines: list[str], held: list[int], x: Array, density: Array) -> None:
    infinite = np.flatnonzero(~np.isfinite(x) | np.isinf(density))
    if infinite.size:
        raise ValueError(f"`source` must hold finite numbers, {_met(lines, held[infinite[0]])}")
    if i := turn(x):
        rule, before = "`source` must have an x that rises or falls strictly", f"after an x of {x[i - 1]:.6g}"
        helps = "`columns` chooses x and density"
        if i == 2 and turn(x[1:]) is None:
            helps += f", `skip_lines={held[1]}` leaves out the first line"
        elif x[i] == x[i - 1]:
            helps += ", `numpy.loadtxt` reads an x that repeats"
        raise ValueError(f"{rule}, {_met(lines, held[i])} {before}; {helps}")


def _row(fields: list[str], chosen: tuple[int, ...]) -> list[float] | None:
    """The chosen numbers of a line, NaN where one but x is missing, and how many fields it has; None if one is no
    number."""
    if len(fields) <= max(chosen):
        return None
    x, *others = chosen
    numbers = [_number(fields[x]), *(_number("nan" if MISSING.fullmatch(fields[i]) else fields[i]) for i in others)]
    return None if None in numbers else [*numbers, len(fields)]  # type: ignore[list-item]


def _fields(line: str, separator: str | None) -> list[str]:
    if separator and '"' in line:
        return [field.strip(' "') for field in next(csv.reader([line.strip(" ")], delimiter=separator))]
    return [field.strip(' "') for field in line.strip(" ").split(separator)]


def _separator(line: str) -> str | None:
    """What stands between the columns of a line: a semicolon, a tab, a comma, or None for blanks."""
    if len(line.split()) > 1 and not NO_DECIMAL_COMMA.search(line):
        return next((s for s in ";\t" if s in line), None)
    return next((s for s in ";\t," if s in line), None)


def _number(field: str) -> float | None:
    """A number with a decimal point or comma; None for anything else."""
    try:
        return None if "_" in field else float(field.replace(",", ".").upper().replace("D", "E"))
    except ValueError:
        return None


def _help(lines: list[str], held: list[int], chosen: tuple[int, ...], wrong: int) -> str:
    """Which argument may mend the line that is no row."""
    fields = _fields(lines[held[wrong]], _separator(lines[held[wrong]]))
    if wrong == 0 or (wrong == 1 and _is_header(lines[held[1]], chosen)):  # later it would cut a table
        rows: list[Any] = [_row(_fields(lines[i], _separator(lines[i])), chosen) for i in held]
        if start := next((n for n in range(wrong + 1, len(rows) - 1) if rows[n] and rows[n + 1]), None):
            is_row = len(fields) == rows[start][-1] and _number(fields[chosen[0]]) is not None
            missing = " a missing density is an empty field or `nan`; if this is a header," if is_row else ""
            return f";{missing} `skip_lines={held[start]}` leaves out what stands above the first two lines of numbers"
    if wrong > 1 and not any(STARTS_WITH_NUMBER.match(lines[i]) for i in held[wrong:]):
        return f"; `skip_footer={len(lines) - held[wrong]}` leaves out what follows the numbers"
    return "; `columns` chooses others" if sum(_number(field) is not None for field in fields) > 1 else ""


def _met(lines: list[str], i: int) -> str:
    return f"got {lines[i][:60]!r} in line {i + 1}"


def _doubt(lines: list[str], held: list[int], density: Array) -> str | None:
    """Why the first two columns may not be x and density; None if nothing speaks against it."""
    separator = _separator(lines[held[0]])
    numbers = [_number(field) for field in _fields(lines[held[0]], separator) if field]
    if separator == "," and len(numbers) == 4 and not any("." in lines[i] for i in held):
        return "four whole numbers may be two with decimal commas"
    if len(numbers) > 2 and numbers[2] is not None and density.size > 2 and turn(density) is None:
        return "the second of several columns rises or falls strictly, as an x does"
    if sum(number is not None for number in numbers) > density.size:
        return "lines are fewer than columns, as where x stands in one line and the density in the next"
    return None
