"""The JavaScript of the explorers as one ES module, their style sheet, and both packed as a widget carries them."""

import gzip
import re
from base64 import b64encode
from importlib.resources import files

__all__ = ["module", "packed", "style"]

PARTS = ("dom", "solver", "picture", "handles", "controls", "follow", "kernel", "page")


def module(*parts):
    """A page's ES module, from all parts of explorers or from some: a widget's module has nothing to import from."""
    paths = (files(__package__) / f"{part}.js" for part in parts or PARTS)
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    return re.sub(r"^\s*(//.*\n)?| // .*", "", code, flags=re.MULTILINE)


def style():
    """The style sheet of the explorers, without what only a person reads."""
    css = (files(__package__) / "page.css").read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/|(?<=[{};,:])\s+|;?\s+(?=[{}])", "", css)


def packed(code, css):
    """The same module with its style sheet, in a third of their size: they are saved with every explorer."""
    data = b64encode(gzip.compress(f"{code}\0{css}".encode(), mtime=0)).decode()
    return f"""const packed = new Blob([Uint8Array.from(atob("{data}"), c => c.charCodeAt(0))]);
const text = await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).text();
const [code, textContent] = text.split("\\0"), type = "text/javascript";
const url = URL.createObjectURL(new Blob([code + "//# sourceURL=explorers.js"], {{ type }}));
const {{ render }} = (await import(url)).default, style = () => document.createElement("style");
export default {{ render: at => at.el.append(Object.assign(style(), {{ textContent }})) ?? render(at) }};"""
