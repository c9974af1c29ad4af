"""Make README's moving picture anew: an explorer, driven in Chromium, as an animated WebP.

    uv run --group browser python images/make_hero.py [FILE]

BFGS walks from a poor start, stops short of the curve and reports success; one bell of the start is dragged elsewhere,
and the same walk comes home. A frame is taken when the page has drawn what the hand did.
"""

import io
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import numpy as np
from browser import chromium_page, voila, write_notebook
from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
SIZE = {"width": 900, "height": 720}
FRAME = 80  # milliseconds
SOURCE = "from gmm_course.explorers import explore_descent\nexplore_descent(preset='Wrong, and pleased')"
CURSOR = """() => {
  const hand = document.createElement('div');
  hand.innerHTML = '<svg width="22" height="26" viewBox="0 0 22 26"><path d="M2 2v18l5-4 4 8 4-2-4-8h7z" ' +
    'fill="black" stroke="white" stroke-width="1.6"/></svg>';
  hand.style = 'position: fixed; z-index: 9999; pointer-events: none; left: 0; top: 0';
  document.body.append(hand);
  const follow = e => hand.style.transform = `translate(${e.clientX}px, ${e.clientY}px)`;
  document.addEventListener('pointermove', follow, true);
}"""


class Film:
    """Frames of a page and how long each is shown; `hand` is where the pointer is."""

    def __init__(self, page):
        self.page, self.frames, self.times, self.hand = page, [], [], np.array([560.0, 400.0])
        box = page.locator(".gmm-explorer").bounding_box()
        self.clip = box | {"height": box["height"] + 20}  # room for a status of two lines

    def take(self, time=FRAME, wait=250):
        self.page.wait_for_timeout(wait)  # until Python has answered, and its answer is drawn
        shot = Image.open(io.BytesIO(self.page.screenshot(clip=self.clip)))
        self.frames.append(shot.convert("RGB"))
        self.times.append(time)

    def glide(self, spot, steps=6):
        """The pointer goes to a spot, or to the middle of a box."""
        if isinstance(spot, dict):
            spot = (spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
        for share in np.sin(np.linspace(0, np.pi / 2, steps + 1)[1:]) ** 2:
            self.page.mouse.move(*(self.hand + share * (np.array(spot) - self.hand)))
            self.take()
        self.hand = np.array(spot, float)

    def click(self, name, time):
        button = self.page.get_by_role("button", name=name, exact=True)
        self.glide(button.bounding_box())
        button.click()
        self.page.wait_for_timeout(600)
        self.take(time)

    def drag(self, handle, offset, steps):
        """The handle goes that many pixels across."""
        self.glide(handle.bounding_box())
        self.page.mouse.down()
        self.glide(self.hand + np.array([offset, 0]), steps)
        self.page.mouse.up()
        self.take(3000, 600)


def play(film):
    film.take(1500)
    film.click("yes", 1800)
    film.glide(film.page.get_by_role("button", name="Play", exact=True).bounding_box())
    film.page.get_by_role("button", name="Play", exact=True).click()
    for _ in range(22):
        film.take(FRAME, 60)
    film.take(2200, 1500)
    film.drag(film.page.locator(".gmm-handle .gmm-grip").first, -130, 26)


def main(out):
    home = Path(tempfile.mkdtemp())
    notebook = home / "hero.ipynb"
    write_notebook(notebook, SOURCE)
    with voila(home, notebook) as base, sync_playwright() as playwright, chromium_page(playwright, **SIZE) as page:
        page.route(lambda url: "127.0.0.1" not in url, lambda route: route.abort())
        page.goto(base)
        page.wait_for_selector(".gmm-figure svg [data-name]", timeout=60_000, state="attached")
        page.wait_for_timeout(1500)
        page.evaluate(CURSOR)
        film = Film(page)
        play(film)
    first, *others = film.frames
    first.save(out, save_all=True, append_images=others, duration=film.times, loop=0, quality=78, method=5)
    print(f"{out}: {len(film.frames)} frames, {sum(film.times) / 1000:.1f} s, {Path(out).stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else HERE / "hero.webp")
