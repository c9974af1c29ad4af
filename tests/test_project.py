"""The project as a stranger meets it: README's commands, the pins, what an import loads, the images."""

import ast
import doctest
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from browser import free_port
from scipy import stats

import gmm_helpers
from gmm_helpers import CLASSIC, classic_grid, l2_loss

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
MODULES = re.findall(r"^    (\w+)", gmm_helpers.__doc__, re.MULTILINE)  # in order
COMMANDS = re.findall(r"^python -m pip install uv && uv run .*$", README, re.MULTILINE)


@pytest.fixture
def clean_copy(tmp_path):
    """What git tracks, and nothing else, in an empty folder."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what belongs to the project can't be told from what lies about")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, files.split("\0")):
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def outside():
    """The environment as it was before `uv run` put its own Python first."""
    venv = str(Path(sys.prefix))
    path = os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if not p.startswith(venv))
    dropped = ("VIRTUAL_ENV", "PYTHONPATH", "PYTEST_CURRENT_TEST", "MPLBACKEND")
    return {k: v for k, v in os.environ.items() if k not in dropped} | {"PATH": path}


def has_pip(environment):
    python = shutil.which("python", path=environment["PATH"])
    return (
        python and subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0
    )


def test_there_are_two_commands_and_ci_runs_the_second():
    assert COMMANDS == [
        "python -m pip install uv && uv run jupyter lab notebooks/00_start_here.ipynb",
        "python -m pip install uv && uv run --group test pytest",
    ]
    assert COMMANDS[1] in (ROOT / ".ci" / "run").read_text().splitlines()


@pytest.mark.network
def test_the_first_command_opens_the_course_and_installs_no_more_than_it_needs(clean_copy, tmp_path_factory):
    """At most 500 MB."""
    environment = outside()
    if not has_pip(environment):
        pytest.skip("no `python` with pip on the PATH besides this environment: README's command needs one")
    home = tmp_path_factory.mktemp("jupyter")
    port = free_port()
    settings = {"open_browser": False, "port": port, "port_retries": 0, "ip": "127.0.0.1", "allow_root": True}
    (home / "jupyter_server_config.json").write_text(
        json.dumps({"ServerApp": settings, "IdentityProvider": {"token": "t"}})
    )
    folders = {f"JUPYTER_{kind}_DIR": str(home) for kind in ("CONFIG", "DATA", "RUNTIME")}
    log = (home / "log").open("w")
    server = subprocess.Popen(
        ["bash", "-c", COMMANDS[0]],
        cwd=clean_copy,
        env=environment | folders,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        url = f"http://127.0.0.1:{port}/api/contents/00_start_here.ipynb?token=t"
        notebook = _wait_for(url, server, home / "log", seconds=300)
        assert notebook["content"]["cells"][0]["source"].startswith("# Start here")
        venv = clean_copy / ".venv"
        assert sum(path.lstat().st_size for path in venv.rglob("*") if path.is_file()) < 500e6
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
        log.close()


def _wait_for(url, server, log, seconds):
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{error}\n{log.read_text()}") from error
        except OSError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.3)


def pins():
    """The lines under `pip:` in environment.yml that name a version."""
    return re.findall(r"^\s+- (\S+==\S+)$", (ROOT / "environment.yml").read_text(), re.MULTILINE)


def test_the_pins_are_the_direct_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    direct = project["project"]["dependencies"] + project["dependency-groups"]["notebooks"]
    names = sorted(re.split(r"[<>=~!]", requirement)[0] for requirement in direct)
    assert sorted(pin.split("==")[0] for pin in pins()) == names


@pytest.mark.network
def test_the_pins_install_with_pip_and_pass_the_core_tests(clean_copy, tmp_path_factory):
    venv = tmp_path_factory.mktemp("pins") / "venv"
    environment = outside()
    subprocess.run([sys.executable, "-m", "venv", venv], check=True, env=environment)
    python = venv / "bin" / "python" if os.name != "nt" else venv / "Scripts" / "python.exe"
    quick = ["--quiet", "--disable-pip-version-check", "--no-compile"]
    install = [python, "-m", "pip", "install", *quick, *pins(), clean_copy]
    subprocess.run(
        [*install, "pytest", "pytest-xdist", "hypothesis", "nbclient"], check=True, env=environment, cwd=clean_copy
    )
    (clean_copy / "gmm_helpers").rename(clean_copy / "not_to_be_imported")  # the installed one is meant
    core = [f"tests/helpers/test_{name}.py" for name in ("mixture", "parameters", "derivatives", "bad_input")]
    subprocess.run(
        [python, "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider", *core],
        check=True,
        env=environment,
        cwd=clean_copy,
    )


def test_all_is_read_as_utf8_whatever_the_locale():
    """Windows reads a file as cp1252 unless it is told otherwise."""
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code = "import gmm_course.predictions, gmm_course.explorers, gmm_helpers as gh; gh.galaxies(), gh.old_faithful()"
    subprocess.run([sys.executable, "-W", "error::EncodingWarning", "-c", code], env=environment, check=True)


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("gmm_helpers", {"matplotlib", "matplotlib.pyplot", "ipywidgets", "sklearn"}),
        ("gmm_course.explorers", {"matplotlib.pyplot", "sklearn"}),
    ],
)
def test_an_import_loads_nothing_heavy_that_it_can_do_without(module, heavy):
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def imports(path):
    """(module, name) of every import in a file, by its absolute name; those inside functions are counted too."""
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: -node.level]) if node.level else ""
            yield from ((".".join(filter(None, (above, node.module))), alias.name) for alias in node.names)


def test_a_module_of_the_library_imports_only_from_those_above_it():
    """In the order that the package's docstring gives; `result` and `fit` alone look into the engine."""
    assert set(MODULES) == {path.stem for path in (ROOT / "gmm_helpers").glob("*.py")} - {"__init__"}
    for module in MODULES:
        for name, _ in imports(ROOT / "gmm_helpers" / f"{module}.py"):
            if name.startswith("gmm_helpers._engine"):
                assert module in ("result", "fit"), f"{module} imports {name}"
            elif name.startswith("gmm_helpers"):
                assert MODULES.index(name.split(".")[1]) < MODULES.index(module), f"{module} imports {name}"


def test_the_library_knows_neither_jupyter_nor_the_course():
    others = {"autograd", "gmm_helpers", "matplotlib", "numpy", "scipy", "sklearn", "threadpoolctl", "tqdm"}
    allowed = others | set(sys.stdlib_module_names)
    for path in (ROOT / "gmm_helpers").rglob("*.py"):
        assert {name.split(".")[0] for name, _ in imports(path)} <= allowed, path


@pytest.mark.parametrize("folder", ["gmm_course", "studies", "images", "docs"])
def test_no_private_name_crosses_a_package(folder):
    """Neither by import nor as an attribute of something that isn't `self` or the module's own."""
    for path in (ROOT / folder).rglob("*.py"):
        for name, what in imports(path):
            parts = f"{name}.{what}".split(".")
            assert parts[0] != "gmm_helpers" or not any(part.startswith("_") for part in parts), (
                f"{path} imports {parts}"
            )
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("_problem", "_run", "_search"), f"{path} reads {node.attr}"


def test_every_public_callable_shows_how_it_is_called():
    for name in gmm_helpers.__all__:
        thing = getattr(gmm_helpers, name)
        if callable(thing):
            assert ">>> " in thing.__doc__, name


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_docstrings_print_what_they_say(module):
    needs_new_scipy = module == "mixture" and not hasattr(stats, "Mixture")  # `to_scipy`, before SciPy 1.15
    assert doctest.testmod(import_module(f"gmm_helpers.{module}")).failed == needs_new_scipy


def test_readmes_examples_work_as_pasted(capsys):
    one_curve, counts = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names = {}
    exec(one_curve, names)
    assert "FitResult: success" in capsys.readouterr().out
    rng = np.random.default_rng(0)
    samples = np.concatenate([rng.normal(40, 5, 3000), rng.normal(60, 5, 1500)])
    edges = np.concatenate([np.arange(0, 50, 1.0), np.arange(50, 101, 2)])
    names |= {"x": (edges[1:] + edges[:-1]) / 2, "counts": np.histogram(samples, edges)[0], "width": np.diff(edges)}
    exec(counts, names)
    assert names["result"].success
    assert (abs(names["result"].areas - [3000, 1500]) < 4 * names["result"].standard_errors().areas).all()


def test_readmes_links_lead_somewhere():
    for target in re.findall(r"\]\(([\w./-]+)\)", README):
        assert (ROOT / target).exists(), target


def test_no_machine_and_no_registry_is_named():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    assert "uv.lock" not in files
    hosts = re.compile("py" + r"pi\.org|python" + "hosted|registry\\.npm" + "js")
    for name in files:
        if (path := ROOT / name).suffix in (".py", ".md", ".toml", ".yml", ".ipynb", ".cff", "") and path.is_file():
            assert not hosts.search(path.read_text(errors="ignore")), name


@pytest.mark.slow
def test_the_images_are_those_that_their_script_makes(tmp_path):
    """The same curves, through the same points to within a point of print: versions of Matplotlib differ by that."""
    subprocess.run([sys.executable, ROOT / "images" / "make.py", tmp_path], check=True)
    made, kept = ({path.name: _curves(path) for path in folder.glob("*.svg")} for folder in (tmp_path, ROOT / "images"))
    assert made.keys() == kept.keys()
    for name in made:
        for ours, theirs in zip(made[name], kept[name], strict=True):
            assert ours == pytest.approx(theirs, abs=1), name


def _curves(svg):
    """The coordinates of each curve of a picture."""
    paths = re.findall(r'<path d="([^"]*)" clip-path', svg.read_text())
    return [[float(number) for number in re.findall(r"-?\d+\.?\d*", path)] for path in paths]


def test_the_original_has_the_loss_of_the_course():
    """The baseline of the comparisons: its loss is ours, and its two kinds of grid agree."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        import original
    finally:
        sys.path.pop(0)
    params = [np.array([4.0, 12, 21]), np.zeros(3), np.full(3, 5.0)]
    x = classic_grid(25)
    np.testing.assert_allclose(original.mixture(params, 25), original.mixture(params, x))
    target = CLASSIC.pdf(x)
    theta = np.concatenate([params[2], params[0], params[1]])
    assert original.loss_func(target, params) == pytest.approx(l2_loss(theta, x, target), rel=1e-12)
