"""How quickly an explorer follows the hand, beside plain `interact` and beside a slider that only echoes its value.

    uv run python benchmarks/latency.py [--moves 60]

JupyterLab and Chromium, all three in one notebook, taking turns. A move is a slider event in the page; its frame is
the next one painted after the new picture has arrived. A drag sets the slider at every frame for three seconds.
Prints a markdown table; all times are milliseconds.
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

from gmm_course.explorers import explore_fit

OURS = "from gmm_course.explorers import explore_fit\nexplore_fit()"
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
# name → (which slider of the page, what shows that the answer has arrived)
WAYS = {
    "ours": (4, "document.querySelector('.gmm-figure > :last-child svg').outerHTML"),
    "`interact`, inline": (9, "document.querySelectorAll('.jp-Cell')[1].querySelector('img')?.src.slice(-4000)"),
    "echo": (10, "[...document.querySelectorAll('.widget-label')].at(-1).innerText"),
}
MOVES = """async ([index, count]) => {
  const slider = document.querySelectorAll('.noUi-target')[index].noUiSlider, seen = () => SEEN, times = [];
  const top = slider.options.range.max, frame = () => new Promise(requestAnimationFrame);
  for (let i = 0; i < count; i++) {
    const before = seen(), start = performance.now();
    slider.set(top * (0.3 + 0.4 * ((i * 0.618) % 1)));
    while ((seen() ?? before) === before && performance.now() - start < 5000) await frame();
    await frame();
    times.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 120));
  }
  return times;
}"""
DRAG = """async ([index]) => {
  const slider = document.querySelectorAll('.noUi-target')[index].noUiSlider, seen = () => SEEN;
  const top = slider.options.range.max, frame = () => new Promise(requestAnimationFrame), start = performance.now();
  let last = seen(), frames = 0, ended = 0, i = 0;
  while (performance.now() - start < 3000) {
    slider.set(top * (0.5 + 0.3 * Math.sin(i++ / 40)));
    await frame();
    const now = seen();
    if (now && now !== last) { frames++; last = now; }
  }
  const end = performance.now();
  while (performance.now() - end < 1500) {
    await frame();
    const now = seen();
    if (now && now !== last) { ended = performance.now() - end; last = now; }
  }
  return [frames / 3, ended];
}"""


def main(moves):
    home = Path(tempfile.mkdtemp())
    (home / "root").mkdir()
    write_notebook(home / "root" / "latency.ipynb", OURS, INTERACT, ECHO)
    times, drags = {name: [] for name in WAYS}, {name: [] for name in WAYS}
    with jupyter(home) as base, sync_playwright() as playwright, chromium_page(playwright, 1400, 2200) as page:
        open_and_run(page, base, "latency.ipynb")
        page.wait_for_timeout(2000)
        for _ in range(3):  # turns
            for name, (index, seen) in WAYS.items():
                times[name] += page.evaluate(MOVES.replace("SEEN", seen), [index, moves // 3])
                drags[name].append(page.evaluate(DRAG.replace("SEEN", seen), [index]))
                page.wait_for_timeout(500)
    kernel = kernel_work()
    print("| way | median | 95th percentile | frames a second in a drag | last frame after its end |")
    print("|---|---|---|---|---|")
    for name in WAYS:
        rate, settled = (statistics.median(each) for each in zip(*drags[name], strict=True))
        median, p95 = np.percentile(times[name], [50, 95])
        print(f"| {name} | {median:.0f} | {p95:.0f} | {rate:.0f} | {settled:.0f} |")
    print(f"\nKernel work a move, fit included: {kernel[0]:.1f} at the median, {kernel[1]:.1f} at the 95th percentile.")


def kernel_work():
    """Milliseconds of one move of `explore_fit` in plain Python: median and 95th percentile."""
    explorer, took = explore_fit(), []
    slider = explorer.controls["truth"].rows[1][1].slider
    for position in range(100, 400):
        start = time.perf_counter()
        slider.value = position
        took.append(1e3 * (time.perf_counter() - start))
    return np.percentile(took, [50, 95])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=60)
    main(parser.parse_args().moves)
