"""The site: every chapter readable without kernel and network, no broken link, nothing that keeps a reader out."""

import ast
import json
import re
import sys
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium_page, free_port, serving
from chapters import NOTEBOOKS, PATHS, code_cells, read, tags
from playwright.sync_api import sync_playwright

import gmm_helpers

pytestmark = pytest.mark.browser
DOCS = Path(__file__).parents[2] / "docs"
NAMES = [path.stem for path in PATHS]
PAGES = ["index.html", *(f"{folder}/{name}.html" for folder in ("notebooks", "slides") for name in NAMES)]
# Of what the notebooks import: in pyodide-lock.json of Pyodide 314.0.6 (npm's package `pyodide` holds that file).
PYODIDE = {"ipython", "matplotlib", "numpy", "scikit-learn", "scipy", "tqdm", "traitlets", "typing-extensions"}
# Shipped inside the browser kernel's own extension.
KERNEL = {"ipykernel", "widgetsnbextension"}
IMPORT_NAMES = {"gmm_course": "gmm_helpers", "sklearn": "scikit-learn", "IPython": "ipython"}


@pytest.fixture(scope="module")
def site(executed, tmp_path_factory):
    """The whole site, of notebooks that other tests have run, too."""
    sys.path.insert(0, str(DOCS))
    try:
        from build_site import build
    finally:
        sys.path.pop(0)
    folder = tmp_path_factory.mktemp("site")
    # From the last on: another process runs them from the first on, and neither waits for the other's.
    run = {path.stem: executed(path).notebook for path in reversed(PATHS)}
    build(folder, {path.stem: run[path.stem] for path in PATHS})
    return folder


@pytest.fixture(scope="module")
def base(site, tmp_path_factory):
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(site)]
    log = tmp_path_factory.mktemp("server") / "log"
    with serving(command, None, log, f"http://127.0.0.1:{port}", "/index.html") as base:
        yield base


@pytest.fixture(scope="module")
def page(base):
    """A page that reaches the site and nothing else; what it asked for elsewhere stands in `page.outside`."""
    with sync_playwright() as playwright, chromium_page(playwright, 1280, 720) as page:
        page.outside = []

        def meet(route):
            if route.request.url.startswith((base, "data:", "blob:")):
                return route.continue_()
            page.outside.append(route.request.url)
            return route.abort()

        page.context.route("**/*", meet)
        yield page


def pictures(notebook):
    """How many pictures the outputs hold, stills of explorers among them, and how many explorers that live."""
    data = [o.get("data", {}) for c in code_cells(notebook) for o in c.outputs]
    living = sum(d.get("text/plain", "").startswith(("explore_fit(", "playground(")) for d in data)
    images = sum("<img" in d.get("text/html", "") or ("image/png" in d and "text/html" not in d) for d in data)
    return images - living, living


@pytest.mark.parametrize("name", NAMES)
def test_a_chapter_shows_its_pictures_and_formulas_without_network(name, base, page, executed):
    page.outside.clear()
    page.goto(f"{base}/notebooks/{name}.html")
    assert not page.outside
    shown = page.evaluate("[...document.images].filter(i => i.complete && i.naturalWidth && i.alt.length > 20).length")
    notebook = executed(NOTEBOOKS / f"{name}.ipynb").notebook
    assert (shown, page.locator(".gmm-figure").count()) == pictures(notebook)
    assert shown == page.locator("img").count()
    flat = (
        "[...document.querySelectorAll('math')].filter(m => m.checkVisibility() && !m.getBoundingClientRect().height)"
    )
    assert page.evaluate(f"{flat}.length") == 0
    prose = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    formulas = re.findall(r"\$\$.+?\$\$|\$.+?\$", re.sub(r"`[^`]*`", "", prose), re.DOTALL)
    assert page.locator("math").count() == len(formulas)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", NAMES)
def test_slides_hold_every_picture_and_fit_the_projector(name, base, page):
    page.outside.clear()
    page.goto(f"{base}/notebooks/{name}.html")
    all_of_them = page.locator("img, .gmm-explorer").count()
    page.goto(f"{base}/slides/{name}.html")
    assert page.locator("img").count() == all_of_them
    tall = "[...document.querySelectorAll('section')].filter(s => s.scrollHeight > innerHeight).map(s => s.innerText)"
    assert page.evaluate(tall) == []
    page.keyboard.press("ArrowRight")
    page.wait_for_function("scrollY >= innerHeight - 1")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("scrollY === 0")
    assert not page.outside


@pytest.mark.parametrize("path", PAGES)
def test_nothing_keeps_a_reader_out(path, base, page):
    """Axe finds nothing critical and nothing serious."""
    page.goto(f"{base}/{path}")
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("critical", "serious")]
    assert not found, [(v["id"], v["nodes"][0]["html"][:200]) for v in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_api_pages_have_the_systems_theme_and_can_be_read_in_it(scheme, base, page):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{base}/api/gmm_helpers.html")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    found = Axe().run(page, None, {"runOnly": ["color-contrast"]}).response["violations"]
    page.emulate_media(color_scheme="light")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 27)"}[scheme]
    assert found == []


def test_it_fits_a_phone(base, page):
    page.set_viewport_size({"width": 360, "height": 740})
    try:
        for path in ("index.html", *(f"notebooks/{name}.html" for name in NAMES)):
            page.goto(f"{base}/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    finally:
        page.set_viewport_size({"width": 1280, "height": 720})


def test_opened_from_a_file_no_page_is_blank(site, page):
    with page.context.browser.new_page() as page:  # which may open files
        for path in (*PAGES, "lab/index.html", "lab/lab/index.html"):
            page.goto((site / path).as_uri())
            assert len(page.locator("body").inner_text()) > 100, path
        page.goto((site / "playground.html").as_uri())
        page.wait_for_selector(".gmm-figure svg [data-name] path", state="attached")


def test_no_link_is_broken(site):
    for file in site.rglob("*.html"):
        if "lab" in file.relative_to(site).parts[:1]:
            continue
        for tag, target in _links(file.read_text()):
            if target.startswith(("http://", "https://")):
                assert tag == "a", f"{file.name} loads {target}"
            elif not target.startswith(("data:", "#", "javascript:")):
                assert (file.parent / re.split("[?#]", target)[0]).exists(), f"{file.name} links to {target}"


def test_the_index_leads_to_every_chapter(site):
    targets = {target for _, target in _links((site / "index.html").read_text())}
    assert {f"{folder}/{name}.html" for folder in ("notebooks", "slides") for name in NAMES} <= targets
    assert {f"notebooks/{path.name}" for path in PATHS} <= targets


def test_the_api_page_has_every_public_name(site):
    from gmm_course import exercises, explorers

    for module in (gmm_helpers, explorers, exercises):
        source = (site / "api" / f"{module.__name__.replace('.', '/')}.html").read_text()
        for name in module.__all__:
            assert f'id="{name}"' in source, name


def test_the_browsers_python_finds_every_package(site):
    """What the notebooks import, and what that needs in turn, is shipped with the site or is Pyodide's own."""
    index = json.loads((site / "lab" / "pypi" / "all.json").read_text())
    shipped = {name.lower().replace("_", "-") for name in index}
    known = shipped | PYODIDE | KERNEL
    sources = [cell.source for path in PATHS for cell in code_cells(read(path))]
    imported = {name for source in sources for name in _imports(source)} - set(sys.stdlib_module_names)
    unless_missing = {name for source in sources for name in re.findall(r"if find_spec\(\"(\w+)\"\)", source)}
    assert {IMPORT_NAMES.get(name, name).replace("_", "-") for name in imported - unless_missing} <= known
    for wheel in (site / "lab" / "pypi").glob("*.whl"):
        archive = zipfile.ZipFile(wheel)
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        unconditional = r"^Requires-Dist: ([\w-]+)(?!.*(?:extra|platform_system) ==)"
        needs = re.findall(unconditional, archive.read(metadata).decode(), re.MULTILINE)
        assert {need.lower().replace("_", "-") for need in needs} <= known, wheel.name


def test_jupyterlite_opens_and_shows_the_notebooks(base, page):
    """Its kernel comes from a CDN and is not tested here: see docs/README.md."""
    page.goto(f"{base}/lab/lab/index.html?path={PATHS[0].name}")
    page.wait_for_selector(".jp-NotebookPanel .jp-MarkdownOutput h1")
    assert page.locator(".jp-MarkdownOutput h1").first.inner_text().startswith("Start here")
    names = [path.name for path in (*PATHS, *NOTEBOOKS.glob("*.md"))]
    page.wait_for_function(f"document.querySelectorAll('.jp-DirListing-item').length === {len(names)}")
    listed = page.locator(".jp-DirListing-itemName").all_inner_texts()
    assert sorted(listed) == sorted(names)
    assert page.locator(".jp-Dialog").count() == 0
    for path in PATHS:
        kernel = page.request.get(f"{base}/lab/files/{path.name}").json()["metadata"]["kernelspec"]["name"]
        assert kernel == "python"


def _links(source):
    """(tag, target) of whatever a page links to or loads."""
    return [(tag, a[key]) for tag, a in tags(source) for key in ("href", "src") if a.get(key)]


def _imports(source):
    """The packages that a cell imports."""
    for node in ast.walk(ast.parse(re.sub(r"^\s*[%!].*$", "", source, flags=re.MULTILINE))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]
