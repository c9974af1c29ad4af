"""How quickly explorers follow the hand, beside plain `interact`, an echo of a slider and an empty page.

    uv run --all-groups python benchmarks/latency.py [--turns 3]

JupyterLab and Chromium, one notebook for each, taking turns on one machine. A drag is real pointer moves at 60 Hz for
three seconds; a frame counts when the picture in it is new and, where there is a fit, of the same state as the target.
The delay of a move is the time from its pointer event to the end of the frame that shows it. Times in milliseconds.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # threads on tiny arrays make timings a lottery
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import numpy as np
from browser import chromium_page, jupyter, open_and_run, write_notebook
from playwright.sync_api import sync_playwright

from gmm_course import explorers
from gmm_course.explorers.inputs import plain
from gmm_helpers import CLASSIC

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


def main(turns):
    home = Path(tempfile.mkdtemp())
    (home / "root").mkdir()
    for i, (source, _, _) in enumerate(WAYS.values()):
        write_notebook(home / "root" / f"{i}.ipynb", source)
    delays, rates = ({name: [] for name in WAYS} for _ in range(2))
    with jupyter(home) as base, sync_playwright() as playwright, chromium_page(playwright, 1366, 768) as page:
        for _ in range(turns):
            for i, (name, (_, held, seen)) in enumerate(WAYS.items()):
                open_and_run(page, base, f"{i}.ipynb")
                page.wait_for_timeout(1000)
                took, frames, painted = drag(page, held, seen)
                delays[name] += took
                rates[name].append((painted if not held else frames) / SECONDS)
    print("| way | median | 95th percentile | frames a second in a drag |\n|---|---|---|---|")
    for name in WAYS:
        spread = np.percentile(delays[name], [50, 95]) if delays[name] and WAYS[name][1] else (np.nan, np.nan)
        print(f"| {name} | {spread[0]:.0f} | {spread[1]:.0f} | {statistics.median(rates[name]):.0f} |")
    kernel = kernel_work()
    print(f"\nKernel work a move, fit included: {kernel[0]:.1f} at the median, {kernel[1]:.1f} at the 95th percentile.")


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
    while (now := time.perf_counter() - start) < SECONDS:
        page.mouse.move(x + 60 * np.sin(2 * now), y)
        i += 1
        time.sleep(max(0.0, i / 60 - (time.perf_counter() - start)))
    result = page.evaluate(END)
    page.mouse.up()
    return result


def kernel_work():
    """Milliseconds of one move of `explore_fit` in plain Python: median and 95th percentile."""
    explorer, took = explorers.explore_fit(), []
    for i, mean in enumerate(np.linspace(5, 20, 300)):
        values = explorer.view["values"] | {"truth": plain(CLASSIC) | {"m": [5, float(mean), 20]}}
        start = time.perf_counter()
        explorer.hear({"serial": i + 1, "values": values})
        took.append(1e3 * (time.perf_counter() - start))
    return np.percentile(took, [50, 95])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=3)
    main(parser.parse_args().turns)
