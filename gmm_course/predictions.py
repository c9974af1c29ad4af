"""A guess among two to four answers, clicked before the cell is run that settles it."""

from functools import cache
from importlib.resources import files

import anywidget
import traitlets

from .explorers.javascript import module

__all__ = ["Prediction", "numbers", "predict"]


class Prediction(anywidget.AnyWidget):
    """Answers to click; the first click is told right or wrong, in a sentence. Nothing is stored."""

    _esm = module("dom", "predict")
    _css = (files("gmm_course.explorers") / "page.css").read_text(encoding="utf-8")
    spec = traitlets.Dict().tag(sync=True)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data["text/plain"] = f"Your guess: {' · '.join(self.spec['choices'])}"
        return bundle


def predict(number):
    """The answers to the question of that number, such as "5a", the first one of chapter 5, as a `Prediction`."""
    if number not in _table():
        raise ValueError(f"`number` must be that of a prediction, such as '5a', got {number!r}")
    return Prediction(spec=_table()[number])


def numbers():
    """Those of all predictions, in order."""
    return list(_table())


@cache
def _table():
    """Number → choices, the right one, a sentence; from lines of `number | wrong | *right | … | sentence`."""
    made = {}
    for line in (files("gmm_course") / "predictions.txt").read_text(encoding="utf-8").splitlines():
        number, *answers, sentence = line.split(" | ")
        right = next(i for i, answer in enumerate(answers) if answer[0] == "*")
        made[number] = {"choices": [a.removeprefix("*") for a in answers], "right": right, "sentence": sentence}
    return made
