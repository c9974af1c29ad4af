"""The course as a site that any web server, or a folder on a memory stick, can show.

    uv run --group site python docs/build_site.py    # runs every notebook, writes site/; open site/index.html
    … docs/build_site.py --pyodide DIR               # and copies Pyodide into it: `lab/` needs no CDN

    notebooks/   every chapter as a page, run, with its pictures; beside it the notebook itself
    slides/      its questions, formulas and pictures, one a screen
    api/         the package, name by name
    lab/         JupyterLite: the notebooks in a browser, without a server

No page asks for anything outside the site, but for `lab/`: see docs/README.md.
"""

import os
import re
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

import jinja2
import nbformat
from latex2mathml.converter import convert
from lite import build_lab
from nbconvert.filters import Highlight2HTML, ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.formatters import HtmlFormatter
from slides import slides

from gmm_course.explorers import explore_fit, playground
from gmm_course.explorers.page import living, living_page

DOCS = Path(__file__).parent
ROOT = DOCS.parent
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TEMPLATES = DOCS / "templates"
MODULES = ("gmm_helpers", "gmm_course.explorers", "gmm_course.exercises")


def main():
    parser = ArgumentParser(description="The course as a site.")
    parser.add_argument("--pyodide", metavar="DIR", type=Path, help="a Pyodide to copy into it: `lab/` needs no CDN")
    pyodide = parser.parse_args().pyodide
    if pyodide and not (pyodide / "pyodide-lock.json").exists():
        parser.error(f"DIR must be an unpacked Pyodide, got {pyodide} without pyodide-lock.json")
    site = ROOT / "site"
    shutil.rmtree(site, ignore_errors=True)
    build(site, {path.stem: run(path) for path in PATHS}, pyodide)
    print(f"open {site / 'index.html'}, or: python -m http.server --directory {site}")


def run(path):
    """The notebook at `path`, executed from top to bottom."""
    from nbclient import NotebookClient

    print(path.stem, flush=True)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where, coalesce_streams=True).execute()
    return notebook


def build(site, notebooks, pyodide=None):
    """Write the whole site. notebooks: name of a chapter → its executed notebook; pyodide: a folder to copy, or None:
    then the lab fetches it."""
    write_pages(site, notebooks, pyodide)
    write_api(site / "api")
    build_lab(site / "lab", [path for path in PATHS if path.stem in notebooks], pyodide)


def write_pages(site, notebooks, pyodide=None):
    """The index, and for each chapter a page, its slides and its notebook file."""
    for folder in ("notebooks", "slides"):
        (site / folder).mkdir(parents=True, exist_ok=True)
    alive = {f"{each.name}()": living(each) for each in (explore_fit(), playground())}
    chapters = [chapter(name, notebook) for name, notebook in sorted(notebooks.items())]
    for last, this, after in zip([None, *chapters], chapters, [*chapters[1:], None], strict=False):
        notebook, name = notebooks[this["name"]], this["name"]
        page = render("page.html.j2", chapter=this, last=last, after=after, cells=notebook.cells, living=alive)
        (site / "notebooks" / f"{name}.html").write_text(page, encoding="utf-8")
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", site / "notebooks")
        (site / "slides" / f"{name}.html").write_text(
            render("slides.html.j2", chapter=this, slides=slides(notebook)), encoding="utf-8"
        )
    for page in (ROOT / "notebooks").glob("*.md"):
        shutil.copy(page, site / "notebooks")
    index = render("index.html.j2", chapters=chapters, living=alive, fetches=not pyodide)
    (site / "index.html").write_text(index, encoding="utf-8")
    (site / "playground.html").write_text(living_page(playground(), "Playground"), encoding="utf-8")


def chapter(name, notebook):
    """What the index says of a chapter: its title from the notebook, its minutes and its question from README's map."""
    title = re.search(r"^#+ (.*)$", notebook.cells[0].source, re.MULTILINE)[1]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = re.search(rf"\]\(notebooks/{name}\.ipynb\) \| (.*?) \| (.*?) \|$", readme, re.MULTILINE)
    minutes, question = row.groups() if row else ("–", "")
    return {"name": name, "title": title, "minutes": minutes, "question": question}


def write_api(folder):
    """The package, name by name, from its docstrings, in the site's colours."""
    dark = HtmlFormatter(style="github-dark").get_style_defs(".pdoc-code")
    with TemporaryDirectory() as templates:
        css = (TEMPLATES / "api.css").read_text(encoding="utf-8") + f"@media (prefers-color-scheme: dark) {{ {dark} }}"
        (Path(templates) / "custom.css").write_text(css, encoding="utf-8")
        command = [sys.executable, "-m", "pdoc", "--no-show-source", "--footer-text", "gmm_helpers", "-t", templates]
        subprocess.run([*command, "-o", folder, *MODULES], cwd=ROOT, check=True, capture_output=True)


class Renderer(IPythonRenderer):
    """Markdown to HTML: formulas as MathML, which needs no script and no network; links between chapters."""

    def inline_math(self, body):
        return convert(body)

    def block_math(self, body):
        return f'<div class="formula">{convert(body, display="block")}</div>'

    def block_html(self, html):
        return super().block_html(re.sub(r"\$([^$]+)\$", lambda formula: convert(formula[1]), html))

    def link(self, text, url, title=None):
        return super().link(text, re.sub(r"^(\d\d_\w+)\.ipynb", r"\1.html", url), title)

    def table(self, text):
        return f'<div class="wide"><table>{text}</table></div>'


def render(template, **values):
    """A page from its template in docs/templates/."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"markdown": markdown, "python": Highlight2HTML(), "ansi": ansi2html}
    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in ("default", "github-dark"))
    light += "\n.highlight .ow { color: #7a12c0; }"
    return environment.get_template(template).render(light=light, dark=dark, **values)


def markdown(source):
    renderer = Renderer(escape=False, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)


if __name__ == "__main__":
    main()
