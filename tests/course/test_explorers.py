"""The explorers as objects: no browser, no front end. What a hand can do, done; what is shown, read."""

import ast
import asyncio
import base64
import json
import re
import tracemalloc
from functools import reduce
from importlib.resources import files
from itertools import combinations
from types import SimpleNamespace

import ipywidgets
import matplotlib.pyplot
import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from gmm_course import explorers
from gmm_course.explorers.as_code import literal
from gmm_course.explorers.fit import sentence
from gmm_course.explorers.inputs import plain, share
from gmm_course.explorers.landscape import Bowl
from gmm_course.explorers.loss import Slice
from gmm_course.explorers.marks import Panel, curve, dots, line, room, scene, still
from gmm_course.explorers.state import follow, largest_error, places, random_mixture
from gmm_course.explorers.widget import TABLE
from gmm_course.explorers.words import ordinal, table, typeset
from gmm_helpers import (
    CLASSIC,
    Mixture,
    bandwidth,
    classic,
    classic_grid,
    fit_once,
    galaxies,
    hellinger_distance,
    kl_divergence,
    relative_loss,
)

EXPLORERS = sorted(explorers.__all__)
everyone = pytest.mark.parametrize("name", EXPLORERS)
PNG = b"\x89PNG\r\n"


def make(name, **values):
    return getattr(explorers, name)(**values)


def shown(explorer):
    """The picture's marks, after what must hold of every picture."""
    view = explorer.view
    assert view["error"] == ""
    text = json.dumps(view, allow_nan=False)
    assert len(text) < 120_000
    assert len(explorer.sentence) > 20
    assert explorer.sentence[-1] in ".?"
    for panel, mark in ((mark["panel"], mark) for mark in view["marks"]):
        assert panel in explorer.panels
        assert mark.get("of") or len(mark["y"]) == (mark["x"][2] if mark.get("even") else len(mark["x"]))
    for limits in view["limits"].values():
        assert all(low < high for low, high in (limits["x"], limits["y"]))
    return explorer.shown.marks


def moves(explorer):
    """(key, values in JSON) through the range of everything a hand can move, the ends among them."""
    for key, control in explorer.controls.items():
        now = plain(explorer.state.values[key])
        if control["kind"] == "number":
            yield from ((key, value) for value in range_of(control))
        elif control["kind"] == "numbers":
            for i, number in enumerate(control["numbers"]):
                yield from ((key, [*now[:i], value, *now[i + 1 :]]) for value in range_of(number))
        elif control["kind"] == "mixture":
            for which, k in ((which, k) for which in "wms" for k in range(len(now["w"]))):
                low, high = {"w": (0, 1), "m": control["means"], "s": control["stds"]}[which]
                for value in range_of({"low": low, "high": high}):
                    array = np.array(now[which])
                    array = (
                        share(array, k, value) if which == "w" else np.where(np.arange(array.size) == k, value, array)
                    )
                    yield key, now | {which: array.tolist()}
        elif control["kind"] == "choice":
            yield from ((key, each[-1] if isinstance(each, list) else each) for each in control["options"])
        elif control["kind"] == "switch":
            yield from ((key, value) for value in (True, False))


def range_of(number):
    low, high, log, whole = (number.get(key) for key in ("low", "high", "log", "whole"))
    values = 10 ** np.linspace(*np.log10([low, high]), 4) if log else np.linspace(low, high, 4)
    values = np.clip(np.round(values) if whole else values, low, high)
    return values.astype(int if whole else float).tolist()


def hand(explorer, key, value, **frame):
    """What a page sends when a hand moves one control."""
    values = explorer.view["values"] | {key: value} | frame
    explorer.hear({"serial": explorer.view["serial"] + 1, "values": values})


@everyone
def test_it_opens_with_a_picture_a_question_and_answers_to_choose_from(name):
    explorer = make(name)
    shown(explorer)
    assert explorer.state.values["answer"] is None  # so that the page covers the sentence
    for each in [*explorer.presets.values(), *explorer.problems]:
        assert each.question[-1] in ".?"
        assert len(each.answers) in ((0, 2, 3, 4) if each in explorer.problems else (2, 3, 4))
        assert len(set(each.answers)) == len(each.answers)


@everyone
def test_every_question_has_one_of_its_answers_for_the_right_one(name):
    for preset in make(name).presets:
        explorer = make(name, preset=preset)
        finish(explorer)
        assert explorer.view["right"] in range(len(explorer.presets[preset].answers)), preset


@everyone
def test_an_answer_has_its_reason_and_what_gives_it_away_waits(name):
    explorer, late = make(name), set()
    for preset, asked in explorer.presets.items():
        explorer.choose(preset)
        assert asked.because.endswith("."), preset
        assert len(asked.because) < 110
        late |= {mark["name"] for mark in explorer.view["marks"] if mark.get("when") == "looked"}
        if asked.open:
            assert {mark.get("when", "") for mark in explorer.view["marks"]} == {""}
    for names in explorer.hidden.values():
        assert all(any(mark.startswith(each) for mark in late) for each in names)


@everyone
def test_a_panel_that_answers_shows_nothing_before_a_guess(name):
    explorer = make(name)
    for preset, asked in explorer.presets.items():
        explorer.choose(preset)
        marks = [mark for mark in explorer.view["marks"] if not asked.open]
        begins = {mark["panel"] for mark in marks if mark["name"] in ("given", "home")}  # what the question is about
        answers = {mark["panel"] for mark in marks if mark.get("when") == "covered"} - begins
        seen = [m["name"] for m in marks if m["panel"] in answers and not m.get("when") and m["x"]]
        assert set(seen) <= {"centre"}, preset  # of a prior: a hand has set it


def finish(explorer):
    """Give up, as *show me* does: that starts the long work which the answer of a question waits for."""
    explorer.hear({"serial": 0, "values": {"answer": -1}})


@everyone
def test_every_control_moves_through_its_range(name):
    explorer = make(name)
    serial = 0
    for key, value in list(moves(explorer)):
        before = plain(explorer.state.values[key])
        hand(explorer, key, value, answer=-1)
        serial += 1
        shown(explorer)
        assert explorer.view["serial"] == serial
        now = plain(explorer.state.values[key])
        assert json.dumps(now) == json.dumps(value) or now == pytest.approx(value, abs=1e-9)
        hand(explorer, key, before)
        serial += 1


@pytest.mark.slow
@everyone
def test_a_long_random_walk_leaves_it_whole(name):
    explorer = make(name)
    walk(explorer, np.random.default_rng(0), 30)
    assert matplotlib.pyplot.get_fignums() == []


@pytest.mark.slow
def test_memory_stays_flat():
    explorer, rng = make("explore_fit"), np.random.default_rng(1)
    walk(explorer, rng, 60)
    tracemalloc.start()
    walk(explorer, rng, 20)
    before = tracemalloc.get_traced_memory()[0]
    walk(explorer, rng, 60)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 2e6


def walk(explorer, rng, steps):
    """Random moves over all controls, with a preset, a new problem or a reveal now and then."""
    for _ in range(steps):
        what = rng.integers(10)
        if what == 0:
            explorer.choose(str(rng.choice(list(explorer.presets))))
        elif what == 1 and explorer.problems:
            explorer.choose(problem=int(rng.integers(1, 9)))
        elif what == 2:
            explorer.update(revealed=not explorer.state.values["revealed"])
        else:
            able = list(moves(explorer))
            hand(explorer, *able[rng.integers(len(able))])
        shown(explorer)


@everyone
def test_a_new_problem_is_the_same_for_everyone_and_holds_back_its_truth(name):
    explorer, other = make(name), make(name)
    for each in (explorer, other):
        each.choose(problem=2)
    assert literal_state(explorer) == literal_state(other) == literal_state(make(name, problem=2))
    assert explorer.view["table"] == ""
    assert set(explorer.view["away"]) >= {key for key in explorer.controls if key == "truth"}
    said = explorer.sentence
    explorer.update(revealed=True)
    for mean in explorer.state.values["truth"].means:
        assert f"<td>{mean:.2f}</td>" in explorer.view["table"]
    assert "truth" not in explorer.view["away"]
    if "guess" in explorer.controls:
        assert explorer.sentence != said
    explorer.choose(next(iter(explorer.presets)))
    assert literal_state(explorer) == literal_state(make(name))


def literal_state(explorer):
    return {
        key: literal(value) for key, value in explorer.state.values.items() if key not in ("answer", "moved", "code")
    }


@everyone
def test_what_it_shows_as_code_brings_the_state_back(name):
    for start in ({}, {"preset": list(make(name).presets)[-1]}, {"problem": 3}):
        explorer = make(name, **start)
        for key, value in list(moves(explorer))[2::17]:
            hand(explorer, key, value)
        explorer.update(revealed=True, code=True)
        *lines, call = ast.parse(explorer.view["code"]).body
        space = {}
        exec(compile(ast.Module(lines, []), "code", "exec"), space)
        again = eval(compile(ast.Expression(call.value), "code", "eval"), space)
        assert literal_state(again) == literal_state(explorer)
        if not explorer.state.result[1]:  # what long work has found isn't code
            assert again.shown.marks.keys() == explorer.shown.marks.keys()


# What a person would not write: a constant that is asked, added or multiplied, and a name that could stand for a value
ODD = r"\b(if|or|and) (\d|'|\"|True|False|None)|[+*/] 0\b|\b(True|False) (if|or|and)\b|\[(\d+(\.\d+)?, ){20}"


@everyone
def test_what_it_shows_as_code_is_what_a_person_would_write(name):
    explorer = make(name)
    for preset in explorer.presets:
        explorer.choose(preset)
        for key, value in [("code", True), *list(moves(explorer))[::7]]:
            hand(explorer, key, value)
            code = explorer.view["code"]
            assert not re.search(ODD, code), code
    explorer.choose("In metres" if name == "explore_descent" else next(iter(explorer.presets)))
    exec(compile(explorer.source(), "code", "exec"), {})


@pytest.mark.parametrize(("value", "words"), [(1 / 3, "1 / 3"), (5 / 3, "5 / 3"), (0.333, "0.333"), (2.0, "2")])
def test_thirds_are_written_as_thirds(value, words):
    assert literal(value) == words
    assert eval(words) == value


def test_the_code_of_a_walk_or_of_many_starts_ends_where_they_do(capsys):
    for explorer in (
        make("explore_descent"),
        chosen("explore_descent", "Long valley", work=True),
    ):  # 150 and 3,059 steps
        exec(explorer.source(), {})
        loss = float(re.search(r"relative loss: (\S+)", capsys.readouterr().out)[1])
        assert loss == pytest.approx(explorer.shown.marks["loss of gradient descent"].y[-1], rel=1e-6)
    explorer = make("explore_restarts", preset="Narrow fifty")
    exec(explorer.source(), {})
    assert "34 of 50" in capsys.readouterr().out
    explorer = make("explore_landscape", problem=2, method="BFGS")  # another truth than the course's
    exec(explorer.source(), {})
    printed = capsys.readouterr().out
    start, end = map(float, re.findall(r"(?:start:|loss) (\d\S*)$", printed, re.M))
    assert start == pytest.approx(explorer.shown.marks["losses"].y[0], rel=1e-3)
    assert end == pytest.approx(explorer.shown.marks["losses"].y[-1], abs=1e-6)


@everyone
def test_an_exception_shows_in_the_error_line_and_the_last_picture_stays(name):
    explorer = make(name)
    good, show = explorer.view["marks"], explorer.show

    def fail(_state):
        raise ValueError("no <such> luck")

    explorer.show = fail
    hand(explorer, "revealed", True)
    assert explorer.view["error"] == "ValueError: no <such> luck"
    assert explorer.view["marks"] == good
    explorer.show = show
    hand(explorer, "revealed", False)
    assert explorer.view["error"] == ""


def test_what_no_page_of_ours_would_send_is_refused():
    explorer = make("explore_fit")
    good = literal_state(explorer)
    for key, value in {"truth": {"w": [1, 1], "m": [0, np.nan], "s": [1, 1]}, "nothing": 3}.items():
        hand(explorer, key, value)
        if key == "truth":
            assert "`means` must" in explorer.view["error"]
        assert literal_state(explorer) == good


def test_a_name_or_a_preset_that_it_does_not_know_is_refused():
    with pytest.raises(TypeError, match="no value is called 'truths': choose from"):
        explorers.explore_fit(truths=CLASSIC)
    with pytest.raises(ValueError, match=r"`preset` must be one of Classic, .*, got 'Classics'"):
        explorers.explore_fit(preset="Classics")


@everyone
def test_it_leaves_a_still_picture_where_no_kernel_runs(name):
    bundle = data_of(make(name))
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert base64.b64decode(bundle["image/png"]).startswith(PNG)
    assert bundle["text/plain"].startswith(f"{name}(): ")
    assert matplotlib.pyplot.get_fignums() == []


def data_of(explorer):
    bundle = explorer._repr_mimebundle_()
    return bundle[0] if isinstance(bundle, tuple) else bundle


@everyone
def test_what_it_saves_is_small(name):
    assert len(json.dumps(make(name).get_state(), default=str).encode()) < 40_000


@pytest.mark.slow
def test_an_exported_page_shows_the_picture_with_no_kernel():
    source = "from gmm_course.explorers import explore_fit\nexplore_fit()"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, timeout=120, store_widget_state=False).execute()
    page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook)
    assert 'src="data:image/png;base64' in page


# What the presets teach


def chosen(name, preset, *, work=False, **values):
    explorer = make(name, preset=preset, **values)
    if work:
        explorer.hear({"serial": 0, "work": explorer.jobs[0]})
    shown(explorer)
    return explorer


def test_the_fit_follows_the_truth():
    explorer = explorers.explore_fit()
    for mean in np.arange(0, 25, 1.25):
        hand(explorer, "truth", plain(CLASSIC) | {"m": [5, mean, 20]})
        truth = explorer.state.values["truth"]
        assert truth.means[1] == mean
        mark = explorer.shown.marks["curve"]
        assert np.max(abs(mark.y - truth.pdf(mark.x))) < 1e-4 * mark.y.max()
    assert np.array_equal(explorer.shown.marks["given"].y, truth.pdf(classic_grid()))


def test_a_bell_keeps_its_colour_when_it_passes_another():
    explorer = explorers.explore_fit()
    for mean in np.arange(15, 24.5, 0.5):
        hand(explorer, "truth", plain(CLASSIC) | {"m": [5, float(mean), 20]})
        second = explorer.shown.marks["bell 2"]
        assert second.x[np.argmax(second.y)] == pytest.approx(mean, abs=0.2)
        assert second.color == "bell2"


def test_an_answer_that_fled_too_far_from_the_next_curve_is_no_start():
    x = classic_grid()
    fled = SimpleNamespace(mixture=Mixture([0.3, 0.4, 0.3], [5, 15, 616], [2, 1, 2]))
    spike = Mixture([1], [x[45]], [0.05]).pdf(x)
    with pytest.raises(ValueError, match="`start` must have means within"):
        fit_once(x, spike, fled.mixture, method="LM")
    assert follow(x, spike, 3, fled).loss < 1e-8


def test_the_sentence_of_the_fit_names_the_bells():
    assert explorers.explore_fit().sentence == (
        "Three bells at 5.00, 15.00 and 20.00 explain the curve; nothing is left over."
    )
    assert "another has fled" in chosen("explore_fit", "Needle").sentence


@pytest.mark.parametrize("name", ["explore_fit", "playground"])
def test_the_truth_that_is_held_is_drawn_beside_the_fit(name):
    explorer = make(name, preset="Needle")
    truth, marks = explorer.state.values["truth"], explorer.shown.marks
    for k in range(3):
        held, fitted = (marks[each] for each in (f"held bell {k + 1}", f"bell {k + 1}"))
        assert held.y == pytest.approx(truth.component_pdfs(held.x)[:, k])
        assert (held.fill, held.color) != (fitted.fill, fitted.color)


@everyone
def test_the_picture_names_what_a_hand_holds_and_draws_no_truth_that_it_does_not_hold(name):
    explorer = make(name)
    named = [handle.get("name") for handle in explorer.shown.handles]
    assert all(named) or (name, named[1:]) == ("explore_parameters", [None] * 3)  # whose axis says so
    assert named or name == "explore_your_density"
    drawn = any(mark.startswith("held") for mark in explorer.shown.marks)
    assert drawn == (name in ("explore_fit", "playground"))


def test_bells_set_by_hand_are_scored_against_the_fit():
    explorer = make("explore_fit", problem=1)
    truth = explorer.state.values["truth"]
    hand(explorer, "guess", plain(truth))
    assert "guess" not in explorer.view["away"]
    assert explorer.sentence.startswith("Your bells leave less than 0.001\u00a0% of the curve")
    hand(explorer, "revealed", True)
    assert explorer.sentence.startswith("Your bells leave nothing over, the fit nothing; your worst number is off by 0")
    assert {"guess"} <= set(explorer.view["away"])
    assert explorer.shown.marks["yours"].y == pytest.approx(truth.pdf(explorer.shown.marks["yours"].x))
    assert [side in explorer.view["table"] for side in (">true<", ">yours<", ">fit<")] == [True, True, False]


@everyone
def test_the_first_message_of_an_explorer_holds_all_that_a_page_draws(name, monkeypatch):
    sent, as_ever = [], ipywidgets.Widget.open

    def opened(widget):
        sent.append(widget.get_state())
        as_ever(widget)

    monkeypatch.setattr("ipywidgets.Widget.open", opened)
    explorer = make(name)
    assert [state["view"] for state in sent if "view" in state] == [explorer.view]
    assert explorer.view["marks"]


NEEDLE = {"w": [0.3, 0.1, 0.6], "m": [5, 15.1667, 20], "s": [2, 0.02, 2]}
LEVEL = {"w": [1 / 3] * 3, "m": [5, 15, 20], "s": [1, 1, 1]}
PAIR = {"w": [0.5, 0.5], "m": [9.95, 12], "s": [2, 2]}
CHANGED = [  # a preset whose question asks for a move, what the hand changes, and whether its answer is still right
    ("playground", "Classic", "truth", plain(CLASSIC) | {"m": [5, 19, 20]}, True),
    ("playground", "Classic", "n_components", 2, False),
    ("playground", "Classic", "noise", 5.0, False),
    ("playground", "Needle", "n_points", 50, False),
    ("explore_fit", "Classic", "truth", plain(CLASSIC) | {"m": [5, 12, 20]}, True),
    ("explore_fit", "Classic", "truth", NEEDLE, False),
    ("explore_fit", "Classic", "truth", plain(CLASSIC) | {"m": [-20, 40, 60]}, False),
    ("explore_data", "Merge", "truth", PAIR, True),
    ("explore_data", "Merge", "truth", PAIR | {"s": [2, 1]}, False),
    ("explore_data", "Needle", "truth", NEEDLE | {"m": [5, 15.2167, 20]}, True),
    ("explore_data", "Needle", "truth", NEEDLE | {"m": [5, 15.3333, 20]}, False),
    ("explore_data", "Needle", "n_points", 300, False),
    ("explore_loss", "By hand", "ours", LEVEL, True),
    ("explore_loss", "By hand", "ours", LEVEL | {"s": [2, 1, 2]}, False),
    ("explore_loss", "By hand", "distance", "Hellinger", False),
    ("explore_loss", "Mirror", "ours", PAIR | {"m": [16, 8]}, True),
    ("explore_parameters", "Classic", "logits", [-1.204, 0.307, -1.609], True),
    ("explore_parameters", "Classic", "logits", [0, -0.693, -1.609], False),
    ("explore_parameters", "Classic", "logits", [-1.204, -2, -1.609], False),
    ("explore_restarts", "Equal means", "start", {"w": [1, 1, 1], "m": [5, 15, 15.05], "s": [1, 1, 1]}, False),
    ("explore_your_density", "Offset left in", "background", "constant", False),
]


@pytest.mark.parametrize(
    ("name", "preset", "moves"),
    [
        ("explore_prior", "Cut at 16", [{"cut": cut} for cut in (16.5, 17, 17.5, 18, 21, 18)]),
        (
            "playground",
            "Classic",
            [{"truth": Mixture([0.3, 0.5, 0.2], [5, m, 20], [2, 1, 2]), "noise": 1.0} for m in (21, 24, 21, 18)],
        ),
    ],
)
def test_a_fit_to_noise_is_the_same_whichever_way_the_hand_has_come(name, preset, moves):
    by_hand = make(name, preset=preset)
    for move in moves:
        by_hand.update(**move)
        at_once = make(name, preset=preset)
        at_once.update(**move)
        assert by_hand.state.last.fun == pytest.approx(at_once.state.last.fun, rel=1e-3), move


@pytest.mark.parametrize(("name", "preset", "key", "value", "right"), CHANGED)
def test_a_question_stays_after_a_move_as_long_as_its_answer_is_right(name, preset, key, value, right):
    explorer = chosen(name, preset)
    assert bool(explorer.view["stays"]) == explorer.presets[preset].stays
    hand(explorer, key, value, moved=True)
    shown(explorer)
    assert bool(explorer.view["stays"]) == right


ASKED = [(name, key) for name in TABLE for key, preset in TABLE[name]["presets"].items() if "asked" in preset]


@pytest.mark.parametrize(("name", "preset"), ASKED)
def test_what_a_question_asks_for_leaves_its_answer_right(name, preset):
    explorer = chosen(name, preset)
    right = explorer.view["right"]
    obey(explorer)
    assert explorer.view["stays"]
    assert explorer.view["right"] == right is not None


def obey(explorer):
    """Do what the question asks for, as a page does."""
    values = explorer.view["values"]
    for (*path, last), to in explorer.view["asked"]:
        reduce(lambda part, key: part[key], path, values)[last] = to
    explorer.hear({"serial": 1, "values": values | {"moved": True}})


def test_a_question_asks_for_what_it_names_and_leaves_the_rest_to_the_hand():
    named = {
        ("explore_fit", "Classic"): [[["truth", "m", 1], 10]],
        ("explore_parameters", "Classic"): [[["logits", 1], 0.307]],
        ("explore_loss", "One bell"): [[["distance"], "KL(given ‖ ours)"], [["ours", "m", 0], 13]],
        ("playground", "Classic"): [[["truth", "m", 1], 19]],
        ("playground", "Needle"): [],
    }
    for (name, preset), asked in named.items():
        assert make(name, preset=preset).view["asked"] == asked


def test_a_bell_off_the_grid_is_told_at_its_edge():
    explorer = chosen("explore_prior", "Cut at 16")
    words = [mark["words"] for mark in explorer.view["marks"] if mark["name"].startswith("fled")]
    assert words == ["← bell 3 at −4.86"]


def test_a_needle_that_fled_beyond_measure_is_told_without_numbers():
    x = classic_grid()
    for mean, std, words in ((1346, 50, "to 1346 ± 50"), (9e6, 2, "far away"), (7, 1e55, "far away, endlessly wide")):
        result = SimpleNamespace(mixture=Mixture([0.3, 0.1, 0.6], [5, mean, 20], [2, std, 2]), loss=0)
        assert f"another has fled {words}, where no point" in sentence(result, CLASSIC, x)


def test_after_the_guess_the_end_of_a_walk_is_shown():
    explorer = chosen("explore_descent", "Wrong, and pleased")
    assert explorer.state.values["along"] == 0
    last = next(mark for mark in explorer.view["marks"] if mark["name"] == "last")
    assert last["when"] == "looked"
    (x, density), (end, *_) = classic(), explorer.shown.marks["last"].of
    assert f"{100 * relative_loss(density, end.pdf(x)):.1f}\u00a0%" in explorer.sentence


def test_an_arrow_that_leads_off_the_grid_runs_out_of_the_picture():
    """A head at the edge would say that the step leads there."""
    explorer = chosen("explore_gradient", "Dead", step=1000)
    ends = [mark.x for mark in explorer.shown.marks.values() if mark.kind == "arrow"]
    assert -1000 < np.min(ends) < -10
    assert 35 < np.max(ends) < 1000


def test_a_step_that_raises_the_loss_is_told():
    explorer = make("explore_gradient", theta=[0, 0, 0, 4, 15, 21, 0, 0, 0])
    assert explorer.sentence.endswith("This step is too long: the loss would rise from 0.108 to 0.257.")
    explorer.update(step=1.0)
    assert "too long" not in explorer.sentence


def test_no_line_of_a_status_begins_with_a_dot():
    for name in EXPLORERS:
        assert " ·" not in make(name).view["status"]


def status_of(explorer):
    return explorer.view["status"]


def test_points_see_too_much_of_a_thin_bell():
    explorer = chosen("explore_data", "Above one")
    x = classic_grid()
    area = explorer.state.values["truth"].pdf(x).sum() * x[1]
    assert f"see an area of {area:.3f}" in explorer.sentence
    assert area > 1.1


def test_two_humps_become_one():
    explorer = chosen("explore_data", "Merge")
    assert "two humps" in explorer.sentence
    explorer.update(truth=Mixture([0.5, 0.5], [10.05, 13.95], [2, 2]))
    assert "one hump, 1.95 stds between the bells;" in explorer.sentence


def test_a_common_shift_of_logits_changes_nothing():
    explorer = make("explore_parameters")
    before = explorer.shown.marks["curve"].y
    explorer.choose("All up")
    assert explorer.sentence.startswith("Raising all three logits by 7 changed nothing")
    assert np.array_equal(explorer.shown.marks["curve"].y, before)


def test_the_four_distances_are_the_package_s():
    explorer = make("explore_loss")
    x, y = classic()
    f = explorer.state.values["ours"].pdf(x)
    theirs = [relative_loss(y, f), kl_divergence(y, f, x[1]), kl_divergence(f, y, x[1]), hellinger_distance(y, f, x[1])]
    assert re.findall(r" (-?[\d.]+)<", status_of(explorer)) == [f"{distance:.4f}" for distance in theirs]


def test_the_ball_flees():
    explorer = chosen("explore_loss", "Fleeing", work=True)
    end = explorer.state.values["ours"].means[0]
    x, y = classic()

    def loss(mean):
        return relative_loss(y, Mixture(CLASSIC.weights, [mean, 15, 20], CLASSIC.stds).pdf(x))

    assert end < -3
    assert loss(end) <= min(loss(end - 0.01), loss(end + 0.01))
    assert "lies in a valley, not the deepest" in explorer.sentence


def test_the_ball_lies_under_its_bell():
    explorer = chosen("explore_loss", "Fleeing")
    assert explorer.limits["curve"][0] == explorer.limits["landscape"][0]
    explorer.update(along="σ₁")
    assert explorer.limits["curve"][0] == (0, 25)


def test_a_ball_short_of_the_floor_is_told_to_roll_on():
    short = Mixture(CLASSIC.weights, [5.25, 15, 20], CLASSIC.stds)
    assert "would roll from 5.25 to the left" in make("explore_loss", ours=short).sentence


def test_a_ball_where_the_landscape_is_infinitely_high_lies_in_no_valley():
    needles = Mixture([0.3, 0.3, 0.4], [1, 2, 3], [0.1, 0.1, 0.1])
    said = make("explore_loss", preset="One bell", distance="KL(given ‖ ours)", ours=needles).sentence
    assert said.endswith("Along μ₁ the ball, at 1.00, stands where the landscape is infinitely high.")


def test_a_tiny_weight_is_not_told_as_nought():
    said = make("explore_parameters", logits=[12, -12, 12]).sentence
    assert "are 0.500, 1.9 × 10⁻¹¹ and 0.500" in said
    assert said.endswith("Small, but never 0.")


def test_a_bell_has_the_same_number_in_the_table_as_in_the_picture():
    """The fit has a bell of no weight before the one at 15, and in the second table none at 15 at all."""
    more = Mixture([0.3, 1e-7, 0.5, 0.2 - 1e-7], [5, 14.9, 15, 20], [2, 1, 1, 2])
    rows = [re.findall("<td>(.*?)</td>", row) for row in table(true=CLASSIC, fit=more).split("<tr>")[3:]]
    assert [row[4] for row in rows] == ["5.00", "15.00", "20.00", "14.90"]
    fewer = Mixture([0.6, 0.4], [5, 20], [2, 2])
    rows = [re.findall("<td>(.*?)</td>", row) for row in table(true=CLASSIC, fit=fewer).split("<tr>")[3:]]
    assert [row[4] for row in rows] == ["5.00", "", "20.00"]


def test_numbers_of_a_column_of_the_table_have_their_points_below_each_other():
    fled = Mixture([1 - 9e-8, 9e-8, 0], [5, 1531.7, 2e8], [2.5, 0.1, 25])
    cells = re.findall("<td>([^<]+)</td>", table(true=fled))
    assert cells == ["1.00", "5.00", "2.50", "0.00", "1532", "0.10", "0.00", "2 × 10⁸", "25.00"]


def test_powers_of_ten_are_written_as_such():
    assert typeset("6.4e-32 and -1e+44, theta-3, one-er 5e") == "6.4 × 10⁻³² and −1 × 10⁴⁴, theta-3, one-er 5e"
    assert typeset("8.25e-01, 1.0e-03, 5e+04") == "0.825, 0.001, 50000"


def test_twins_are_told():
    assert "they will never part" in chosen("explore_gradient", "Twins").sentence
    assert "widen most: its log-std has slope −0.148" in chosen("explore_gradient", "Start").sentence
    assert "No bell wants to move" in chosen("explore_gradient", "At the truth").sentence


def test_a_valley_is_long_and_a_wrong_answer_is_pleased():
    assert "arrived after 3,059 steps" in chosen("explore_descent", "Long valley", work=True).sentence
    pleased = chosen("explore_descent", "Wrong, and pleased").sentence
    assert "reports success, but 8.6\u00a0%" in pleased
    assert "after 0 iterations and reports success" in chosen("explore_descent", "In metres").sentence


def test_a_walk_begins_at_its_start_and_is_played_to_its_end():
    explorer = make("explore_descent", preset="Three racers")
    first = explorer.shown.marks["curve"]
    assert first.y == pytest.approx(explorer.state.values["start"].pdf(first.x))
    explorer.hear({"serial": 0, "work": "Play"})
    assert explorer.state.values["along"] == 100
    assert explorer.shown.marks["curve"].y == pytest.approx(CLASSIC.pdf(first.x), abs=1e-5)


def test_a_slice_is_not_the_landscape():
    turns = chosen("explore_landscape", "One at a time")
    assert turns.sentence == "One coordinate at a time came home in 8 steps."
    assert "still leaps about" in chosen("explore_landscape", "Too long a step").sentence
    assert "it is not home" in chosen("explore_landscape", "Loose tolerance").sentence
    thrown = make("explore_landscape", method="gradient descent", mean=14.32, log_std=-0.4, step=30.6)
    ends = "stopped after 1 step at a mean of 14.3 and a std of 2.04 × 10⁵: no point feels the bell there."
    assert thrown.sentence == f"Gradient descent {ends}"


def test_a_walk_that_leaps_to_and_fro_is_drawn_step_by_step():
    """Each step lands further up on the other side, until two places alternate; drawn by a few it has ripples."""
    marks = chosen("explore_landscape", "Too long a step").shown.marks
    losses, bowl = marks["losses"].y, Bowl(CLASSIC)
    up = bowl.walk(bowl.floor + np.array([0, 0.02]), "gradient descent", 12.0, 1e-9)[:8, 1] - bowl.floor[1]
    assert (up[1:] * up[:-1] < 0).all()
    assert (np.diff(abs(up)) > 0).all()
    assert losses.size == marks["iterates"].x.size == 601
    assert losses[-50::2] == pytest.approx(losses[-2])
    assert losses[-49::2] == pytest.approx(losses[-1])
    assert losses[-1] < 0.5 * losses[-2]


def test_a_walk_that_is_played_tells_its_end_at_its_end():
    explorer = make("explore_landscape", problem=2)
    end, told = (explorer.sentence, explorer.view["right"]), []
    for _ in explorer.work.jobs["Play"](explorer.state):
        explorer.refresh()
        told.append((explorer.sentence, explorer.view["right"]))
    assert told[0] == ("The walk so far: 0 steps.", None)
    assert told[-1] == end
    assert {right for said, right in told if said != end[0]} == {None}


def test_a_walk_that_leaves_the_map_is_marked_at_its_edge():
    explorer = make("explore_landscape", method="gradient descent", mean=18.0, log_std=0.0, step=30.0)
    (end,) = explorer.shown.marks["path"].y[-1:]
    marked, (low, high) = explorer.shown.marks["end"], explorer.limits["map"][1]
    assert not low <= end <= high
    assert marked.y in (low, high)
    assert marked.label == "where it stops, off the map"


def test_the_map_of_a_leaping_walk_is_as_small_as_the_leaps():
    explorer = chosen("explore_landscape", "Too long a step")
    y, (low, high) = explorer.shown.marks["path"].y[-50:], explorer.limits["map"][1]
    assert low < y.min() < y.max() < high
    assert np.ptp(y) > 0.3 * (high - low)


def test_the_landscape_is_the_relative_loss_and_its_curvature_the_hessians():
    bowl, x = Bowl(CLASSIC), classic_grid()
    for mean, log_std in ((3, 0.2), (-4, 1.5), (5, np.log(2))):
        theirs = relative_loss(CLASSIC.pdf(x), Mixture(CLASSIC.weights, [mean, 15, 20], [np.exp(log_std), 1, 2]).pdf(x))
        assert bowl.loss((mean, log_std)) == pytest.approx(theirs, abs=1e-12)
    h = 1e-4
    columns = [(bowl.slope(bowl.floor + h * e) - bowl.slope(bowl.floor - h * e)) / (2 * h) for e in np.eye(2)]
    assert np.linalg.eigvalsh(columns)[-1] == pytest.approx(bowl.steepness, rel=1e-4)
    ends = [bowl.walk(bowl.floor * 1.01, "gradient descent", f * 2 / bowl.steepness, 1e-12)[-1] for f in (0.9, 1.1)]
    assert bowl.loss(ends[0]) < 1e-12 < bowl.loss(ends[1])


def test_restarts_are_counted():
    assert "alike still" in chosen("explore_restarts", "Equal means").sentence
    explorer = chosen("explore_restarts", "Wide fifty", work=True)
    assert explorer.sentence == "All of 50 starts reached the lowest valley."
    ends = explorer.shown.marks["ends that meet the curve"].y
    assert ends.tolist() == sorted(ends)
    assert ends.size == 50
    explorer.update(seed=3.0)
    assert "earlier starts" in explorer.sentence


def test_a_loud_prior_pulls_the_narrow_bell():
    loud = chosen("explore_prior", "Too loud")
    assert "truly 1.00, is fitted as 1.17" in loud.sentence
    quiet = chosen("explore_prior", "A whisper", work=True)
    assert quiet.sentence.startswith("None of 30 starts")


def test_a_std_that_has_run_away_leads_off_its_axis_and_the_words_hold_for_a_cut_grid_too():
    explorer = make("explore_prior", cut=16.0, noise=1.0, n_components=4)
    marks, (_, end) = explorer.shown.marks, explorer.limits["stds"][0]
    far = [f"std {k + 1}" for k in range(4) if marks[f"std {k + 1}"].kind == "arrow"]
    assert [marks[name].x[1] > end for name in far] == [True]
    assert max(marks[f"std {k + 1}"].x.max() for k in range(4) if f"std {k + 1}" not in far) < 50
    explorer.hear({"serial": 0, "work": "30 starts"})
    assert re.fullmatch(r"\w+ of 30 starts ended with a std over 50\.", explorer.sentence)
    marks = explorer.shown.marks
    assert marks["too far"].words == "over 50: run away"
    assert marks["ends"].y.max() < marks["too far"].y  # no dot lies under the words


def test_how_many_bells_made_a_problem_is_not_told_before_it_is_revealed():
    explorer = make("explore_prior", problem=1, n_components=6)
    assert "bells fitted" not in explorer.view["status"]
    explorer.update(revealed=True)
    assert "6 bells fitted" in explorer.view["status"]


@pytest.mark.slow
def test_fifty_starts_fail_where_the_curve_tells():
    explorer = chosen("playground", "Claw")
    assert "nothing is left over" in explorer.sentence
    explorer.hear({"serial": 0, "work": "50 starts"})
    assert explorer.sentence.startswith("None of 50 random starts")
    assert explorer.sentence.endswith("The fit on show, which started where the curve bends, meets it.")
    assert np.isnan(explorer.shown.marks["others"].y).sum() == 50  # each is drawn


def test_what_five_bells_and_three_leave_over_is_said():
    explorer = chosen("playground", "Five for three")
    assert explorer.view["status"].endswith("<span>5 bells fitted, 3 true</span>")
    losses = []
    for K in (3, 5):
        explorer.update(n_components=K)
        losses.append(re.search(r"leave ([\d.]+\s%)", explorer.sentence)[1].replace("\u00a0", " "))
    assert explorer.presets["Five for three"].because.startswith(f"Three leave {losses[0]}, five {losses[1]}:")


def test_halves_can_not_be_told_under_noise():
    assert "weights 0.88 and 0.12, leave 0.051" in chosen("playground", "Shoulder").sentence


def test_a_bell_narrower_than_its_smoothing_is_doubted():
    three = chosen("explore_your_density", "Galaxies, three").sentence
    assert "the first is narrower than the smoothing that made the curve, 1.86 against 1.89" in three
    four = chosen("explore_your_density", "Galaxies, four", work=True)
    assert "leave less than 0.001\u00a0% of the curve's squares over, but the second is narrower" in four.sentence
    assert "of 5 other seeds end at this loss" in status_of(four)


def test_the_narrowest_bell_is_named():
    for K in (4, 5, 6):
        explorer = make("explore_your_density", n_components=K)
        assert explorer.shown.fitted.stds.min() < bandwidth(galaxies())
        assert f"but the {ordinal(explorer.shown.fitted.stds.argmin())} is narrower" in explorer.sentence


SLOPE = np.linspace(800, 1800, 400)
LINES = Mixture([0.2, 0.3, 0.5], [1000, 1250, 1580], [6, 20, 12])


def test_a_bell_that_the_points_do_not_see_is_named_and_takes_nothing_from_the_others():
    """On a slope one bell runs away and holds all of the weight; the lines are no noise for that."""
    density = 100 * LINES.pdf(SLOPE) + 0.1 + SLOPE / 5000 + np.random.default_rng(0).normal(0, 0.01, SLOPE.size)
    explorer = make("explore_your_density", example="mine", x=SLOPE, density=density, n_components=4, free=True)
    heaviest = explorer.shown.fitted.weights.argmax()
    assert explorer.shown.fitted.weights[heaviest] > 0.95
    assert f"but the bell at {explorer.shown.fitted.means[heaviest]:.6g} is wider than the grid" in explorer.sentence
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>", explorer.view["found"])
    areas = {round(float(mean)): float(area) for _, area, mean in rows if 800 < float(mean) < 1800}
    assert areas == pytest.approx({1000: 20, 1250: 30, 1580: 50}, rel=0.2)
    assert len(re.findall("choose|lowers", explorer.view["found"])) == 1  # of two backgrounds, one would be wrong
    assert "background=" not in explorer.view["found"]  # Python's name


def test_a_background_left_in_is_paid_for_until_it_is_fitted_too():
    explorer = chosen("explore_your_density", "Offset left in")
    assert "over; their area is 378.7, but a constant background lowers the squares left over by" in explorer.sentence
    explorer.update(background="constant")
    assert abs(fitted_area(explorer) - 272) < 12
    explorer.choose("Log-spaced")
    explorer.update(free=False)
    assert explorer.sentence == "The curve's area is 272.6, not 1: let the area be fitted too."


def test_what_bells_and_background_leave_over_is_what_is_drawn():
    ground = 3 + SLOPE / 500
    explorer = make("explore_your_density", example="mine", x=SLOPE, density=100 * LINES.pdf(SLOPE) + ground, free=True)
    explorer.update(background="linear")
    marks = explorer.shown.marks
    assert abs(marks["left"].y).max() < 1e-6
    assert marks["ground"].y == pytest.approx(3 + marks["ground"].x / 500)
    assert marks["curve"].y == pytest.approx(100 * LINES.pdf(marks["curve"].x) + marks["ground"].y)


def fitted_area(explorer):
    return float(re.search(r"area is (.*)\.", explorer.sentence)[1])


def hand_in(explorer, text, name="mine.csv"):
    explorer.hear({"serial": 1, "file": name}, [memoryview(text.encode())])


def test_a_file_is_taken_and_its_bells_can_be_kept():
    explorer, truth = make("explore_your_density"), Mixture([0.4, 0.6], [480, 560], [12, 30])
    x = np.linspace(400, 700, 120)
    hand_in(explorer, "\n".join(f"{a};{b}".replace(".", ",") for a, b in zip(x, 5e4 * truth.pdf(x), strict=True)))
    explorer.update(n_components=2)
    shown(explorer)
    assert fitted_area(explorer) == 5e4
    assert "mine.csv" in explorer.view["found"]
    kept = json.loads(base64.b64decode(re.search('base64,([^"]*)', explorer.view["found"])[1]))
    assert largest_error(Mixture.from_dict(kept["mixture"]), truth) < 1e-6
    assert kept["mass"] == pytest.approx(5e4)
    again = make("explore_your_density", **explorer.state.values)
    assert again.sentence == explorer.sentence
    explorer.choose("Geyser")
    assert "at 54.26 and 80.24" in explorer.sentence


def test_a_bad_file_is_told_by_its_line_and_nothing_changes():
    explorer = make("explore_your_density")
    before = literal_state(explorer), explorer.sentence, explorer.view["marks"]
    for text, words in {
        "1,2\n2,abc\n": "got '2,abc' in line 2",
        "1,-2\n2,-1\n": "“mine.csv”: its density must be positive somewhere, got maximum -1.",
        "": "“mine.csv” must hold at least 2 lines of numbers in the columns of x and density, got 0.",
    }.items():
        hand_in(explorer, text)
        assert words in explorer.view["error"]
        assert explorer.view["error"].startswith("“mine.csv”")  # no name of an exception
        assert explorer.view["fault"] == "example"
        assert (literal_state(explorer), explorer.sentence, explorer.view["marks"]) == before
    hand_in(explorer, "1,1\n2,2\n3,1\n")  # mended, and under the same name
    assert explorer.view["error"] == ""
    assert explorer.sentence == "3 points can't tell 9 numbers: take fewer bells."


def test_of_three_columns_the_hand_chooses_and_the_code_names_the_same():
    explorer, x = make("explore_your_density"), np.linspace(0, 10, 60)
    rows = zip(x, np.exp(-((x - 4) ** 2)), 2 * np.exp(-((x - 6) ** 2)), 1 + x, strict=True)
    hand_in(explorer, "\n".join(",".join(map(str, row)) for row in rows), "four.csv")
    assert "columns" not in explorer.view["away"]
    sent = {}
    for chosen, names in {"0 2": "x, density", "0 2 3": "x, density, sigma", "0 1 2": "x, density, sigma"}.items():
        explorer.hear({"serial": 2, "values": {"columns": chosen, "code": True}})
        explorer.update(n_components=1, code=True)
        assert f'{names} = read_density("four.csv", columns=({chosen.replace(" ", ", ")}))' in explorer.view["code"]
        assert ("sigma=sigma" in explorer.view["code"]) == ("sigma" in names)
        sent[chosen] = float(explorer.shown.fitted.means[0])
        assert explorer.state.values["n_components"] == 1
    assert sent == pytest.approx({"0 2": 6, "0 2 3": 6, "0 1 2": 4}, abs=1e-6)
    explorer.hear({"serial": 3, "choose": {"preset": None, "problem": 0}})  # Reset
    assert literal_state(explorer) == literal_state(make("explore_your_density"))
    assert "columns" in explorer.view["away"]


# Long work


def running(explorer):
    return explorer.view["busy"] is not None


def test_stop_is_heard_and_keeps_what_was_found():
    async def stopped():  # all is asserted while the loop runs: its end would stop any task
        explorer = make("explore_restarts", kind="k-means++")
        explorer.hear({"serial": 1, "work": "Run the starts"})
        while len(explorer.state.found) < 3:
            await asyncio.sleep(0.001)
        assert running(explorer)
        explorer.hear({"serial": 1, "stop": True})
        found = len(explorer.state.found)
        assert not running(explorer)
        await asyncio.sleep(0.3)
        assert len(explorer.state.found) == found < 50
        assert f"of {found} starts" in explorer.sentence

    asyncio.run(stopped())


def test_a_moved_control_ends_long_work():
    async def moved():
        explorer = make("explore_restarts", kind="k-means++")
        explorer.hear({"serial": 1, "work": "Run the starts"})
        await asyncio.sleep(0.05)
        hand(explorer, "seed", 3.0)
        await asyncio.sleep(0.02)
        assert not running(explorer)
        assert "earlier starts" in explorer.sentence or "none of them has run" in explorer.sentence

    asyncio.run(moved())


def test_reset_forgets_the_result_of_long_work():
    explorer = chosen("explore_restarts", "K-means++ fifty", work=True)
    assert "of 50 starts reach" in explorer.sentence
    hand_begins(explorer)
    assert "none of them has run" in explorer.sentence


def hand_begins(explorer):
    """What a page sends for *Reset*."""
    values = explorer.view["values"]
    which = {key: values[key] for key in ("preset", "problem")}
    explorer.hear({"serial": explorer.view["serial"] + 1, "values": values, "choose": which})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["explore_fit", "explore_prior", "playground"])
def test_a_preset_shows_the_same_wherever_one_comes_from(name):
    for preset in make(name).presets:
        explorer = make(name)
        for other in reversed(explorer.presets):
            explorer.choose(other)
        explorer.choose(preset)
        assert explorer.sentence == chosen(name, preset).sentence


def test_an_exception_of_long_work_reaches_the_error_line():
    async def failed():
        explorer = make("explore_restarts")

        def job(_state):
            yield 0.1
            raise RuntimeError("the work broke")

        explorer.work.jobs["break"] = job
        explorer.hear({"serial": 1, "work": "break"})
        await asyncio.sleep(0.05)
        assert explorer.view["error"] == "RuntimeError: the work broke"
        assert not running(explorer)

    asyncio.run(failed())


@pytest.mark.parametrize(("name", "key"), [("explore_descent", "along"), ("explore_loss", "ours")])
def test_what_is_played_jumps_to_its_end_where_less_motion_is_asked_for(name, key):
    async def played(calm):
        explorer, seen = make(name, preset="Fleeing" if name == "explore_loss" else "Three racers"), set()
        explorer.observe(lambda change: seen.add(literal(change["new"]["values"][key])), "view")
        explorer.hear({"serial": 1, "work": explorer.jobs[-1], "calm": calm})
        while running(explorer):
            await asyncio.sleep(0.01)
        return len(seen), literal(explorer.view["values"][key])

    (many, end), (few, same_end) = (asyncio.run(played(calm)) for calm in (False, True))
    assert many > 20
    assert few == 2
    assert same_end == end


def test_controls_that_do_not_count_are_put_away():
    explorer = make("explore_descent")
    for method, away in {"gradient descent": set(), "LM": {"step", "Walk on"}, "BFGS": {"step", "Walk on"}}.items():
        explorer.update(method=method)
        assert set(explorer.view["away"]) == away
    for name in ("explore_prior", "playground"):
        for explorer, away in ((make(name, noise=0.0), True), (make(name, noise=1.0), False)):
            assert ("seed" in explorer.view["away"]) == away
    for strength, away in ((0.0, {"seed", "centre", "means"}), (0.1, {"seed"})):
        assert set(make("explore_prior", strength=strength).view["away"]) == away


# Colours


def luminance(colour):
    """WCAG's relative luminance of "#rrggbb"."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


@pytest.mark.parametrize("dark", [False, True])
def test_what_must_be_seen_stands_out_from_the_paper(dark):
    css = (files("gmm_course.explorers") / "page.css").read_text()
    colours = {name: pair[dark] for name, *pair in re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", css)}
    assert {"ink", "paper", "edge", *(f"bell{k}" for k in range(1, 7))} <= set(colours)
    least = {"ink": 7, "soft": 4.5, "accent": 4.5, "bad": 4.5} | dict.fromkeys(
        ("edge", "rule", "dots", *(f"bell{k}" for k in range(1, 7))), 3
    )
    for name, ratio in least.items():
        low, high = sorted(luminance(colours[each]) for each in (name, "paper"))
        assert (high + 0.05) / (low + 0.05) >= ratio, name


def test_no_two_bells_have_colours_that_are_alike():
    """Their distance in CIELAB, where 2.3 is just seen."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    css = (files("gmm_course.explorers") / "page.css").read_text()
    for dark in (0, 1):
        pairs = [pair[dark] for pair in re.findall(r"--bell\d: light-dark\((#\w{6}), (#\w{6})\)", css)]
        rgb = np.array([[int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)] for colour in pairs])
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        x, y, z = np.cbrt(linear @ to_xyz.T / [0.9505, 1, 1.089]).T
        lab = np.transpose([116 * y - 16, 500 * (x - y), 200 * (y - z)])
        assert min(np.linalg.norm(a - b) for a, b in combinations(lab, 2)) > 25


# Controls and marks


def test_a_panel_has_room_below_its_lowest_dot_and_ends_at_zero_without_one():
    x = np.linspace(0, 25, 40)
    low, high = (
        room("curve", Panel(), scene(x, CLASSIC.pdf(x) + by, CLASSIC, label="fit"))[1] for by in (-0.03, 0.001)
    )
    assert low[0] < (CLASSIC.pdf(x) - 0.03).min() - 0.01 * low[1]
    assert high[0] == 0


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=6).filter(lambda w: sum(w) > 0),
    st.integers(0, 5),
    st.floats(0, 1),
)
@settings(max_examples=100, deadline=None)
def test_weights_share_what_is_left(weights, k, value):
    weights = np.array(weights) / sum(weights)
    k %= weights.size
    shared = share(weights, k, value)
    assert shared.sum() == pytest.approx(1, abs=1e-12)
    assert shared.min() >= 0
    if weights.size > 1:
        assert shared[k] == pytest.approx(value, abs=1e-12)
        others, before = np.delete(shared, k), np.delete(weights, k)
        assert others * before.sum() == pytest.approx(before * others.sum(), abs=1e-12)


def test_random_problems_are_mixtures_that_can_be_told_apart():
    for seed in range(50):
        mixture = random_mixture(np.random.default_rng(seed))
        assert mixture.weights.min() > 0.05
        assert np.diff(mixture.means).min() > 1.4
        order = np.random.default_rng(seed).permutation(3)
        shuffled = Mixture(mixture.weights[order], mixture.means[order], mixture.stds[order])
        assert largest_error(shuffled, mixture) == 0
        assert places(shuffled, mixture) == order.tolist()


def test_bells_that_no_true_one_is_near_to_take_the_colours_left_over():
    five = Mixture([0.2] * 5, [1, 5, 10, 15, 20], [2] * 5)
    assert places(five, CLASSIC) == [3, 0, 4, 1, 2]
    assert places(Mixture([0.5, 0.5], [5, 20], [2, 2]), CLASSIC) == [0, 2]


def test_a_mark_says_its_numbers_to_four_digits_and_what_is_no_number_as_nothing():
    mark = dots("a", [0, 1, 2.00001234, 5], [np.nan, np.inf, 1.23456789e-9, -123456.7]).data("it")
    assert mark["x"] == [0, 1, 2, 5]
    assert mark["y"] == [None, None, 1.235e-9, -123500]
    even = line("a", np.linspace(3, 7, 50), np.ones(50)).data("it")
    assert (even["even"], even["x"]) == (True, [3, 7, 50])


def test_a_curve_is_sent_as_its_mixture():
    x = np.linspace(0, 25, 50)
    whole, second = (curve("a", x, CLASSIC, k, mass=2.0) for k in (None, 1))
    assert whole.y == pytest.approx(2 * CLASSIC.pdf(x))
    assert second.y == pytest.approx(2 * CLASSIC.component_pdfs(x)[:, 1])
    assert second.data("it")["of"] == [plain(CLASSIC), 1, 2.0]
    assert second.data("it").get("y") is None


def test_the_still_picture_draws_every_kind_of_mark_on_every_kind_of_axis():
    panels = {"a": Panel(1, (1, 100), (1e-9, 1), "x", "y", True, True, {"x": [[10, "ten"]]})}
    limits = {"a": ((1, 100), (1e-9, 1))}
    empty = still(panels, limits, {})
    assert base64.b64decode(empty).startswith(PNG)
    assert still(panels, limits, {"a": dots("a", [10], [0.1])}) != empty


@pytest.mark.parametrize("mean", [-4, 26])
@pytest.mark.parametrize("name", ["explore_fit", "playground"])
def test_bells_that_no_point_sees_are_told_and_no_error(name, mean):
    explorer = make(name)
    truth = {"w": [0.3, 0.3, 0.4], "m": [mean] * 3, "s": [0.05] * 3}
    explorer.hear({"serial": 1, "values": {"truth": truth}})
    assert explorer.view["error"] == ""
    assert explorer.sentence == "No point sees a bell: bring one back onto the grid."
    explorer.hear({"serial": 2, "values": {"truth": truth | {"m": [5, 15, 20], "s": [2, 1, 2]}}})
    assert "5.00, 15.00 and 20.00 explain" in explorer.sentence


def test_the_ball_lies_on_its_landscape_however_narrow_its_bell():
    for mean in (4.0, 4.1, 4.2):
        ours = {"weights": [1, 1, 1], "means": [mean, 12, 21], "stds": [0.1, 1, 1]}
        explorer = make("explore_loss", ours=ours)
        drawn = shown(explorer)["landscape"]
        loss = relative_loss(shown(explorer)["given"].y, explorer.state.values["ours"].pdf(shown(explorer)["given"].x))
        assert np.interp(mean, drawn.x, drawn.y) == pytest.approx(loss, rel=0.15)


def test_what_nobody_knows_can_not_be_revealed():
    explorer = make("explore_your_density")
    assert not explorer.view["known"]
    explorer.choose(problem=1)
    assert explorer.view["known"]


def test_after_an_answer_the_walk_is_played_to_the_end_that_the_answer_speaks_of():
    for preset in ("Three racers", "Wrong, and pleased", "In metres"):
        explorer = make("explore_descent", preset=preset)
        assert explorer.state.values["along"] == 0
        explorer.hear({"serial": 1, "values": {"answer": 0}})
        assert explorer.state.values["along"] == 100
        assert explorer.shown.fitted.means == pytest.approx(explorer.shown.marks["last"].of[0].means)


def test_axes_say_what_is_measured():
    for preset, words in (("Galaxies, three", "velocity, 1,000 km/s"), ("Geyser", "waiting time, minutes")):
        limits = chosen("explore_your_density", preset).view["limits"]["curve"]
        assert (limits["xlabel"], limits["ylabel"]) == (words, "density")
    assert chosen("explore_your_density", "Log-spaced").view["limits"]["curve"]["ylabel"] == "the curve"


def test_a_true_bell_without_weight_is_no_failure_of_the_fit():
    explorer = make("explore_fit", truth=Mixture([0.4, 0, 0.6], [5, 12, 20], [2, 1, 2]))
    assert explorer.sentence.endswith("the second true bell has no weight, and its place can't be known.")
    assert explorer.shown.holds


def test_the_landscapes_ball_is_seen_however_far_the_curves_lie():
    explorer = make("explore_loss", ours=Mixture([0, 1, 0], [4, 15, 21], [1, 0.1, 1]))
    low, high = explorer.limits["landscape"][1]
    loss = relative_loss(CLASSIC.pdf(classic_grid()), explorer.state.values["ours"].pdf(classic_grid()))
    assert loss > 50
    assert low < loss < high


def test_the_bell_that_is_shown_for_kl_is_the_best_by_it():
    explorer = make("explore_loss", preset="One bell")
    obey(explorer)
    path = Slice(explorer.state.values)
    at = np.linspace(5, 25, 2001)
    assert explorer.state.values["distance"] == "KL(given ‖ ours)"
    assert at[path.depths(at).argmin()] == pytest.approx(path.at, abs=0.02)


def test_a_spike_of_the_landscape_leaves_its_shape_in_sight():
    ours = Mixture(np.full(3, 1 / 3), [14.2, 12, 21], [5.6, 1, 1])
    explorer = make("explore_loss", ours=ours, distance="KL(given ‖ ours)", along="w₂")
    path, (_, high) = Slice(explorer.state.values), explorer.limits["landscape"][1]
    assert 3 * path.here < high < 6 * path.here < path.depths(path.places()).max()


def test_racers_go_by_one_clock_and_wait_at_their_ends():
    explorer = make("explore_descent", preset="Three racers", along=0.0)
    for along in (0.0, 50.0, 100.0):
        explorer.update(along=along)
        marks = explorer.shown.marks
        ends = {name: int(marks[f"loss of {name}"].x[-1]) for name in ("CG", "BFGS", "LM")}
        clock = round(max(ends.values()) ** (along / 100))
        assert {name: marks[f"place of {name}"].x[0] for name in ends} == {
            k: min(clock, end) for k, end in ends.items()
        }


def test_an_arrow_of_a_mean_begins_above_the_handle_on_its_top():
    marks = make("explore_gradient").shown.marks
    assert all(marks[f"mean {k}"].y[0] > 1.05 * marks[f"bell {k}"].y.max() for k in (1, 2, 3))


def test_a_question_may_hide_a_part_of_the_picture_alone():
    for preset, late in (("Equal", {"part", "weight"}), ("Winner", {"part", "weight", "bell", "curve"})):
        view = make("explore_parameters", preset=preset).view
        assert {mark["name"].split()[0] for mark in view["marks"] if mark.get("when") == "looked"} == late
