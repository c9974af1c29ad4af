"""A class in one JupyterHub: each student runs chapter 1 and moves a slider once a second for a minute.

    npm install --prefix proxy configurable-http-proxy
    PATH=$PWD/proxy/node_modules/.bin:$PATH uv run --with jupyterhub python benchmarks/classroom_load.py [--students 30]

docs/jupyterhub_config.py as it stands, on loopback. Students speak the kernel's own websocket messages, as a page
does; one of them is Chromium. Prints a markdown table: kernels lost; memory of a student (PSS of the server and the
kernel: shared pages are shared out); time from a move to the new sentence. Ends whatever it started.
"""

import argparse
import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import nbformat
import numpy as np
import psutil
from browser import ARGS, CHROMIUM, IDLE, RUN_ALL, free_port
from playwright.async_api import async_playwright
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

ROOT = Path(__file__).parents[1]
TOKEN, PASSWORD = secrets.token_hex(), secrets.token_hex()
CHAPTER = "01_generate_the_data.ipynb"
GRID_SLIDER = 290  # of the chapter's sliders, the one with this last position moves the number of grid points
CONFIG = """
load_subconfig({config!r})
c.JupyterHub.services = [{{"name": "class", "api_token": {token!r}}}]
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [{{"name": "class", "services": ["class"], "scopes": scopes}}]
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.Spawner.args += ["--LabApp.expose_app_in_browser=True"] + ["--allow-root"] * {root}
c.JupyterHub.cookie_secret_file = {secret!r}
c.JupyterHub.db_url = "sqlite://"
"""


async def main(students, seconds):
    AsyncHTTPClient.configure(None, max_clients=4 * students, defaults={"request_timeout": 400, "connect_timeout": 60})
    with tempfile.TemporaryDirectory(prefix="class") as home:
        hub, base = start_hub(Path(home))
        try:
            await answered(f"{base}/hub/api", hub, Path(home, "log"))
            began = time.perf_counter()
            names = [f"student{k}" for k in range(students - 1)]
            clients = await asyncio.gather(*(Student(base, name).begin() for name in names))
            up = time.perf_counter() - began
            async with async_playwright() as playwright:
                page, *_ = await asyncio.gather(look(playwright, base), *(client.run() for client in clients))
                ran = time.perf_counter() - began - up
                moves = page.evaluate(MOVES, [seconds, GRID_SLIDER])
                seen, *_ = await asyncio.gather(moves, *(client.play(seconds) for client in clients))
                report(hub, clients, seen, up, ran)
        except BaseException:
            print(*Path(home, "log").read_text().splitlines()[-60:], sep="\n", file=sys.stderr)
            raise
        finally:
            end(hub)


def start_hub(home):
    port, hub_port, proxy_port = free_port(), free_port(), free_port()
    config = home / "config.py"
    values = {"config": str(ROOT / "docs" / "jupyterhub_config.py"), "token": TOKEN, "secret": str(home / "secret")}
    config.write_text(CONFIG.format(**values, hub_port=hub_port, proxy_port=proxy_port, root=os.geteuid() == 0))
    base = f"http://127.0.0.1:{port}"
    class_day = {"COURSE_PASSWORD": PASSWORD, "COURSE_URL": base, "COURSE_STUDENTS": str(home / "students")}
    command = [sys.executable, "-m", "jupyterhub", "-f", config]
    environment = os.environ | class_day | {"COURSE_NOTEBOOKS": str(ROOT / "notebooks")}
    with (home / "log").open("w") as log:
        hub = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=subprocess.STDOUT)
    return hub, base


async def answered(url, hub, log, seconds=90):
    for _ in range(4 * seconds):
        try:
            return await AsyncHTTPClient().fetch(url)
        except (OSError, HTTPClientError):
            assert hub.poll() is None, log.read_text()
            await asyncio.sleep(0.25)
    raise TimeoutError(log.read_text())


class Student:
    """One student without a page: a server, a kernel, its messages, and what they say of its widgets."""

    def __init__(self, base, name):
        self.base, self.name, self.session = base, name, uuid.uuid4().hex
        self.models, self.times, self.waiting, self.lost = {}, [], {}, False

    async def ask(self, path, method="GET", **body):
        request = HTTPRequest(f"{self.base}{path}", method, {"Authorization": f"token {TOKEN}"})
        request.body = json.dumps(body) if method == "POST" else None
        return await AsyncHTTPClient().fetch(request)

    async def begin(self):
        """Start the server and a kernel, and connect."""
        await self.ask(f"/hub/api/users/{self.name}", "POST")
        await self.ask(f"/hub/api/users/{self.name}/server", "POST")
        while not (
            server := json.loads((await self.ask(f"/hub/api/users/{self.name}")).body)["servers"].get("", {})
        ).get("ready"):
            assert server.get("pending"), f"the server of {self.name} didn't start: see the hub's log"
            await asyncio.sleep(1)
        self.kernel = json.loads((await self.ask(f"/user/{self.name}/api/kernels", "POST")).body)["id"]
        address = f"{self.base.replace('http', 'ws')}/user/{self.name}/api/kernels/{self.kernel}/channels"
        headers = {"Authorization": f"token {TOKEN}"}
        self.socket = await websocket_connect(
            HTTPRequest(f"{address}?session_id={self.session}", headers=headers, request_timeout=60),
            max_message_size=2**27,
        )
        self.reader = asyncio.create_task(self.listen())
        return self

    async def listen(self):
        while (raw := await self.socket.read_message()) is not None:
            message = json.loads(raw)
            kind, content = message["msg_type"], message["content"]
            if kind == "comm_open":
                self.models[content["comm_id"]] = content["data"].get("state", {})
            elif kind == "comm_msg" and content["data"].get("method") == "update":
                self.models.setdefault(content["comm_id"], {}).update(content["data"]["state"])
                self.wake(content["comm_id"])
            elif kind == "execute_reply":
                self.wake(message["parent_header"]["msg_id"])
            elif kind == "status" and content["execution_state"] in ("dead", "restarting", "autorestarting"):
                self.lost = True

    def wake(self, key):
        if (future := self.waiting.pop(key, None)) and not future.done():
            future.set_result(time.perf_counter())

    async def send(self, kind, content, key=None, seconds=120):
        """Send a message on the shell channel, and wait for what wakes `key`, or for the reply. Returns seconds."""
        identity = uuid.uuid4().hex
        header = {"msg_id": identity, "username": "", "session": self.session, "msg_type": kind, "version": "5.4"}
        whole = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        future = self.waiting[key or identity] = asyncio.get_running_loop().create_future()
        start = time.perf_counter()
        await self.socket.write_message(json.dumps(whole | {"buffers": []}))
        return await asyncio.wait_for(future, seconds) - start

    async def run(self):
        """Every code cell of the chapter, one after the other."""
        for cell in nbformat.read(ROOT / "notebooks" / CHAPTER, as_version=4).cells:
            if cell.cell_type == "code":
                await self.send("execute_request", {"code": cell.source, "silent": False, "stop_on_error": False})

    async def play(self, seconds):
        """Move the slider of grid points once a second, and wait each time for the sentence."""
        (sentence,) = (m for m, state in self.models.items() if "gmm-sentence" in state.get("_dom_classes", []))
        slider = next(
            m for m, s in self.models.items() if s.get("_model_name") == "IntSliderModel" and s["max"] == GRID_SLIDER
        )
        end = time.perf_counter() + seconds
        await asyncio.sleep(np.random.default_rng().random())  # a class doesn't move as one
        while (now := time.perf_counter()) < end:
            update = {"method": "update", "state": {"value": 40 + (len(self.times) * 7) % 200}, "buffer_paths": []}
            try:
                self.times.append(await self.send("comm_msg", {"comm_id": slider, "data": update}, sentence, 30))
            except TimeoutError:
                self.times.append(np.inf)
            await asyncio.sleep(max(0, now + 1 - time.perf_counter()))


async def look(playwright, base):
    """A student with a real page: log in, open the chapter, run it. Returns the page."""
    browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
    page = await browser.new_page()
    page.set_default_timeout(300_000)
    await page.goto(f"{base}/hub/login?next=/hub/user-redirect/lab/tree/{CHAPTER}")
    await page.fill("#username_input", "chromium")
    await page.fill("#password_input", PASSWORD)
    await page.click("#login_submit")
    await page.wait_for_selector(".jp-Notebook .jp-Cell")
    await page.evaluate(RUN_ALL)
    await page.wait_for_function(IDLE)
    return page


# A move a second, and the seconds from each to the new sentence.
MOVES = """async ([seconds, top]) => {
  const sliders = [...document.querySelectorAll('.noUi-target')].map(e => e.noUiSlider), times = [];
  const slider = sliders.find(s => s.options.range.max === top), end = performance.now() + 1000 * seconds;
  const said = () => document.querySelector('.gmm-sentence').innerText;
  for (let i = 0; performance.now() < end; i++) {
    const before = said(), start = performance.now();
    slider.set(40 + (i * 7) % 200);
    while (said() === before && performance.now() - start < 30000) await new Promise(requestAnimationFrame);
    times.push((performance.now() - start) / 1000);
    await new Promise(done => setTimeout(done, Math.max(0, 1000 - (performance.now() - start))));
  }
  return times;
}"""


def memory(hub):
    """MiB of each server and of each kernel, as PSS."""
    servers, kernels = [], []
    for process in psutil.Process(hub.pid).children(recursive=True):
        command = " ".join(process.cmdline())
        if "jupyterhub-singleuser" in command or "ipykernel" in command:
            (kernels if "ipykernel" in command else servers).append(process.memory_full_info().pss / 2**20)
    return servers, kernels


def report(hub, clients, seen, up, ran):
    """The table: what the students' messages took, and what the hub's processes hold."""
    servers, kernels = memory(hub)
    students, server, kernel = len(clients) + 1, np.mean(servers), np.mean(kernels)
    times = np.concatenate([client.times for client in clients])
    lost = students - len(kernels) + sum(client.lost for client in clients)
    print(f"{students} students on {os.cpu_count()} cores, one of them in Chromium\n")
    print("| measured | |\n|---|---|")
    print(f"| all servers up, each with a kernel | {up:.0f} s |")
    print(f"| all have run chapter 1 | {ran:.0f} s later |")
    print(f"| kernels lost | {lost} |")
    print(f"| memory of a student | {server + kernel:.0f} MiB: server {server:.0f}, kernel {kernel:.0f} |")
    print(f"| move → sentence | {told(times)} |")
    print(f"| the same in the page | {told(seen)} |")


def told(times):
    return f"{len(times)} moves, median {np.median(times):.2f} s, 95th percentile {np.quantile(times, 0.95):.2f} s"


def end(hub):
    """End the hub, which ends its servers; then, by process id, what is left of them."""
    family = psutil.Process(hub.pid).children(recursive=True) if hub.poll() is None else []
    hub.terminate()
    try:
        hub.wait(30)
    finally:
        for process in family:
            if process.is_running():
                process.terminate()
        psutil.wait_procs(family, timeout=5)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    asyncio.run(asyncio.wait_for(main(given.students, given.seconds), timeout=600))
