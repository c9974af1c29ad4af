"""The explorers as objects: no browser, no front end. What a hand can do, done; what is shown, read."""

import ast
import asyncio
import base64
import datetime
import html
import json
import re
import tracemalloc

import ipywidgets
import matplotlib.pyplot
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gmm_course import explorers
from gmm_course.explorers.as_code import literal
from gmm_course.explorers.controls import MixtureEditor, Number, share
from gmm_course.explorers.live_figure import LiveFigure, dots, line
from gmm_course.explorers.state import largest_error, random_mixture
from gmm_helpers import (
    CLASSIC,
    Mixture,
    classic,
    classic_grid,
    hellinger_distance,
    kl_divergence,
    relative_loss,
)

EXPLORERS = sorted(set(explorers.__all__) - {"explore_fit"})
everyone = pytest.mark.parametrize("name", EXPLORERS)
PNG = b"\x89PNG\r\n"


def make(name, **values):
    return getattr(explorers, name)(**values)


def shown(explorer):
    """The picture, after what must hold of every picture."""
    assert explorer.error.value == ""
    svg = explorer.figure._moving.value
    assert "nan" not in svg.replace("name", "")
    assert "inf" not in re.sub(r'aria-label="[^"]*"', "", svg)
    assert 'role="img"' in svg
    assert len(explorer.sentence.value) > 20
    assert explorer.sentence.value[-1] in ".?"
    for mark in explorer.figure.marks.values():
        assert mark.x.shape == mark.y.shape
    return svg


def parts(explorer):
    """Everything a hand can move."""
    return [part for control in explorer.controls.values() for part in control.parts]


def places(part):
    """Values through the range of a part, the ends among them."""
    if isinstance(part, ipywidgets.IntSlider):
        return [int(v) for v in np.linspace(part.min, part.max, 5)]
    if isinstance(part, ipywidgets.Checkbox):
        return [True, False]
    return [value for _, value in part._options_full]


@everyone
def test_it_opens_with_a_picture_a_question_and_a_sentence(name):
    explorer = make(name)
    svg = shown(explorer)
    assert explorer.question.value.endswith((".", "?"))
    assert f'aria-label="{explorer.sentence.value}"' in svg.replace("&#x27;", "'")
    assert explorer.redraws == 1
    assert "gmm-sentence" in explorer.sentence._dom_classes
    assert all(preset.question[-1] in ".?" for preset in explorer.presets.values())


@everyone
def test_every_control_moves_through_its_range(name):
    explorer = make(name)
    for part in parts(explorer):
        start = part.value
        for value in [*places(part), start]:
            before = explorer.redraws, part.value
            part.value = value
            assert explorer.redraws - before[0] == (value != before[1])  # one move, one picture
            shown(explorer)


@pytest.mark.slow
@everyone
def test_a_long_random_walk_leaves_it_whole(name):
    explorer = make(name)
    walk(explorer, np.random.default_rng(0), 110)
    assert matplotlib.pyplot.get_fignums() == []


def test_memory_stays_flat():
    explorer, rng = make("explore_data"), np.random.default_rng(1)
    walk(explorer, rng, 100)
    tracemalloc.start()
    walk(explorer, rng, 20)
    before = tracemalloc.get_traced_memory()[0]
    walk(explorer, rng, 100)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 2e6


def walk(explorer, rng, moves):
    """Random moves over all controls, with a preset, a new problem, a reveal or a reset now and then."""
    buttons = (explorer.fresh, explorer.reset)
    for _ in range(moves):
        what = rng.integers(12)
        if what == 0:
            explorer.chooser.value = str(rng.choice(list(explorer.presets)))
        elif what == 1:
            buttons[rng.integers(2)].click()
        elif what == 2:
            explorer.reveal.value = not explorer.reveal.value
        else:
            part = parts(explorer)[rng.integers(len(parts(explorer)))]
            part.value = places(part)[rng.integers(len(places(part)))]
        shown(explorer)


@everyone
def test_a_new_problem_is_the_same_for_everyone_and_reset_comes_back_to_it(name):
    one, other = make(name), make(name)
    for explorer in (one, other):
        explorer.fresh.click()
        explorer.fresh.click()
    assert literal_state(one) == literal_state(other)
    first = literal_state(one)
    assert one.state.values["veiled"]
    parts(one)[0].value = places(parts(one)[0])[-1]
    assert literal_state(one) != first
    one.reset.click()
    assert literal_state(one) == first
    one.chooser.value = next(iter(one.presets))
    assert literal_state(one) == literal_state(make(name))


def literal_state(explorer):
    return {key: literal(value) for key, value in explorer.state.values.items()}


@everyone
def test_what_it_shows_as_code_brings_the_state_back(name):
    explorer = make(name)
    explorer.chooser.value = list(explorer.presets)[-1]
    for part in parts(explorer)[::2]:
        part.value = places(part)[3 % len(places(part))]
    explorer.reveal.value = True
    explorer.as_code.value = True
    assert explorer.code.layout.display == ""
    *lines, call = ast.parse(explorer.code.value).body
    space = {}
    exec(compile(ast.Module(lines, []), "code", "exec"), space)
    again = eval(compile(ast.Expression(call.value), "code", "eval"), space)
    assert literal_state(again) == literal_state(explorer)
    assert again.figure.marks.keys() == explorer.figure.marks.keys()


@everyone
def test_revealing_shows_the_truth_beside_what_was_found(name):
    explorer = make(name)
    explorer.fresh.click()
    assert explorer.table.value == ""
    covered = [explorer.controls[key].widget.layout.display for key in explorer._hidden]
    assert covered == ["none"] * len(covered)
    explorer.reveal.value = True
    for mean in explorer.state.values["truth"].means:
        assert f"<td>{mean:.4g}</td>" in explorer.table.value
    assert all(not explorer.controls[key].widget.layout.display for key in explorer._hidden)


@everyone
def test_an_exception_shows_in_the_error_line_and_the_last_picture_stays(name):
    explorer = make(name)
    good, show = explorer.figure._moving.value, explorer.show

    def fail(_state):
        raise ValueError("no <such> luck")

    explorer.show = fail
    explorer.reveal.value = True
    assert explorer.error.value == "ValueError: no &lt;such&gt; luck"
    assert explorer.figure._moving.value == good
    explorer.show = show
    explorer.reveal.value = False
    assert explorer.error.value == ""


def test_a_name_that_it_does_not_know_is_refused():
    with pytest.raises(TypeError, match="no value is called 'truths': choose from"):
        explorers.explore_data(truths=CLASSIC)


def test_a_cell_run_three_times_answers_once():
    runs = [explorers.explore_data() for _ in range(3)]
    runs[-1].controls["truth"].rows[0][1].slider.value += 1
    assert [explorer.redraws for explorer in runs] == [1, 1, 2]


@everyone
def test_it_leaves_a_still_picture_where_no_kernel_runs(name):
    bundle = make(name)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert base64.b64decode(bundle["image/png"]).startswith(PNG)
    assert bundle["text/plain"].startswith(f"{name}(): ")
    assert matplotlib.pyplot.get_fignums() == []


# What the presets teach


def chosen(name, preset, *, work=False, **values):
    explorer = make(name, **values)
    explorer.chooser.value = preset
    if work:
        explorer.work.runners[0].click()
    shown(explorer)
    return explorer


def test_points_see_too_much_of_a_thin_bell():
    explorer = chosen("explore_data", "Above one")
    x = classic_grid()
    area = explorer.state.values["truth"].pdf(x).sum() * x[1]
    assert f"see an area of {area:.3f}" in explorer.sentence.value
    assert area > 1.1


def test_two_humps_become_one():
    explorer = chosen("explore_data", "Merge")
    assert "two humps" in explorer.sentence.value
    explorer.state.update(truth=Mixture([0.5, 0.5], [10.05, 13.95], [2, 2]))
    assert "one hump;" in explorer.sentence.value


def test_a_common_shift_of_logits_changes_nothing():
    explorer = make("explore_parameters")
    before = explorer.figure.marks["mixture"].y
    explorer.chooser.value = "All up"
    assert explorer.sentence.value.startswith("Raising all three logits by 7 changed nothing")
    assert np.array_equal(explorer.figure.marks["mixture"].y, before)


def test_the_four_distances_are_the_package_s():
    explorer = make("explore_loss")
    x, y = classic()
    f = explorer.state.values["ours"].pdf(x)
    theirs = [relative_loss(y, f), kl_divergence(y, f, x[1]), kl_divergence(f, y, x[1]), hellinger_distance(y, f, x[1])]
    assert re.findall(r" (-?[\d.]+)<", explorer.status.value) == [f"{distance:.4f}" for distance in theirs]


def test_the_ball_flees():
    explorer = chosen("explore_loss", "Fleeing", work=True)
    end = explorer.state.values["ours"].means[0]
    x, y = classic()

    def loss(mean):
        return relative_loss(y, Mixture(CLASSIC.weights, [mean, 15, 20], CLASSIC.stds).pdf(x))

    assert end < -3
    assert loss(end) <= min(loss(end - 0.01), loss(end + 0.01))
    assert "lies on a floor, not the deepest" in explorer.sentence.value


def test_a_ball_short_of_the_floor_is_told_to_roll_on():
    short = Mixture(CLASSIC.weights, [5.25, 15, 20], CLASSIC.stds)
    assert "would roll from 5.25 to the left" in make("explore_loss", ours=short).sentence.value


def test_a_tiny_weight_is_not_told_as_nought():
    said = make("explore_parameters", logits=[12, -12, 12]).sentence.value
    assert "are 0.500, 1.9e-11 and 0.500" in said
    assert said.endswith("Small, but never 0.")


def test_twins_are_told():
    assert "they will never part" in chosen("explore_gradient", "Twins").sentence.value
    assert "widen most: its log-std has slope −0.148" in chosen("explore_gradient", "Start").sentence.value
    assert "No bell wants to move" in chosen("explore_gradient", "At the truth").sentence.value


def test_a_valley_is_long_and_a_wrong_answer_is_pleased():
    assert "arrived after 3,059 steps" in chosen("explore_descent", "Long valley", work=True).sentence.value
    pleased = chosen("explore_descent", "Wrong, and pleased").sentence.value
    assert "reports success, but 8.6\u00a0%" in pleased
    assert "after 0 iterations and reports success" in chosen("explore_descent", "Kilometres to metres").sentence.value


def test_restarts_are_counted():
    assert "alike still" in chosen("explore_restarts", "Equal means").sentence.value
    explorer = chosen("explore_restarts", "Wide fifty", work=True)
    assert explorer.sentence.value == "All of 50 starts reach the lowest valley."
    ends = [end.loss for end in explorer.state.result["runs"]]
    assert ends == sorted(ends)
    explorer.controls["seed"].value = 3.0
    assert "earlier starts" in explorer.sentence.value


def test_a_loud_prior_pulls_the_narrow_bell():
    loud = chosen("explore_prior", "Too loud")
    assert "truly 1.00, is fitted as 1.17" in loud.sentence.value
    quiet = chosen("explore_prior", "A whisper", work=True)
    assert quiet.sentence.value.startswith("None of 30 starts")


def test_fifty_guesses_fail_where_the_curve_tells():
    explorer = chosen("playground", "Claw")
    assert "nothing is left over" in explorer.sentence.value
    explorer.work.runners[0].click()
    assert explorer.sentence.value.startswith("None of 50 guesses")


def test_a_bell_narrower_than_its_smoothing_is_doubted():
    three = chosen("explore_your_density", "Galaxies, three").sentence.value
    assert "the first is narrower than the smoothing that made the curve, 1.86 against 1.89" in three
    four = chosen("explore_your_density", "Galaxies, four", work=True)
    assert "leave 0.00025\u00a0% of the curve's squares over, but the second is narrower" in four.sentence.value
    assert "5 of 5 other seeds end at this loss" in four.status.value


def test_a_background_left_in_is_paid_for_until_it_is_taken_off():
    explorer = chosen("explore_your_density", "Offset left in")
    assert "an area of 378.7; but the curve hardly falls below 6\u00a0% of its peak" in explorer.sentence.value
    explorer.controls["take_off"].value = 4.5  # of a peak that is itself 5 % too high
    assert 262 < fitted_area(explorer) < 282
    explorer.chooser.value = "Log-spaced"
    explorer.controls["free"].value = False
    assert explorer.sentence.value == "The curve's area is 272.6, not 1: let the area be fitted too."


def fitted_area(explorer):
    return float(re.search(r"area is (.*)\.", explorer.sentence.value)[1])


def hand_in(explorer, text, name="mine.csv"):
    when = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    file = {"name": name, "type": "text/csv", "size": len(text), "content": memoryview(text.encode())}
    explorer.controls["example"].upload.value = (file | {"last_modified": when},)


def test_a_file_is_taken_and_its_bells_can_be_kept():
    explorer, truth = make("explore_your_density"), Mixture([0.4, 0.6], [480, 560], [12, 30])
    x = np.linspace(400, 700, 120)
    hand_in(explorer, "\n".join(f"{a};{b}".replace(".", ",") for a, b in zip(x, 5e4 * truth.pdf(x), strict=True)))
    explorer.controls["n_components"].value = 2.0
    shown(explorer)
    assert fitted_area(explorer) == 5e4
    bells = explorer.controls["example"].bells.value
    assert "mine.csv" in bells
    kept = json.loads(base64.b64decode(re.search('base64,([^"]*)', bells)[1]))
    assert largest_error(Mixture.from_dict(kept["mixture"]), truth) < 1e-6
    assert kept["mass"] == pytest.approx(5e4)
    again = make("explore_your_density", **explorer.state.values)
    assert again.sentence.value == explorer.sentence.value
    explorer.chooser.value = "Geyser"
    assert "at 54.26 and 80.24" in explorer.sentence.value


def test_a_bad_file_is_told_by_its_line_and_nothing_changes():
    explorer = make("explore_your_density")
    before = literal_state(explorer), explorer.sentence.value, explorer.figure._moving.value
    for text, words in {
        "1,2\n2,abc\n": "got '2,abc' in line 2",
        "1,-2\n2,-1\n": "`density` must be positive somewhere",
        "": "at least 2 lines of numbers in columns 0 and 1, got 0",
    }.items():
        hand_in(explorer, text)
        assert words in html.unescape(explorer.error.value)
        assert (literal_state(explorer), explorer.sentence.value, explorer.figure._moving.value) == before
    hand_in(explorer, "1,1\n2,2\n3,1\n")  # mended, and under the same name
    assert explorer.error.value == ""
    assert explorer.sentence.value == "3 points can't tell 9 numbers: take fewer bells."


# Long work


def test_stop_is_heard_and_keeps_what_was_found():
    async def stopped():  # all is asserted while the loop runs: its end would stop any task
        explorer = make("explore_restarts", kind="k-means++")
        explorer.work.runners[0].click()
        assert explorer.work.runners[0].disabled
        while len((explorer.state.result or {"runs": ()})["runs"]) < 3:
            await asyncio.sleep(0.001)
        explorer.work.stop.click()
        await asyncio.sleep(0.02)
        found = len(explorer.state.result["runs"])
        assert not explorer.work.runners[0].disabled
        assert explorer.work.stop.disabled
        await asyncio.sleep(0.3)
        assert len(explorer.state.result["runs"]) == found < 50
        explorer.refresh()
        assert f"of {found} starts" in explorer.sentence.value

    asyncio.run(stopped())


def test_a_moved_control_ends_long_work():
    async def moved():
        explorer = make("explore_restarts", kind="k-means++")
        explorer.work.runners[0].click()
        await asyncio.sleep(0.05)
        explorer.controls["seed"].value = 3.0
        await asyncio.sleep(0.02)
        assert not explorer.work.runners[0].disabled
        assert "earlier starts" in explorer.sentence.value or "Predict" in explorer.sentence.value

    asyncio.run(moved())


def test_reset_forgets_the_result_of_long_work():
    explorer = chosen("explore_restarts", "K-means++ fifty", work=True)
    assert "of 50 starts reach" in explorer.sentence.value
    explorer.reset.click()
    assert "Predict, then run them" in explorer.sentence.value


@pytest.mark.parametrize("name", ["explore_prior", "playground"])
def test_a_preset_shows_the_same_wherever_one_comes_from(name):
    for preset in make(name).presets:
        explorer = make(name)
        for other in reversed(explorer.presets):
            explorer.chooser.value = other
        explorer.chooser.value = preset
        assert explorer.sentence.value == chosen(name, preset).sentence.value


def test_an_exception_of_long_work_reaches_the_error_line():
    async def failed():
        explorer = make("explore_restarts")

        def job(_state):
            yield 0.1
            raise RuntimeError("the work broke")

        explorer.work.start(job)
        await asyncio.sleep(0.05)
        assert explorer.error.value == "RuntimeError: the work broke"
        assert not explorer.work.runners[0].disabled

    asyncio.run(failed())


# Controls


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


def test_an_editor_notifies_once_for_each_move():
    editor, seen = MixtureEditor(CLASSIC), []
    editor.observe(lambda change: seen.append(change["new"]), "value")
    editor.rows[0][0].slider.value = 60
    assert len(seen) == 1
    assert seen[0].weights == pytest.approx([0.6, 0.4 * 5 / 7, 0.4 * 2 / 7])
    editor.value = Mixture([0.5, 0.5], [8, 16], [2, 2])
    assert len(editor.rows) == 2
    assert editor.rows[1][1].box.value == 16


def test_a_number_keeps_between_steps_what_a_preset_sets_and_clips_what_a_hand_types():
    number = Number("μ", 5, 0, 25, 0.05)
    number.value = 10.1667
    assert number.slider.value == 203
    assert number.value == 10.1667
    number.box.value = 99
    assert (number.value, number.box.value, number.slider.value) == (25, 25, 500)
    number.box.value = float("nan")
    assert (number.value, number.box.value) == (25, 25)


def test_a_slider_of_logarithms_reaches_both_ends():
    number = Number("h", 1e-4, 1e-15, 0.1, log=True)
    number.slider.value = 0
    assert number.value == 1e-15
    number.slider.value = number.slider.max
    assert number.value == pytest.approx(0.1)


def test_controls_that_do_not_count_are_put_away():
    explorer = make("explore_descent")
    for method, display in {"gradient descent": "", "LM": "none", "BFGS": "none"}.items():
        explorer.controls["method"].value = method
        rows = [explorer.controls["step"].widget, *explorer.work.widgets]
        assert [row.layout.display for row in rows] == [display] * 2
    assert not explorer.controls["method"].widget.layout.display


def test_random_problems_are_mixtures_that_can_be_told_apart():
    for seed in range(50):
        mixture = random_mixture(np.random.default_rng(seed))
        assert mixture.weights.min() > 0.05
        assert np.diff(mixture.means).min() > 1.4
        order = np.random.default_rng(seed).permutation(3)
        shuffled = Mixture(mixture.weights[order], mixture.means[order], mixture.stds[order])
        assert largest_error(shuffled, mixture) == 0


# The live figure


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_paths_stand_where_matplotlib_would_draw_them(scale, tmp_path):
    figure = LiveFigure([["only"]], 5, 3)
    ax = figure.axes["only"]
    ax.set(xlim=(0.5, 20), ylim=(0.01, 2), xscale=scale, yscale=scale)
    x, y = np.array([1.0, 2.5, 7.0, 19.0]), np.array([0.02, 1.5, 0.3, 1.9])
    figure.draw({"it": line(ax, x, y)}, "a line")
    ours = re.search(r'data-name="it"[^>]* d="([^"]*)"', figure._moving.value)[1]
    ax.plot(x, y, gid="oracle")
    figure.figure.savefig(tmp_path / "oracle.svg")
    theirs = re.search(r'id="oracle">\s*<path d="([^"]*)"', (tmp_path / "oracle.svg").read_text())[1]
    assert numbers(ours) == pytest.approx(numbers(theirs), abs=0.06)


def numbers(path):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", path)]


def test_of_a_level_stretch_the_ends_are_drawn():
    figure = LiveFigure([["only"]])
    ax = figure.axes["only"]
    ax.set(xlim=(0, 6), ylim=(0, 1))
    figure.draw({"it": line(ax, range(7), [0, 0, 0, 0.5, 0.5, 0.5, 1]), "flat": line(ax, range(7), np.zeros(7))}, "")
    paths = dict(re.findall(r'data-name="(it|flat)"[^>]* d="([^"]*)"', figure._moving.value))
    corners = ax.transData.transform([(0, 0), (2, 0), (3, 0.5), (5, 0.5), (6, 1)])[:, 0]
    assert numbers(paths["it"])[::2] == pytest.approx(corners, abs=0.06)
    assert numbers(paths["flat"])[::2] == pytest.approx(corners[[0, -1]], abs=0.06)


def test_a_gap_breaks_a_line_and_nothing_else():
    figure = LiveFigure([["only"]])
    ax = figure.axes["only"]
    ax.set(xlim=(0, 4), ylim=(0, 1))
    figure.draw({"it": line(ax, [0, 1, 2, 3, 4], [0.1, 0.2, np.nan, 1e300, 0.5]), "no": dots(ax, [1], [np.inf])}, "")
    path = re.search(r'data-name="it"[^>]* d="([^"]*)"', figure._moving.value)[1]
    assert path.count("M") == 2
    assert len(numbers(path)) == 8
    assert max(map(abs, numbers(path))) <= 20_000
    assert 'd=""' in figure._moving.value


@everyone
def test_its_legends_stay_inside_the_figure(name):
    figure = make(name).figure.figure
    figure.draw_without_rendering()
    for legend in filter(None, (ax.get_legend() for ax in figure.axes)):
        box = legend.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= 0.97 * figure.bbox.width  # a browser's letters may be wider


def test_a_frame_is_drawn_once_for_its_limits():
    figure = LiveFigure([["only"]])
    ax, frames = figure.axes["only"], set()
    for top in (1, 2, 1, 2):
        figure.limits(ax, ylim=(0, top))
        figure.draw({}, "nothing")
        frames.add(figure._frame.value)
    assert len(frames) == len(figure._frames) == 2
    assert "<style" not in figure._frame.value  # a rule for every element would rule the whole page
