"""An explorer without a kernel: a page, or a part of one, that answers the hand by itself, from a file as well."""

import json
from html import escape

from .javascript import module, style
from .widget import Explorer

__all__ = ["living", "living_page"]

STYLE = """:root { color-scheme: light dark; background: light-dark(#ffffff, #15181b); }
body { max-width: 1140px; margin: 1rem auto; padding: 0 1rem; font-family: system-ui, sans-serif; }
@media (max-height: 500px) { h1 { display: none; } }
@media (min-width: 1700px) { body { max-width: 1482px; } }
@media (min-width: 2400px) { body { max-width: 1938px; } }"""


def living(explorer):
    """HTML of an explorer whose fit the page can follow, `explore_fit` or the playground: presets, handles, controls.

    Controls and presets that only Python can answer, new problems and long work are left out.
    """
    if not explorer.view["live"]:
        raise ValueError(f"`explorer` must be one that a page can follow by itself, got {explorer.name}")
    views = {}
    for name in explorer.presets:
        explorer.choose(name)
        if explorer.view["right"] is None:
            continue
        explorer.update(revealed=True)
        revealed = {key: explorer.view[key] for key in ("marks", "table")}
        explorer.choose(name)
        away = [key for key in explorer.controls if key != explorer.view["live"]["of"]]
        views[name] = explorer.view | revealed | {"away": away, "serial": 0}
    explorer.choose(next(iter(explorer.presets)))
    columns = [[explorer.view["live"]["of"]]]
    state = {"spec": explorer.spec | {"presets": list(views), "columns": columns}, "view": next(iter(views.values()))}
    still = explorer.picture()
    code = f"""{module()}
const state = {_json(state)};
const model = {{ get: key => state[key], on() {{}}, off() {{}}, send() {{}}, still: {_json(views)} }};
render({{ model, el: document.getElementById("{explorer.name}") }});"""
    alt = escape(explorer.sentence, quote=True)
    picture = f'<img src="data:image/png;base64,{still}" alt="{alt}" style="max-width: 100%">'
    head = f"<style>{style()}</style><div id={explorer.name!r}></div><noscript>{picture}</noscript>"
    return f'{head}<script type="module">{code}</script>'


def living_page(explorer: Explorer, title: str) -> str:
    """A page of its own with the living explorer: one file, no network."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    body = f"<main><h1>{escape(title)}</h1>{living(explorer)}</main>"
    return f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{body}</body></html>'


def _json(value):
    """JSON that may stand in a script."""
    return json.dumps(value).replace("</", "<\\/")
