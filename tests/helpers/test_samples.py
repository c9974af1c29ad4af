"""Chapters 9 and 10: densities out of files, samples and histograms."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gmm_helpers import (
    CLASSIC,
    bandwidth,
    classic,
    density_from_histogram,
    density_from_samples,
    fit,
    galaxies,
    old_faithful,
    read_density,
)

X, DENSITY = classic(25)
FILES = {
    "commas": "1.5,0.2\n2.5,-0.3\n",
    "commas and blanks": " 1.5 , 0.2\n2.5 , -0.3\n",
    "semicolons": "1.5;0.2\n2.5;-0.3\n",
    "tabs": "1.5\t0.2\n2.5\t-0.3\n",
    "blanks in columns": "  1.5    0.2\n  2.5   -0.3",
    "powers of ten": "15e-1 2E-1\n0.25e+1 -3e-1\n",
    "a stray quote in the words": 'x "raw,y\n1.5,0.2\n2.5,-0.3\n',
    "quotes over the end of a line": '1.5,"0.2\n2.5,-0.3"\n',
    "quotes": '"1.5","0.2"\n"2.5","-0.3"\n',
    "decimal commas": "1,5;0,2\n2,5;-0,3\n",
    "decimal commas and tabs": "1,5\t0,2\n2,5\t-0,3\n",
    "a header": "x,density\n1.5,0.2\n2.5,-0.3\n",
    "headers": "Fibre no. four\n\nwavelength (nm);counts\n1.5;0.2\n2.5;-0.3\n",
    "comments": "# made in 2020, run 7\n1.5,0.2 # first\n#\n2.5,-0.3\n\n",
    "Windows": "x,y\r\n1.5,0.2\r\n2.5,-0.3\r\n",
    "an old Mac": "x,y\r1.5,0.2\r2.5,-0.3\r",
    "a byte-order mark": "\ufeff1.5,0.2\n2.5,-0.3\n",
    "decimal commas and blanks": "1,5 0,2\n  2,5   -0,3\n",
    "a decimal comma in one column": "1,5 0\u002e2\n2,5 -0.3\n",
    "Fortran": " 1.5D+00  2.0D-01\n 2.5d0 -0.3D0\n",
    "trailing commas": "1.5,0.2,\n2.5,-0.3,\n",
    "trailing tabs": "x\ty\t\t\n1.5\t0.2\t\t\r\n2.5\t-0.3\t\t\r\n\t\t\t\r\n",
    "trailing semicolons": "1,5;0,2;\n2,5;-0,3;\n;;\n",
    "rows of nothing at the end": "1.5,0.2\n2.5,-0.3\n,\n,\n",
    "x, density, flag": "x,y,flag\n1.5,0.2,ok\n2.5,-0.3,low\n",
    "words beside the numbers": "1.5,0.2,ok\n2.5,-0.3,saturated\n",
    "comments of all kinds": "% laser 532 nm, 3 s\n! 2 scans\n; run 7\n//8\n1.5 0.2\n% 1 2\n2.5 -0.3 # last\n",
    "Raman": "#Acq. time (s)=\t10\n#Accumulations=\t3\n#Laser=\t532\n#Wave\t#Intensity\n1.5\t0.2\n2.5\t-0.3\n",
    "a spectrometer's own words": "Data from S1.txt\n\nDate: Tue Apr 04 16:48 2017\nIntegration Time (sec): 1.0E-1\n"
    "Number of Pixels: 2\n>>>>>Begin Spectral Data<<<<<\n1.5\t0.2\n2.5\t-0.3\n",
    "XPS": "Region 1\nPass Energy,20\nBE (eV),CPS\n1.5,0.2\n2.5,-0.3\n",
    "JCAMP's pairs": "##TITLE=water\n##NPOINTS=2\n##XYPOINTS=(XY..XY)\n1.5, 0.2\n2.5, -0.3\n##END=\n",
    "two-theta": '"2Theta (deg)","Counts"\n"1.5","0.2"\n"2.5","-0.3"\n',
}  # fmt: skip
NUMBERS = "`source` must hold numbers in columns 0 and 1, got"
LINES = "`source` must hold at least 2 lines of numbers in columns 0 and 1, got"
MONOTONE = "`source` must have an x that rises or falls strictly, got"
CHOOSE = "`columns` must be given where"
BAD = {
    "empty": ("", f"{LINES} 0$"),
    "words alone": (
        "x,y\nnothing,here\n",
        f"{LINES} 0; it begins with 'x,y'",
    ),
    "one line": ("x,y\n1,2\n", f"{LINES} 1; it begins with 'x,y'"),
    "one column": ("x\n1\n2\n", f"{NUMBERS} '1' in line 2$"),
    "text": ("1,2\r\n\r\n3,abc\r\n4,5\r\n", f"{NUMBERS} '3,abc' in line 3$"),
    "a footer": ("1 2\n2 3\n\n>>End<<\nof run 7\n\n", f"{NUMBERS} '>>End<<' in line 4; `skip_footer=3` leaves out"),
    "infinity, as Windows had it": ("1 2\n2 1.#INF\n3 4\n", f"{NUMBERS} '2 1.#INF' in line 2$"),
    "a repeated x": ("0.0 2\n0.1 3\n0.1 4\n0.2 3\n", "line 3 after an x of 0.1; .*, `numpy.loadtxt` reads"),
    "text beside numbers": ("7,1,2\n8,low,3\n9,1,2\n", f"{NUMBERS} '8,low,3' in line 2; `columns` chooses others$"),
    "a spreadsheet": ("PK\3\4\x14", "`source` must be a text file, got a spreadsheet or a compressed one"),
    "text in the first line": ("1.O 2\n3 4\n", f"{NUMBERS} '1.O 2' in line 1$"),
    "text in the first of three": ("x y\n1.O 2\n3 4\n5 6\n", f"{NUMBERS} '1.O 2' in line 2; `skip_lines=2` leaves out"),
    "a date above": (
        "2017-04-04 run\n\nx y\n1 2\n3 4\n",
        f"{NUMBERS} '2017-04-04 run' in line 1; `skip_lines=3`",
    ),
    "a number above": ("2048\n1 2\n3 4\n", f"{NUMBERS} '2048' in line 1; `skip_lines=1` leaves out what stands above"),
    "words below": ("1 2\n3 4\nthe end\n", f"{NUMBERS} 'the end' in line 3; `skip_footer=1` leaves out"),
    "underscores": ("1 2\n1_0 3\n", f"{NUMBERS} '1_0 3' in line 2$"),
    "an index": ("a 1 2\nb 2 5\n", "got 0; it begins with 'a 1 2'"),
    "an x that is missing": ("1,2\n,3\n", "`source` must hold numbers in .*, got ',3' in line 2$"),
    "x is NaN": ("x y\n1 2\nnan 3\n", "`source` must hold finite numbers, got 'nan 3' in line 3"),
    "infinity": ("1 2\n2 1e999\n", "`source` must hold finite numbers, got '2 1e999' in line 2"),
    "x repeats": (
        "1 2\n# two\n1 3\n",
        f"{MONOTONE} '1 3' in line 3 after an x of 1; `columns`",
    ),
    "x turns": (
        "3 2\n2 3\n\n2.5 3\n",
        f"{MONOTONE} '2.5 3' in line 4 after an x of 2; `columns`",
    ),
    "decimal commas between commas": (
        "1,5,0,2\n2,5,0,3\n",
        f"{CHOOSE} four whole .*, got '1,5,0,2'",
    ),
    "a channel before x": ("0,1.5,3\n1,1.6,9\n2,1.7,4\n", f"{CHOOSE} the second .*, got '0,1.5,3'"),
    "JCAMP, packed": ("##XYDATA=(X++(Y..Y))\n400 1 2 3\n403 4 5 6\n", "one x a line, got JCAMP's X"),
    "a long line": ("1 2\n" + "3x " * 9999, r"got '(3x ){20}' in line 2"),
    "a long line of bytes": ("\0" * 9999, r"or begin with a byte-order mark, got '(\\x00){60}' in line 1; `open"),
    "UTF-16 without a mark, the high byte first": ("\0001\0 \0002\0\n\0002\0 \0003", "mark, got .* in line 1; `open"),
    "UTF-16 without a mark": ("1\0.\0005\0 \0002\0\n\0002\0 \0003\0\n\0", "byte-order mark, got .* in line 1; `open"),
    "a header of numbers above pairs": (
        "0.0 0.5 3\n1.5 10\n2.5 20\n3.5 15\n",
        "as many columns in each line as in the first, 3, got '1.5 10' in line 2; `skip_lines=1` leaves",
    ),
    "a field that is blank": ("1 5 .1\n2   .1\n3 4 .1\n", "as in the first, 3, got '2   .1' in line 2; `columns"),
    "x in one line, the density in the next": ("1.5 2.5 3.5\n10 20 15\n", f"{CHOOSE} lines are fewer than columns"),
    "doubled tabs": (
        "1.5\t\t10\n2.5\t\t20\n",
        r"density in column 1, not missing ones alone, got '1.5\\t\\t10' in line 1; `columns` chooses",
    ),
    "a first density that is missing": (
        "x,y\n1,off\n2,3\n3,4\n",
        "'1,off' in line 2; a missing density is .* or `nan`",
    ),
    "a first density that is dots": ("1.5 ..\n2 3\n3 4\n", "line 1; a missing density .* header, `skip_lines=1`"),
    "numbers above a header": ("300 400\nx y\n1.5 10\n2.5 20\n", "'x y' in line 2; `skip_lines=2` leaves out"),
    "two numbers above": ("3 0\n1.5 10\n2.5 20\n", "line 3 after an x of 1.5; .*, `skip_lines=1` leaves out"),
    "words between two tables": ("1 2\n2 3\nthe second\n3 4\n4 5\n", f"{NUMBERS} 'the second' in line 3$"),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_a_table_that_is_none_is_refused_by_its_line(text, message):
    with pytest.raises(ValueError, match=message):
        read_density(text.encode())


def test_the_choice_of_columns_lets_lines_differ():
    x, density = read_density(b"1.5 0.2 7 8\n2.5 -0.3\n", columns=(0, 1))
    assert (x.tolist(), density.tolist()) == ([1.5, 2.5], [0.2, -0.3])
    assert read_density(b"1.5\t\t10\n2.5\t\t20\n", columns=(0, 2))[1].tolist() == [10, 20]
    assert read_density(b"0 .5 3\n1.5 10\n2.5 20\n", skip_lines=1)[0].tolist() == [1.5, 2.5]
    assert read_density(b"1.5 10\n2.5 20\n\n>>End<<\n", skip_footer=1)[0].tolist() == [1.5, 2.5]


def test_what_is_no_file():
    with pytest.raises(TypeError, match="`source` must be a path, an open file, or bytes, got int"):
        read_density(5)
    with pytest.raises(FileNotFoundError):
        read_density("no such file")
    with pytest.raises(ValueError, match="`source` must hold"):
        read_density(bytes(range(1, 256)))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_byte_order_mark_tells_the_encoding(encoding):
    mark = "" if encoding in ("utf-16", "utf-8-sig") else "\ufeff"
    x, density = read_density(f"{mark}Länge (µm);Höhe\r\n1,5;0,2\r\n2,5;-0,3\r\n".encode(encoding))
    assert (x.tolist(), density.tolist()) == ([1.5, 2.5], [0.2, -0.3])


def test_an_x_that_falls_stays_as_it_is():
    x, density = read_density(b"BE counts\n290.5 7\n290.0 8\n289.5 9\n")
    assert (x.tolist(), density.tolist()) == ([290.5, 290, 289.5], [7, 8, 9])


@pytest.mark.parametrize(
    "missing", ["", "nan", "NaN", ' ""', "NA", "n/a", "null", "--", "1.#QNAN", "-1.#IND", "-nan(ind)"]
)
def test_a_density_that_is_missing_is_nan(missing):
    x, density = read_density(f"1,2,3\n2,{missing},3\n3,4,3\n".encode())
    assert x.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(density, [2, np.nan, 4])


def test_columns_and_lines_are_the_callers_choice():
    nist = b"1 Response (y)\n1 Predictor (x)\n9 10\nData: y x\n 97.6  1.0\n 97.8  2.0\n 96.6  3.0\n"
    x, density = read_density(nist, columns=(1, 0), skip_lines=4)
    assert (x.tolist(), density.tolist()) == ([1, 2, 3], [97.6, 97.8, 96.6])
    table = b"0,1.5,3,9\n1,1.6,9,8\n2,1.7,4,7\n"
    for columns in ((1, 3), [1, 3], tuple(np.array([1, 3]))):
        x, density = read_density(table, columns=columns)
        assert (x.tolist(), density.tolist()) == ([1.5, 1.6, 1.7], [9, 8, 7])
    assert read_density(b"1,5,0,2\n2,5,0,3\n", columns=(0, 1))[1].tolist() == [5, 5]
    with pytest.raises(ValueError, match=r"numbers in columns 0 and 4, got '0,1.5,3,9' in line 1; `columns` chooses"):
        read_density(table, columns=(0, 4))
    with pytest.raises(ValueError, match=f"{LINES} 0$"):
        read_density(table, skip_lines=99)


def test_a_third_column_is_the_error():
    table = b"n,energy,counts,err\n0,6.1,7,3\n1,6.2,,inf\n2,6.3,9,\n"
    x, density, sigma = read_density(table, columns=(1, 2, 3))
    np.testing.assert_array_equal([x, density, sigma], [[6.1, 6.2, 6.3], [7, np.nan, 9], [3, np.inf, np.nan]])
    with pytest.raises(ValueError, match=r"must hold numbers in columns 0 and 1 and 4, got '0,6\.1,7,3' in line 2"):
        read_density(table, columns=(0, 1, 4))


@pytest.mark.parametrize(
    "columns", [1, (1,), (0, 1, 2, 3), (1, 1), (0, 1, 0), (0, -1), (0, 1.0), (True, 0), "01", list(range(10**6))]
)
def test_columns_that_are_none(columns):
    with pytest.raises(
        ValueError, match=r"`columns` must be two or three different whole numbers, at least 0, got .{,60}$"
    ):
        read_density(b"1 2\n3 4\n", columns=columns)


@pytest.mark.parametrize("skip_lines", [-1, 1.0, None, True, "2"])
def test_lines_to_skip_are_counted(skip_lines):
    with pytest.raises(ValueError, match="`skip_lines` must be a whole number, at least 0, got "):
        read_density(b"1 2\n3 4\n", skip_lines=skip_lines)


def test_the_words_of_a_header_may_be_of_any_encoding():
    x, _ = read_density("Länge (µm);Höhe\n1;2\n3;4\n".encode("latin-1"))
    assert x.tolist() == [1, 3]


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=20, unique=True))
def test_what_numpy_writes_is_read_to_the_last_bit(values):
    x = np.sort(values)
    for separator in (" ", ",", ";", "\t"):
        file = io.StringIO()
        np.savetxt(file, np.column_stack([x, x[::-1]]), delimiter=separator, header="x density")
        again = read_density(io.StringIO(file.getvalue()))
        np.testing.assert_array_equal(again, [x, x[::-1]])


@given(st.data())
def test_line_by_line_reads_what_numpy_reads(data):
    """A density that is missing in the last line sends the whole table the slow way: the rest stays as it was."""
    separator = data.draw(st.sampled_from([",", ";", "\t", ", ", " ; "]))
    number = st.tuples(st.floats(-1e9, 1e9), st.sampled_from(["{}", "{:.3f}", "{:.17e}", '"{}"', " {} ", "+{}"]))
    texts = [
        form.replace("+", "+" * (str(value)[0] != "-")).format(value)
        for value, form in data.draw(st.lists(number, min_size=2))
    ]
    lines = [f"{x}{separator}{y}{separator}z\n" for x, y in enumerate(texts)]
    if "," not in separator and data.draw(st.booleans()):
        lines = [line.replace(".", ",").replace("e", "D") for line in lines]
    x, density = read_density("".join(lines).encode())
    slow_x, slow_density = read_density("".join([*lines, f"{len(lines)}{separator}{separator}\n"]).encode())
    np.testing.assert_array_equal(slow_x[:-1], x)
    np.testing.assert_array_equal(slow_density, [*density, np.nan])
    np.testing.assert_array_equal(density, [float(text.strip(' "')) for text in texts])


TOKENS = [
    "\n",
    "\n",
    "1",
    "2.5",
    "-3",
    "4,5",
    "1D3",
    "nan",
    "inf",
    "x",
    '"',
    "#",
    "%",
    ";",
    "\t",
    ",",
    " ",
    "\n",
    "\r",
    "\0",
    "é",
    "_",
]


@given(st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(TOKENS)).map(lambda parts: "".join(parts).encode())))
def test_whatever_stands_in_a_file_it_is_read_or_refused_in_a_sentence(content):
    try:
        x, density = read_density(content)
    except ValueError as error:
        message = str(error)
    else:
        assert x.shape == density.shape == (x.size,)
        assert np.isfinite(x).all()
        assert not np.isinf(density).any()
        assert len({*np.sign(np.diff(x))}) == 1
        return
    assert message.startswith(("`source` must ", "`columns` must be given "))
    assert len(message) < 700


def test_what_is_read_can_be_fitted(tmp_path):
    np.savetxt(tmp_path / "curve.csv", np.column_stack(classic()), delimiter=",", header="x,density", comments="")
    result = fit(*read_density(tmp_path / "curve.csv"), 3, rng=0)
    assert result.success
    assert abs(result.mixture.means - CLASSIC.means).max() < 1e-6


def test_a_kernel_estimate_is_the_mixture_of_its_kernels():
    samples = CLASSIC.sample(50, rng=0)
    x, density = density_from_samples(samples)
    h = bandwidth(samples)
    assert h == pytest.approx(samples.std(ddof=1) * 50**-0.2)
    np.testing.assert_allclose(density, np.mean([np.exp(-0.5 * ((x - s) / h) ** 2) for s in samples], axis=0)
                               / (h * np.sqrt(2 * np.pi)), rtol=1e-12)  # fmt: skip
    assert np.trapezoid(density, x) == pytest.approx(1, abs=5e-3)


def test_a_histogram_has_area_one():
    counts, edges = np.histogram(CLASSIC.sample(1000, rng=0), bins=[-5, 0, 4, 5, 9, 20, 40])
    x, density = density_from_histogram(counts, edges)
    assert density @ np.diff(edges) == pytest.approx(1, abs=1e-14)
    assert x[0] == -2.5
    assert (density * 1000 * np.diff(edges)) == pytest.approx(counts)


def test_seeds_agree_on_four_bells_among_the_galaxies():
    """A valley of loss 5.8e-5 lies in wait there. `benchmarks/bench.py seeds` asks twenty seeds, and other K."""
    x, density = density_from_samples(galaxies())
    results = [fit(x, density, 4, rng=seed) for seed in (0, 3, 16)]
    assert all(result.success for result in results)
    assert [result.loss for result in results] == pytest.approx(3 * [2.494e-6], rel=1e-3)
    assert results[0].mixture.stds.min() < bandwidth(galaxies())  # and none of that makes it believable


def test_the_data_are_whole():
    velocities, (lengths, waits) = galaxies(), old_faithful()
    assert velocities.size == 82
    assert (velocities.min(), velocities.max()) == (9.172, 34.279)
    assert lengths.size == waits.size == 272
    assert (waits.min(), waits.max(), waits.mean()) == (43, 96, pytest.approx(70.897, abs=1e-3))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('500,"234"\n501,"1,300"\n502,"2,999"\n', 2),
        ("500,5;998\n501,0;1.234\n501,5;2.345\n", 2),
        ("500.5\t998\n501.0\t1,234\n501.5\t2,345\n", 2),
        ("500,5;1.234,5\n501,0;998,5\n", 1),
        ("500\t1,234.5\n501\t998.5\n", 1),
        ("500;12\n501;1.234.567\n", 2),
    ],
)
def test_marks_for_thousands_are_refused(text, line):
    with pytest.raises(ValueError, match=f"numbers without marks for thousands, got .* in line {line}$"):
        read_density(text.encode())


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ('"500,5";"1,234"\n"501,5";"1,300"\n', (500.5, 1.234)),  # in decimal commas alone
        ("500.125\t1.234\n501.125\t1.300\n", (500.125, 1.234)),
        ("500,5;12.34\n501,0;9.98\n", (500.5, 12.34)),  # one column has commas, the other points, of two digits
        ('"500,5","12,1"\n"501,5","15,2"\n', (500.5, 12.1)),  # quotes keep a comma from separating
        ('"500.5","12.1"\n"501.5","15.2"\n', (500.5, 12.1)),
    ],
)
def test_decimal_marks_are_no_marks_for_thousands(text, first):
    x, density = read_density(text.encode())
    assert (x[0], density[0]) == first


def test_counts_over_width_have_the_right_areas_where_bins_differ_and_counts_have_not():
    edges = np.concatenate([np.arange(0, 50, 1.0), np.arange(50, 101, 2)])
    x, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        counts = np.histogram(np.concatenate([rng.normal(40, 5, 3000), rng.normal(60, 5, 1500)]), edges)[0]
        sigma = np.sqrt(np.maximum(fit(x, counts, 2, mass=None, rng=0).curve(x), 0.1))
        right, wrong = (fit(x, counts / by, 2, mass=None, sigma=sigma / by, rng=0) for by in (width, 1))
        assert (abs(right.areas - [3000, 1500]) < 4 * right.standard_errors().areas).all()
        assert wrong.areas[1] > 1.8 * right.areas[1]
