"""Work that takes seconds: a button starts it, a bar tells how far it is, and *Stop* is heard.

A callback that computes can't hear a second button, and JupyterLite has no threads. So the work is a generator, cut
into slices, and a task of the event loop takes one slice a turn.
"""

import asyncio

__all__ = ["Work"]


class Work:
    """An explorer's long jobs.

    jobs: a dict of a button's words → a function that, called with the explorer's state, yields its progress from
    0 to 1 slice by slice; the explorer shows each slice. A slice may be a pair, the second being seconds to wait.
    """

    def __init__(self, jobs, explorer):
        self.jobs, self.explorer, self.task = jobs, explorer, None

    def start(self, name, calm=False):
        """Run a job: as a task where an event loop runs, else at once to its end.

        calm: of slices that come with a time to wait, which are motion, only the end is shown.
        """
        self.halt()
        slices = self.jobs[name](self.explorer.state)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            for _ in slices:
                pass
        else:
            self.explorer.busy = 0.0
            self.task = loop.create_task(self._by_turns(slices, calm))

    def halt(self):
        """End work that is under way, and keep what it has found."""
        if self.task is not None:
            self.task.cancel()
        self.task = self.explorer.busy = None

    async def _by_turns(self, slices, calm):
        try:
            for each in slices:
                if calm and isinstance(each, tuple):
                    continue
                self.explorer.busy, pause = each if isinstance(each, tuple) else (each, 0.001)
                self.explorer.refresh()
                await asyncio.sleep(pause)
        except Exception as error:
            self.halt()
            self.explorer.tell(error)
        else:
            self.task = self.explorer.busy = None
            self.explorer.refresh()
