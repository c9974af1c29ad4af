"""The JavaScript of the explorers as one ES module, and packed as a widget carries it."""

import gzip
import re
from base64 import b64encode
from importlib.resources import files

__all__ = ["module", "packed"]

PARTS = ("dom", "solver", "picture", "handles", "controls", "follow", "kernel", "page")


def module(*parts):
    """A page's ES module, from all parts of explorers or from some: a widget's module has nothing to import from."""
    paths = (files(__package__) / f"{part}.js" for part in parts or PARTS)
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    return re.sub(r"^\s*(//.*\n)?| // .*", "", code, flags=re.MULTILINE)


def packed(code):
    """The same module in a third of its size: it is saved with every explorer."""
    data = b64encode(gzip.compress(code.encode(), mtime=0)).decode()
    return f"""const packed = new Blob([Uint8Array.from(atob("{data}"), c => c.charCodeAt(0))]);
const code = await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).text();
const url = URL.createObjectURL(new Blob([code + "//# sourceURL=explorers.js"], {{ type: "text/javascript" }}));
export default (await import(url)).default;"""
