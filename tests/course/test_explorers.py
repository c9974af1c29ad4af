"""The explorers as objects: no browser, no front end. What a hand can do, done; what is shown, read."""

import ast
import base64
import json
import tracemalloc

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
from gmm_course.explorers.inputs import Bells, Choice, Number, Numbers, Switch, plain, share
from gmm_course.explorers.marks import Panel, dots, line, still
from gmm_course.explorers.state import largest_error, places, random_mixture
from gmm_helpers import CLASSIC, Mixture, classic_grid

EXPLORERS = ["explore_fit"]
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
        assert len(mark["y"]) == (mark["x"][2] if mark["even"] else len(mark["x"]))
    for limits in view["limits"].values():
        assert all(low < high for low, high in limits.values())
    return explorer.shown.marks


def moves(explorer):
    """(key, values in JSON) through the range of everything a hand can move, the ends among them."""
    for key, control in explorer.controls.items():
        now = plain(explorer.state.values[key])
        if isinstance(control, Number):
            yield from ((key, value) for value in range_of(control))
        elif isinstance(control, Numbers):
            for i, number in enumerate(control.numbers):
                yield from ((key, [*now[:i], value, *now[i + 1 :]]) for value in range_of(number))
        elif isinstance(control, Bells):
            for which, k in ((which, k) for which in "wms" for k in range(len(now["w"]))):
                for value in range_of(Number("", 0, **control.data()["limits"][which])):
                    array = np.array(now[which])
                    array = (
                        share(array, k, value) if which == "w" else np.where(np.arange(array.size) == k, value, array)
                    )
                    yield key, now | {which: array.tolist()}
        elif isinstance(control, Choice):
            yield from ((key, value) for value in control.values)
        elif isinstance(control, Switch):
            yield from ((key, value) for value in (True, False))


def range_of(number):
    ends = np.log10([number.low, number.high]) if number.log else (number.low, number.high)
    values = 10 ** np.linspace(*ends, 4) if number.log else np.linspace(*ends, 4)
    return np.clip(np.round(values) if number.whole else values, number.low, number.high).tolist()


def hand(explorer, key, value, **frame):
    """What a page sends when a hand moves one control."""
    values = explorer.view["values"] | {key: value} | frame
    explorer.hear({"serial": explorer.view["serial"] + 1, "values": values, "began": False})


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


def finish(explorer):
    """Do the long work that the answer of a question waits for."""
    if explorer.view["waiting"]:
        explorer.hear({"serial": 0, "work": explorer.spec["work"][0]})
    assert not explorer.view["waiting"]


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
    walk(explorer, np.random.default_rng(0), 80)
    assert matplotlib.pyplot.get_fignums() == []


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
        assert f"<td>{mean:.4g}</td>" in explorer.view["table"]
    assert "truth" not in explorer.view["away"]
    if "guess" in explorer.controls:
        assert explorer.sentence != said
    explorer.choose(next(iter(explorer.presets)))
    assert literal_state(explorer) == literal_state(make(name))


def literal_state(explorer):
    return {key: literal(value) for key, value in explorer.state.values.items() if key not in ("answer", "code")}


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
        assert again.shown.marks.keys() == explorer.shown.marks.keys()


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
    assert len(json.dumps(make(name).get_state(), default=str)) < 75_000


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
        explorer.hear({"serial": 0, "work": explorer.spec["work"][0]})
    shown(explorer)
    return explorer


def test_the_fit_follows_the_truth():
    explorer = explorers.explore_fit()
    for mean in np.arange(0, 25, 1.25):
        hand(explorer, "truth", plain(CLASSIC) | {"m": [5, mean, 20]})
        truth = explorer.state.values["truth"]
        assert truth.means[1] == mean
        mark = explorer.shown.marks["fit"]
        assert np.max(abs(mark.y - truth.pdf(mark.x))) < 1e-4 * mark.y.max()
    assert np.array_equal(explorer.shown.marks["target"].y, truth.pdf(classic_grid()))


def test_a_bell_keeps_its_colour_when_it_passes_another():
    explorer = explorers.explore_fit()
    for mean in np.arange(15, 24.5, 0.5):
        hand(explorer, "truth", plain(CLASSIC) | {"m": [5, float(mean), 20]})
        second = explorer.shown.marks["bell 2"]
        assert second.x[np.argmax(second.y)] == pytest.approx(mean, abs=0.2)
        assert second.color == "bell2"


def test_the_sentence_of_the_fit_names_the_bells():
    assert explorers.explore_fit().sentence == (
        "Three bells at 5.00, 15.00 and 20.00 explain the curve; nothing is left over."
    )
    assert "another has fled" in chosen("explore_fit", "Needle").sentence


def test_bells_set_by_hand_are_scored_against_the_fit():
    explorer = make("explore_fit", problem=1)
    truth = explorer.state.values["truth"]
    hand(explorer, "guess", plain(truth))
    assert "guess" not in explorer.view["away"]
    assert explorer.sentence == "Where are the bells that made these dots?"
    hand(explorer, "revealed", True)
    assert explorer.sentence.startswith("Your bells leave nothing over, the fit nothing.")
    assert {"guess"} <= set(explorer.view["away"])


# Controls and marks


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


def test_a_mark_says_its_numbers_to_five_digits_and_what_is_no_number_as_nothing():
    mark = dots("a", [0, 1, 2.00001234, 5], [np.nan, np.inf, 1.23456789e-9, -123456.7]).data("it")
    assert mark["x"] == [0, 1, 2, 5]
    assert mark["y"] == [None, None, 1.2346e-9, -123460]
    curve = line("a", np.linspace(3, 7, 50), np.geomspace(1, 1e-9, 50), fill=0.2).data("it")
    assert (curve["even"], curve["x"]) == (True, [3, 7, 50])
    assert curve["y"][-1] == 0  # a bell's far-off foot


def test_the_still_picture_draws_every_kind_of_mark_on_every_kind_of_axis():
    panels = {
        "a": Panel(1, (1, 100), (1e-9, 1), "x", "y", True, True, {"x": [[10, "ten"]]}, ({"x": 5, "words": "here"},))
    }
    limits = {"a": ((1, 100), (1e-9, 1))}
    empty = still(panels, limits, {}, 300)
    assert base64.b64decode(empty).startswith(PNG)
    assert still(panels, limits, {"a": dots("a", [10], [0.1])}, 300) != empty
