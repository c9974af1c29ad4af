"""The classroom: the students' edition and its variants, marking, the doctor, the teacher's guide."""

import hashlib
import json
import re
import subprocess
import sys
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import autograd.numpy as np
import nbformat
import pytest
from autograd import grad
from chapters import NOTEBOOKS, PATHS, read, role

from gmm_course import explorers
from gmm_course.classroom import doctor
from gmm_course.classroom.mark import mark, marks_of, table
from gmm_course.classroom.proved import proved
from gmm_course.classroom.student import for_students, seeded, solved, write_edition
from gmm_course.exercises import exercise, numbers
from gmm_course.exercises.mystery import mystery, reveal
from gmm_course.explorers.inputs import share
from gmm_helpers import CLASSIC, Mixture, classic, fit, gaussian_pdf, relative_loss

ROOT = Path(__file__).parents[2]
SOURCES = {path.name: read(path) for path in PATHS}
NUMBERS = [c.metadata["exercise"] for notebook in SOURCES.values() for c in notebook.cells if role(c) == "check"]
SEEDS = (7,)


# The students' edition --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [None, 7])
def test_no_file_of_the_students_edition_holds_a_solution(tmp_path, seed):
    write_edition(tmp_path / "new", NOTEBOOKS, seed=seed)
    linked = {path.name for path in NOTEBOOKS.glob("*.md")}
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(SOURCES) | linked
    for name, source in SOURCES.items():
        text = (tmp_path / "new" / name).read_text()
        cells = json.loads(text)["cells"]
        assert len(cells) == sum(role(c) != "solution" for c in source.cells)
        assert "# Solution" not in text
        told = ["".join(cell["source"]) for cell in cells]
        for c in source.cells:
            if role(c) == "solution":
                number = c.metadata["exercise"]
                at = next(i for i, cell in enumerate(cells) if cell["metadata"].get("exercise") == number)
                lines = [line.strip() for line in exercise(number).answer.splitlines() if line.strip()]
                above = "\n".join(line.strip() for line in "\n".join(told[:at]).splitlines())
                for two in pairwise(lines[1:]):
                    assert "\n".join(two) not in above, (number, two)
                body = exercise(number).answer.split("\n", 1)[-1]
                assert body not in "\n\n".join(told), number


@pytest.mark.slow
def test_the_edition_wants_a_new_folder_and_notebooks(tmp_path):
    (tmp_path / "a file").touch()
    with pytest.raises(ValueError, match="`destination` must be a new or an empty folder"):
        write_edition(tmp_path, NOTEBOOKS)
    with pytest.raises(ValueError, match="`notebooks` must be the course's folder of notebooks"):
        write_edition(tmp_path / "new", tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "gmm_course", "student", "new"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (run.returncode, len(run.stderr.splitlines())) == (1, 1)
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_variant_judges_as_its_original_does(number, seed):
    variant = exercise(number).variant(seed)
    assert variant.check(variant.right).ok, variant.check(variant.right)
    for mistake in variant.mistakes:
        assert variant.check(variant.mistaken(mistake)).sentence == mistake[-1]
    assert _numbers(variant) == _numbers(exercise(number).variant(seed))
    if exercise(number).vary:
        assert len({_numbers(exercise(number).variant(seed)) for seed in range(6)}) > 1


def _numbers(variant):
    return repr((variant.inputs, variant.told))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_variant_tells_stands_in_its_task(seed):
    for source in SOURCES.values():
        variant = seeded(source, seed)
        for cell in source.cells:
            if role(cell) == "stub":
                number = cell.metadata["exercise"]
                told = exercise(number).variant(seed).told
                before, after = ("\n".join(_task(n, number)) for n in (source, variant))
                for old, new in told.items():
                    assert old in before
                    assert new in after
        assert all(f"seed={seed})" in c.source for c in variant.cells if role(c) == "check")


def _task(notebook, number):
    """The text before a stub, the stub, the hint."""
    at = next(i for i, c in enumerate(notebook.cells) if role(c) == "stub" and c.metadata["exercise"] == number)
    return [c.source for c in notebook.cells[at - 1 : at + 3] if role(c) != "check"]


# Marking ------------------------------------------------------------------------------------------------------------

CHAPTER = "01_generate_the_data.ipynb"
SOURCE = SOURCES[CHAPTER]
ANSWERED = ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6"]
# What a student writes into the stub of an exercise, and what is to be said of it.
WRITTEN = {
    "1.1": ("def true_axis(*_):\n    while True:\n        pass", "it ran longer than 10 seconds."),
    "1.2": ("import os\nos._exit(3)", "it ended the kernel."),
    "1.3": ("shares_of = 1 / 0", "it stopped with NameError: name 'shares_of' is not defined"),
    "1.4": ("def points_needed(std):\n    return 75", exercise("1.4").check(lambda _std: 75).sentence),
}


def _with_answers(notebook, answers):
    """As handed in: with these answers, and without the figures, which no check needs."""
    notebook = for_students(notebook)
    notebook.cells = [cell for cell in notebook.cells if not cell.source.startswith("draw.")]
    for cell in notebook.cells:
        if role(cell) == "stub":
            cell.source = answers.get(cell.metadata["exercise"], cell.source)
    return notebook


def _solutions(notebook):
    return {c.metadata["exercise"]: c.source for c in solved(notebook).cells if role(c) == "stub"}


@pytest.mark.slow
def test_a_variant_is_marked_by_its_seed():
    of_seven = for_students(solved(seeded(SOURCES["03_measure_the_misfit.ipynb"], 7)))
    ours = {seed: seeded(SOURCES["03_measure_the_misfit.ipynb"], seed) for seed in (7, 8)}
    assert {points for points, _ in marks_of(of_seven, ours[7]).values()} == {1}
    assert marks_of(of_seven, ours[8])["3.3"][0] == 0


@pytest.mark.slow
def test_an_endless_loop_or_a_dead_kernel_costs_its_own_mark_alone():
    marks = marks_of(
        _with_answers(SOURCE, _solutions(SOURCE) | {n: code for n, (code, _) in WRITTEN.items()}), SOURCE, timeout=10
    )
    assert marks == {n: (0, sentence) for n, (_, sentence) in WRITTEN.items()} | {
        n: (1, exercise(n).praise) for n in ("1.5", "1.6")
    }


@pytest.mark.slow
def test_a_cell_that_kills_the_process_that_marks_it_costs_its_own_file_alone(tmp_path):
    fatal = "import os\nimport signal\n\nos.kill(os.getppid(), signal.{})"
    written = {"ann": fatal.format("SIGKILL"), "bob": _solutions(SOURCE)["1.1"], "cid": fatal.format("SIGTERM")}
    for student, code in written.items():
        (tmp_path / student).mkdir()
        nbformat.write(_with_answers(SOURCE, {"1.1": code}), tmp_path / student / CHAPTER)
    marks = mark([tmp_path], NOTEBOOKS)
    for student in ("ann", "cid"):
        assert {m.sentence for m in marks if m.student == student} == {
            "it broke the process that marks it: look into this file yourself."
        }
    assert {m.exercise: m.points for m in marks if m.student == "bob"} == dict.fromkeys(ANSWERED, 0) | {"1.1": 1}


@pytest.mark.slow
def test_the_check_cells_that_come_back_count_for_nothing():
    """Edited, deleted, told to praise: our own are run where they stood, though their neighbours lost their marks."""
    handed = _with_answers(SOURCE, _solutions(SOURCE) | {"1.4": WRITTEN["1.4"][0]})
    handed.cells.insert(0, nbformat.v4.new_code_cell("def check(*_):\n    return 'Well done'"))
    for cell in handed.cells:
        if role(cell) == "check":
            cell.source = "check = print\nbell = shares_of = None"
        if role(cell) == "hint":
            cell.metadata = {}
    handed.cells = [c for c in handed.cells if (c.metadata.get("exercise"), role(c)) != ("1.2", "check")]
    handed.cells.append(
        nbformat.v4.new_code_cell("bell = shares_of = sample = 'names that come later count for nothing'")
    )
    assert {n: points for n, (points, _) in marks_of(handed, SOURCE).items()} == dict.fromkeys(ANSWERED, 1) | {"1.4": 0}


@pytest.mark.slow
def test_a_module_beside_a_notebook_is_not_ours(tmp_path):
    (tmp_path / "gmm_helpers.py").write_text("raise RuntimeError")
    nbformat.write(
        _with_answers(SOURCE, {"1.2": _solutions(SOURCE)["1.2"]}), tmp_path / "01_generate_the_data (1).ipynb"
    )
    assert {m.exercise: m.points for m in mark([tmp_path], NOTEBOOKS)} == dict.fromkeys(ANSWERED, 0) | {"1.2": 1}


def test_what_can_not_be_marked_is_said(tmp_path):
    for student, files in {
        "two": (CHAPTER, "01_generate_the_data-2.ipynb"),
        "no": ("letter.ipynb",),
        "half": (CHAPTER,),
    }.items():
        (tmp_path / student).mkdir()
        for name in files:
            (tmp_path / student / name).write_text('{"cells": [')
    said = {m.student: m.sentence for m in mark([tmp_path], NOTEBOOKS)}
    assert said["two"] == "2 files for this chapter: keep one."
    assert said["no"] == "not handed in."
    assert said["half"].startswith("this file is no notebook: ")
    with pytest.raises(ValueError, match="none was found"):
        mark([tmp_path / "no"], NOTEBOOKS)
    with pytest.raises(ValueError, match="`folders` must be folders"):
        mark([tmp_path / "nowhere"], NOTEBOOKS)


@pytest.mark.slow
def test_the_command_prints_a_table_and_writes_a_csv(tmp_path):
    """Of who solved all but one, and who began nothing: that every check passes solved, test_notebooks.py has seen."""
    for student, answers in {"ann": _solutions(SOURCE) | {"1.4": WRITTEN["1.4"][0]}, "bob": {}}.items():
        (tmp_path / student).mkdir()
        nbformat.write(_with_answers(SOURCE, answers), tmp_path / student / CHAPTER)
    command = [sys.executable, "-m", "gmm_course.classroom.mark", tmp_path, "--notebooks", NOTEBOOKS]
    csv = tmp_path / "m.csv"
    run = subprocess.run([*command, "--csv", csv], capture_output=True, text=True, check=True)
    head, ann, bob, _, *below = run.stdout.splitlines()
    assert head.split() == ["student", *ANSWERED, "points"]
    assert ann.split() == ["ann", "✓", "✓", "✓", "·", "✓", "✓", "5", "of", "6,", "83%"]
    assert bob.split() == ["bob", *"······", "0", "of", "6,", "0%"]
    assert below == [f"ann 1.4: {WRITTEN['1.4'][1]}", *(f"bob {number}: not begun." for number in ANSWERED)]
    rows = csv.read_text().splitlines()
    assert (len(rows), rows[0], rows[4][:9]) == (13, "student,exercise,points,sentence", "ann,1.4,0")


def test_a_table_counts_each_student_over_all_exercises(tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "bob").mkdir()
    for student in ("ann", "bob"):
        (tmp_path / student / CHAPTER).write_text("")
    assert table(mark([tmp_path], NOTEBOOKS)).count("0 of 6, 0%") == 2


# The doctor ---------------------------------------------------------------------------------------------------------


def test_a_healthy_laptop_is_told_so_in_a_line():
    for folder in (ROOT, NOTEBOOKS):
        assert doctor.examine(folder) == ()
        assert doctor.report(folder).startswith("All is there (Python 3.")
        assert "\n" not in doctor.report(folder)


@pytest.mark.parametrize(
    ("installed", "said"),
    [
        ({"autograd": None}, "`autograd` is missing"),
        ({"numpy": "1.26.4"}, "`numpy` is 1.26.4, the course needs >=2"),
        ({"jupyterlab_widgets": "1.1.0"}, "`jupyterlab_widgets` is 1.1.0, this `ipywidgets` needs ~=3"),
    ],
)
def test_what_is_missing_or_old_is_told_in_a_line_with_its_cure(installed, said, monkeypatch):
    def version(name, real=metadata.version):
        if installed.get(name.replace("-", "_"), "") is None:
            raise metadata.PackageNotFoundError(name)
        return installed.get(name.replace("-", "_")) or real(name)

    monkeypatch.setattr(metadata, "version", version)
    # ipywidgets spells the name either way
    told = [fault.replace("jupyterlab-widgets", "jupyterlab_widgets") for fault in doctor.examine(ROOT)]
    (fault,) = (fault for fault in told if said in fault)
    assert "\n" not in fault
    assert "Type" in fault
    assert "pip install" in fault or "uv sync" in fault


def test_a_kernel_of_another_python_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    (tmp_path / "kernels/python3").mkdir(parents=True)
    spec = {"argv": [str(tmp_path / "gone/python"), "-m", "ipykernel_launcher"], "display_name": "", "language": ""}
    (tmp_path / "kernels/python3/kernel.json").write_text(json.dumps(spec))
    (fault,) = doctor.examine(ROOT)
    assert f"starts {tmp_path / 'gone/python'}, not this Python. Type: " in fault


def test_a_chapter_that_is_missing_or_broken_is_found(tmp_path):
    write_edition(tmp_path / "course", NOTEBOOKS)
    assert doctor.examine(tmp_path / "course") == ()
    (tmp_path / "course/05_descend.ipynb").unlink()
    (tmp_path / "course/06_least_squares.ipynb").write_text("{")
    missing, broken = doctor.examine(tmp_path / "course")
    assert missing.startswith("Chapter 05 is missing")
    assert broken.startswith("Chapter 06 is missing or broken")
    (nowhere,) = doctor.examine(tmp_path)
    assert nowhere.startswith("No chapters lie in")


def test_a_bare_python_is_told_in_a_line_what_to_type(tmp_path):
    """A real one, that has nothing: the doctor runs where the course can't be imported."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    python = next(path for path in (tmp_path / "bin/python", tmp_path / "Scripts/python.exe") if path.exists())
    run = subprocess.run(
        [python, "-I", ROOT / "gmm_course/classroom/doctor.py"], cwd=ROOT, capture_output=True, text=True
    )
    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout.startswith(
        f"This Python, {python}, has no Jupyter. Type, in the folder of the course: python -m pip"
    )


def test_the_course_opens_with_an_explorer_and_then_calls_the_doctor():
    first, second, *_ = [cell.source for cell in SOURCES["00_start_here.ipynb"].cells if cell.cell_type == "code"]
    assert "explore_fit()" in first
    assert "from gmm_course.classroom.doctor import report" in second
    assert "print(report())" in second


def test_what_a_learners_saved_cells_have_proved_is_listed(tmp_path):
    """Right answers alone, in order; nothing where nothing is solved."""
    write_edition(tmp_path / "course", NOTEBOOKS)
    assert proved(tmp_path / "course") == []
    assert "Save them" in repr(proved(tmp_path / "course"))
    path = tmp_path / "course" / CHAPTER
    notebook, e = read(path), exercise("1.2")
    answers = {"1.1": ..., "1.2": e.right, "1.3": lambda *_arguments: 0.0}
    for cell in notebook.cells:
        if role(cell) == "check" and cell.metadata["exercise"] in answers:
            number = cell.metadata["exercise"]
            shown = {"text/html": exercise(number).check(answers[number])._repr_html_()}
            cell.outputs = [nbformat.v4.new_output("execute_result", shown, execution_count=1)]
    nbformat.write(notebook, path)
    nbformat.write(notebook, path.with_stem(f"{path.stem}-Copy1"))
    assert proved(tmp_path / "course") == [("1.2", e.praise.replace("`", ""))]
    for shown in (e.praise.split(":")[0], f"<code>{e.name}</code>", f"1 of {len(numbers())} exercises"):
        assert shown in proved(tmp_path / "course")._repr_html_()


# The teacher's guide --------------------------------------------------------------------------------------------------

GUIDE = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
EXPLORERS = {
    0: "explore_fit", 1: "explore_data", 2: "explore_parameters", 3: "explore_loss explore_landscape",
    4: "explore_gradient", 5: "explore_descent", 6: "explore_descent", 7: "explore_restarts", 8: "explore_prior",
    10: "explore_your_density", 12: "playground",
}  # fmt: skip


def _named(mark):
    """(chapter, name) for every name between such marks; each must follow a chapter's number."""
    once = rf"(?<!\*){re.escape(mark)}([^*\n]+){re.escape(mark)}(?!\*)"
    chains = re.findall(rf"chapter (\d+)((?:(?:,|,? and|, then| with)? {once})+)", GUIDE)
    found = [(int(chapter), name) for chapter, chain, *_ in chains for name in re.findall(once, chain)]
    assert len(found) == len(re.findall(once, GUIDE)), "a name without its chapter"
    return found


def test_the_presets_that_the_guide_names_exist():
    named = _named("*")
    assert named
    presets = {
        chapter: [preset for name in EXPLORERS[chapter].split() for preset in getattr(explorers, name)().presets]
        for chapter in {c for c, _ in named}
    }
    for chapter, name in named:
        assert name in presets[chapter], (chapter, name)


def test_the_sections_and_exercises_that_the_guide_names_exist():
    headings = {name[:2]: re.findall(r"^#+ (.+)$", _prose(source), re.M) for name, source in SOURCES.items()}
    for chapter, section in _named("**"):
        assert section in headings[f"{chapter:02d}"], (chapter, section)
    numbers = {
        n
        for found in re.findall(r"(?:exercises?|homework|in) ((?:\d+\.\d(?:, )?)+)", GUIDE)
        for n in found.split(", ")
        if n
    }
    assert numbers
    for number in numbers:
        assert number.strip() in NUMBERS


def _prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_the_minutes_add_up():
    """Those of each plan, and those that each chapter gives its sections."""
    plans = re.findall(r"^##+ .*?(\d+) minutes\n(.*?)(?=^#)", GUIDE, re.M | re.S)
    assert plans
    for minutes, plan in plans:
        assert sum(map(int, re.findall(r"^\| (\d+) \|", plan, re.M))) == int(minutes)
    for name, source in SOURCES.items():
        first = source.cells[0].source
        if stated := re.search(r"(\d+) minutes", first):
            given = sum(map(int, re.findall(r"^\| [^|]+ \| (\d+) \|$", first, re.M)))
            assert given == int(stated[1]), name


def test_the_keys_of_the_exit_quiz_are_right():
    quiz = re.search(r"## Exit quiz(.*?)## ", GUIDE, re.S)[1]
    key = re.search(r"Key: ([a-d ]+)\.", quiz)[1].split()
    options = [dict(re.findall(r"([a-d])\) (.+?)(?= · |$)", line)) for line in re.findall(r"^\d\. (.*)$", quiz, re.M)]
    chosen = [asked[letter] for asked, letter in zip(options, key, strict=True)]
    assert chosen[0] == f"{gaussian_pdf(0.0, 0.0, 0.2):.2f}"
    assert float(chosen[1]) == pytest.approx(grad(lambda s: np.exp(s) ** 2)(np.log(3)))
    assert chosen[2] == str((np.zeros(40)[:, None] - np.zeros(4)).shape)
    assert chosen[3] == "({:g}, {:g})".format(
        *grad(lambda v: (v[0] - 1) ** 2 + (v[0] * v[1]) ** 2)(np.array([1.0, 2.0]))
    )
    assert chosen[4] == ("the first" if 0.3 / 1 > 0.7 / 3 else "the second")


def test_one_kind_set_to_the_truth_by_hand_scores_as_the_guide_says():
    """Typed into the boxes of chapter 3: the three means; or the second weight, while the others share the rest."""
    x, y = classic()
    thirds, stds = np.full(3, 1 / 3), np.ones(3)
    means = Mixture(thirds, CLASSIC.means, stds), "1.327 → {:.3f}"
    weights = Mixture(share(thirds, 1, 0.5), [4, 12, 21], stds), "0.5 for the second weight makes it worse, {:.3f}"
    for mixture, said in (means, weights):
        assert said.format(relative_loss(y, mixture.pdf(x))) in GUIDE


@pytest.mark.slow
def test_the_trap_of_the_capstone_is_one():
    x, density, noise = mystery(2)
    fits = {K: fit(x, density, K, mass=None, rng=0) for K in (2, 3, 4, 5)}
    bic = {K: f.loss * np.sum(density**2) / noise**2 + 3 * K * np.log(x.size) for K, f in fits.items()}
    assert reveal(2)[0].n_components == 4
    assert min(bic, key=bic.get) == 3
    assert bic[4] - bic[3] < 6


@pytest.mark.slow
def test_the_cheat_sheet_is_a_page_and_up_to_date(tmp_path):
    """Made anew it is one page of A4, as the stored one is; that was made by the script as it stands."""
    subprocess.run([sys.executable, ROOT / "images/cheat_sheet.py", tmp_path / "new.pdf"], check=True)
    digest = hashlib.sha256((ROOT / "images/cheat_sheet.py").read_bytes()).hexdigest().encode()
    for page in ((tmp_path / "new.pdf").read_bytes(), (ROOT / "images/cheat_sheet.pdf").read_bytes()):
        assert re.findall(rb"/Count (\d+)", page) == [b"1"]
        width, height = map(float, re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", page).groups())
        assert (round(width), round(height)) == (595, 842)
        assert digest in page
