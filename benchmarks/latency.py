"""How quickly explorers follow the hand, beside plain `interact`, an echo of a slider and an empty page.

JupyterLab and Chromium, one notebook for each, taking turns on one machine. A drag is real pointer moves at 60 Hz for
three seconds; a frame counts when the picture in it is new and, where there is a fit, of the same state as the target.
The delay of a move is the time from its pointer event to the end of the frame that shows it. Times in milliseconds.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from gmm_course import explorers

INTERACT = """%matplotlib inline
import matplotlib.pyplot as plt
from ipywidgets import interact
from gmm_helpers import CLASSIC, Mixture, classic_grid, fit, plot_fit, plot_residual

x = classic_grid()

@interact(mean=(0.0, 25.0, 0.05))
def show(mean=15.0):
    truth = Mixture(CLASSIC.weights, [5, mean, 20], CLASSIC.stds)
    density = truth.pdf(x)
    result = fit(x, density, 3, rng=0)
    figure, (above, below) = plt.subplots(2, figsize=(7, 4))
    plot_fit(x, density, result, above)
    plot_residual(x, density, result, below)
    plt.show()"""
ECHO = """import ipywidgets
slider, label = ipywidgets.IntSlider(300, 0, 500), ipywidgets.Label()
slider.observe(lambda change: setattr(label, "value", str(change["new"])), "value")
ipywidgets.VBox([slider, label])"""
OURS = "from gmm_course.explorers import {name}\n{name}()"
FITTED = "document.querySelector('.gmm-explorer').dataset.drawn"  # the last state whose target and fit are drawn
HELD = sorted(set(explorers.__all__) - {"explore_your_density"})  # which has no handles
# name → (source, what the hand holds, what changes with each answer)
WAYS = {name: (OURS.format(name=name), ".gmm-handle .gmm-grip", FITTED) for name in HELD} | {
    "`interact`, inline": (INTERACT, ".noUi-handle", "document.querySelector('.jp-OutputArea img')?.src.slice(-3000)"),
    "echo": (ECHO, ".noUi-handle", "[...document.querySelectorAll('.widget-label')].at(-1).innerText"),
    "an empty page": ("", "", "performance.now()"),
}
# From now on each pointer move's time is kept, and after each frame whether what is on show has changed.
WATCH = """() => {
  const seen = () => SEEN, watch = window.watch = { moves: [], frames: [], delays: [], painted: 0, on: true };
  window.addEventListener('pointermove', event => watch.on && watch.moves.push(performance.now()), true);
  let last = seen();
  const step = () => {
    if (!watch.on) return;
    const channel = new MessageChannel(); // its message comes after the frame is painted
    channel.port1.onmessage = () => {
      const now = seen(), time = performance.now();
      watch.painted++;
      if (now && now !== last && watch.moves.length) {
        watch.delays.push(time - watch.moves[0]);
        watch.frames.push(time);
        watch.moves = [];
      }
      last = now;
    };
    channel.port2.postMessage(0);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}"""
END = "() => { watch.on = false; return [watch.delays, watch.frames.length, watch.painted]; }"
SECONDS = 3


def latency(options):
    """How soon follows an explorer the hand? Milliseconds from a pointer's move to the frame that shows it"""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from browser import chromium_page, jupyter, open_and_run, write_notebook
    from playwright.sync_api import sync_playwright

    home = Path(tempfile.mkdtemp())
    (home / "root").mkdir()
    for i, (source, _, _) in enumerate(WAYS.values()):
        write_notebook(home / "root" / f"{i}.ipynb", source)
    delays, rates = ({name: [] for name in WAYS} for _ in range(2))
    with jupyter(home) as base, sync_playwright() as playwright, chromium_page(playwright, 1366, 768) as page:
        for _ in range(options.number(3)):
            for i, (name, (_, held, seen)) in enumerate(WAYS.items()):
                open_and_run(page, base, f"{i}.ipynb")
                page.wait_for_timeout(1000)
                took, frames, painted = drag(page, held, seen)
                delays[name] += took
                rates[name].append((painted if not held else frames) / SECONDS)
    yield "way", "median", "95th percentile", "frames a second in a drag"
    for name, (_, held, _) in WAYS.items():
        spread = [f"{delay:.0f}" for delay in np.percentile(delays[name], [50, 95])] if held else ["–", "–"]
        yield name, *spread, f"{np.median(rates[name]):.0f}"


def drag(page, held, seen):
    """Delays, changed frames and painted frames of one drag."""
    x, y = 640.0, 400.0
    if held:
        handle = page.locator(held).nth(2 if held.startswith(".gmm") and page.locator(held).count() > 2 else 0)
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(WATCH.replace("SEEN", seen))
    start, i = time.perf_counter(), 0
    while time.perf_counter() - start < SECONDS:
        i += 1  # to and fro by 3 pixels a move: a step of a value is 1 to 2, so each move has something to draw
        page.mouse.move(x + 3 * (20 - abs(i % 80 - 40)), y)
        time.sleep(max(0.0, i / 60 - (time.perf_counter() - start)))
    result = page.evaluate(END)
    page.mouse.up()
    return result
