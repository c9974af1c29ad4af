"""Work that takes seconds: a button starts it, a bar tells how far it is, and *Stop* is heard.

A callback that computes can't hear a second button, and JupyterLite has no threads. So the work is a generator, cut
into slices, and a task of the event loop takes one slice a turn.
"""

import asyncio

import ipywidgets

__all__ = ["LongWork"]


class LongWork:
    """Buttons for an explorer's long jobs.

    jobs: a dict of a button's words → a function that, called with the explorer's state, yields its progress from
    0 to 1 slice by slice. `widgets` is what to show: nothing where there are no jobs.
    """

    def __init__(self, jobs, explorer):
        self.explorer, self.task = explorer, None
        self.bar = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "120px", "visibility": "hidden"})
        self.stop = ipywidgets.Button(description="Stop", disabled=True, tooltip="end, and keep what is found")
        self.stop.on_click(lambda _button: self.halt())
        self.runners = [ipywidgets.Button(description=words, button_style="primary") for words in jobs]
        for button, job in zip(self.runners, jobs.values(), strict=True):
            button.on_click(lambda _button, job=job: explorer.guarded(lambda: self.start(job)))
        self.widgets = [ipywidgets.HBox([*self.runners, self.stop, self.bar])] if jobs else []

    def start(self, job):
        """Run a job: as a task where an event loop runs, else at once to its end."""
        self.halt()
        self._busy(True)
        slices = job(self.explorer.state)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._to_the_end(slices)
        else:
            self.task = loop.create_task(self._by_turns(slices))

    def halt(self):
        """End work that is under way, and keep what it has found."""
        if self.task is not None and not self.task.done():
            self.task.cancel()
        self.task = None

    async def _by_turns(self, slices):
        try:
            drawn = self.explorer.redraws
            for self.bar.value in slices:
                if drawn == self.explorer.redraws:  # a slice that moved a value has been drawn
                    self.explorer.refresh()
                drawn = self.explorer.redraws
                await asyncio.sleep(0.001)
        except asyncio.CancelledError:
            pass
        except Exception as error:
            self.explorer.tell(error)
        finally:
            self._busy(False)

    def _to_the_end(self, slices):
        try:
            for self.bar.value in slices:
                pass
        finally:
            self._busy(False)
        self.explorer.refresh()

    def _busy(self, busy):
        self.bar.value = 0.0 if busy else self.bar.value
        self.bar.layout.visibility = "visible" if busy else "hidden"
        self.stop.disabled = not busy
        for button in self.runners:
            button.disabled = busy
