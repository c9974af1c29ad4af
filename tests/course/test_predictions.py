"""Predictions: each belongs to a question of its chapter, and a click in the page is told right or wrong."""

import json
import re
from itertools import pairwise

import pytest
from browser import chromium_page
from chapters import PATHS, read
from playwright.sync_api import sync_playwright

from gmm_course.predictions import numbers, predict

CELLS = {path.name: read(path).cells for path in PATHS}
CALL = re.compile(r'^predict\("(\w+)"\)$')


def test_they_stand_in_the_notebooks_in_order_each_below_its_question():
    found = []
    for name, cells in CELLS.items():
        for above, cell in pairwise(cells):
            if called := CALL.match(cell.source):
                found.append(called[1])
                assert re.fullmatch(r"\d+[a-z]", called[1])
                assert int(called[1][:-1]) == int(name[:2])
                assert "**Predict" in above.source, called[1]
    assert found == numbers()


@pytest.mark.parametrize("number", numbers())
def test_it_has_two_to_four_answers_and_a_sentence(number):
    spec = predict(number).spec
    assert 2 <= len(spec["choices"]) <= 4
    assert len(set(spec["choices"])) == len(spec["choices"])
    assert spec["sentence"].endswith(".")
    assert all(
        choice in repr(predict(number)._repr_mimebundle_()) for choice in spec["choices"]
    )  # where no page draws it


def test_the_right_answers_don_t_all_stand_in_one_place():
    places = [predict(number).spec["right"] for number in numbers()]
    assert max(map(places.count, range(4))) < 0.6 * len(places)


def test_an_unknown_number_is_refused():
    with pytest.raises(ValueError, match="`number` must be that of a prediction, such as '5a', got '0z'"):
        predict("0z")


@pytest.mark.browser
def test_one_click_is_told_right_or_wrong_and_a_second_changes_nothing():
    guess = predict(numbers()[0])
    spec = guess.spec
    page_source = f"""<!doctype html><title>guess</title><style>{guess._css}</style>
<body data-jp-theme-light="false"><script type="module">
{guess._esm.replace("export default", "const widget =").replace("export ", "")}
widget.render({{ model: {{ get: () => ({json.dumps(spec)}) }}, el: document.body }});</script>"""
    for clicked in range(len(spec["choices"])):
        with sync_playwright() as playwright, chromium_page(playwright, 800, 200) as page:
            page.set_content(page_source)
            buttons = page.get_by_role("group", name="your guess").get_by_role("button")
            assert page.locator(".gmm-verdict").inner_text() == ""
            paper = page.locator(".gmm-explorer").evaluate("e => getComputedStyle(e).backgroundColor")
            assert paper == "rgb(21, 24, 27)"
            buttons.nth(clicked).press("Enter")
            said = page.locator(".gmm-verdict").inner_text()
            assert said.startswith("✓ Right: " if clicked == spec["right"] else "✗ Not ")
            assert said.endswith(spec["sentence"])
            assert not page.locator(".gmm-answers button").first.is_visible()
