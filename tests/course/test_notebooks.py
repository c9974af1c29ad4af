"""The notebooks: clean in git, running in any state of completion, hiding no error, true in what their prose claims."""

import ast
import json
import re

import pytest
from chapters import NOTEBOOKS, PATHS, code_cells, read, role, tags

CHAPTERS = [path for path in PATHS if re.match(r"0[1-9]|1[01]", path.name)]
GLOSSARY = NOTEBOOKS / "glossary.md"
EXERCISED = [path for path in PATHS if any(role(cell) == "check" for cell in read(path).cells)]
everywhere = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
chapters = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@everywhere
def test_it_is_committed_without_outputs(path):
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        assert not cell.get("outputs"), cell["id"]
        assert cell.get("execution_count") is None, cell["id"]
    assert "widgets" not in notebook["metadata"]
    assert path.stat().st_size < 100_000


@everywhere
def test_it_installs_nothing(path):
    """But for one cell, which does something on Colab alone."""
    installing = [cell.source for cell in code_cells(read(path)) if re.search(r"^\s*[%!]\s*pip", cell.source, re.M)]
    assert len(installing) <= 1
    assert all("google.colab" in source for source in installing)


@everywhere
def test_it_runs_from_top_to_bottom_and_hides_no_error(path, executed):
    run = executed(path)
    assert not run.outputs("error")
    for cell, output in run.outputs("stream"):
        assert output.name == "stdout", f"{cell.id} warns: {output.text}"
        for line in output.text.splitlines():  # JupyterLab breaks a longer one in mid-word, at 1280 pixels
            assert len(line) <= 105, f"{cell.id} prints {line}"
    for state in run.widget_states():  # what an `observe` callback raises shows nowhere else
        for output in state["state"].get("outputs", []):
            assert output["output_type"] != "error", output
        if "gmm-error" in state["state"].get("_dom_classes", []):
            assert not state["state"].get("value"), state["state"]["value"]


@everywhere
def test_every_picture_has_a_text_and_none_is_stray(path, executed):
    run = executed(path)
    for cell, output in run.outputs():
        data = output.get("data", {})
        if "image/png" in data:
            assert "application/vnd.jupyter.widget-view+json" in data, f"{cell.id} shows a figure without a text"
    for cell, source in run.html():
        for image in images(source):
            assert len(image.get("alt", "")) > 20, cell.id


@everywhere
def test_what_its_prose_claims_is_so(path, executed):
    run = executed(path)
    wrong = {key: value for key, value in run.claims.items() if key[1] != value}
    assert not wrong
    for cell in read(path).cells:
        for text in cell.metadata.get("claims", {}):
            assert text in cell.source, f"{cell.id} doesn't say {text!r}"


@pytest.mark.parametrize("path", EXERCISED, ids=lambda path: path.stem)
def test_its_exercises_are_open_untouched_and_right_solved(path, executed):
    run = executed(path)
    checks = [cell for cell in run.notebook.cells if role(cell) == "check"]
    for cell in checks:
        verdict = "".join(o.data.get("text/html", "") for o in cell.outputs if "data" in o)
        assert ">…</b>" in verdict, f"{cell.metadata['exercise']}: {verdict}"
    for number in {cell.metadata["exercise"] for cell in checks}:
        roles = {role(c) for c in run.notebook.cells if c.metadata.get("exercise") == number}
        assert roles == {"stub", "check", "hint", "solution"}, number
        assert ">✓</b>" in run.verdicts[number], f"{number}: {run.verdicts[number]}"


@everywhere
def test_nothing_leans_on_what_a_learner_writes(path):
    """So it runs in any state of completion: where it reads a name that a stub gives, that is the chapter's own."""
    learners = {name for cell in code_cells(read(path)) if role(cell) == "stub" for name in names(cell)[0]}
    own = set()
    for cell in code_cells(read(path)):
        if not role(cell):
            given, asked = names(cell)
            own |= given
            assert asked & learners <= own, cell.id


def names(cell):
    """Those that a cell gives, and those that it reads."""
    nodes = list(ast.walk(ast.parse(re.sub(r"^\s*[%!].*", "", cell.source, flags=re.M))))
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    found = [node for node in nodes if isinstance(node, ast.Name)]
    stored = {node.id for node in found if isinstance(node.ctx, ast.Store)}
    return defined | stored, {node.id for node in found if isinstance(node.ctx, ast.Load)}


@everywhere
def test_a_folded_solution_shows_no_answer(path):
    """JupyterLab shows the first line of a folded cell."""
    for cell in read(path).cells:
        if role(cell) == "solution":
            assert cell.source.startswith("#"), cell.metadata["exercise"]
            assert cell.metadata["jupyter"]["source_hidden"]


@chapters
def test_a_chapter_has_its_shape(path):
    notebook = read(path)
    prose = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for heading in ("You will learn", "Key points", "Further reading"):
        assert heading in prose
    assert any(role(cell) == "check" for cell in notebook.cells)


@pytest.mark.parametrize("path", [*PATHS, *NOTEBOOKS.glob("*.md")], ids=lambda path: path.name)
def test_its_links_lead_to_the_notebooks_folder_which_jupyter_takes_for_its_root(path):
    targets = re.findall(r"\]\(([\w./-]+\.\w+)\)", path.read_text(encoding="utf-8"))
    assert {target for target in targets if ".." in target or not (NOTEBOOKS / target).exists()} == set()


# At this speed a chapter is read and run; a picture takes a minute, an exercise three.
WORDS, LINES = 130, 8


@chapters
def test_its_minutes_hold(path):
    """What it states is right to 20 % for its words, lines, pictures and exercises, those left for later aside."""
    notebook = read(path)
    first = notebook.cells[0].source.split("\n\n")[1]
    stated, later = int(re.search(r"(\d+) minutes", first)[1]), len(re.findall(r"\b\d+\.\d", first))
    exercises = sum(role(cell) == "check" for cell in notebook.cells) - later
    lines = [line for cell in code_cells(notebook) if not role(cell) for line in cell.source.splitlines()]
    pictures = sum(bool(re.match(r"draw\.|explore_", line)) for line in lines)
    needed = words(path) / WORDS + len([line for line in lines if line.strip()]) / LINES + pictures + 3 * exercises
    assert 0.8 * needed <= stated <= 1.2 * needed, needed
    assert 25 <= stated <= 40
    assert needed <= 40


@pytest.mark.parametrize("path", [PATHS[0], *CHAPTERS], ids=lambda path: path.stem)
def test_it_is_short_and_its_code_is_the_idea(path):
    notebook = read(path)
    assert 900 <= words(path) <= 1500
    for cell in code_cells(notebook):
        if not role(cell):
            assert len([line for line in cell.source.splitlines() if line.strip()]) <= 20, cell.id
        assert not re.search(r"\bax(es)?\.|plt\.(?!style)", cell.source), (
            f"{cell.id} draws: that is for gmm_course.pictures"
        )


def words(path):
    """How many are read: without hints, exercises and references, a formula or a piece of code counting as one."""
    read_here = [cell for cell in read(path).cells if cell.cell_type == "markdown" and role(cell) != "hint"]
    text = "\n\n".join(c.source for c in read_here if not c.source.startswith("### Exercise"))
    text = re.split(r"^## Further reading", text, flags=re.M)[0]
    text = re.sub(r"\$\$.+?\$\$|\$.+?\$|`[^`]+`", " X ", text, flags=re.S)
    text = re.sub(r"<[^>]+>|\]\([^)]*\)", " ", text)
    return len(re.findall(r"\w[\w'’.,-]*", text))


def images(source):
    """The attributes of every image of an HTML source."""
    return [attributes for name, attributes in tags(source) if name == "img"]


def test_the_glossary_names_the_chapter_where_each_word_first_occurs():
    rows = re.findall(r"^\| (.+?) \| (.+?) \| .+ \| \[(\d+)\]\((\S+)\) \|$", GLOSSARY.read_text(), re.M)
    assert len(rows) > 20
    for _, word, chapter, name in rows:
        first = next(path.name for path in PATHS if word.lower() in prose(path))
        assert (name, int(name[:2])) == (first, int(chapter)), word
    for word in ("local minimum", "saddle", "plateau", "step length", "learning rate", "convergence", "condition"):
        assert word in GLOSSARY.read_text()
    for word in ("identifiability", "regularisation", "overfitting", "initialisation", "backpropagation"):
        assert word in GLOSSARY.read_text()


def prose(path):
    """What a chapter says, without emphasis, in small letters; hints are left out, since they are folded."""
    told = [cell.source for cell in read(path).cells if cell.cell_type == "markdown" and role(cell) != "hint"]
    return "\n".join(told).replace("*", "").lower()
