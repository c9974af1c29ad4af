"""A file in, the fitted bells out, by core widgets alone."""

import json
from base64 import b64encode
from html import escape

import ipywidgets
import traitlets

__all__ = ["File"]


class File(traitlets.HasTraits):
    """A button that takes a file, and below it the bells of what is on show, to read and to download.

    value: names what is on show; take: called with a file's name and its bytes.
    """

    value = traitlets.Unicode()

    def __init__(self, value, take):
        self.upload = ipywidgets.FileUpload(description="A file of yours", tooltip="text, two columns: x and density")
        self.upload.observe(lambda change: self._took(change["new"], take), "value")
        self.bells = ipywidgets.HTML()
        self.widget, self.parts = ipywidgets.VBox([self.upload, self.bells]), []
        super().__init__(value=value)

    def _took(self, files, take):
        for file in files:
            self.upload.value = ()  # so that the same name, its file mended, is taken again
            take(file["name"], bytes(file["content"]))

    def show(self, result):
        """The fitted bells as a table, and a link that keeps them as JSON; of no result, None, neither."""
        self.bells.value = f"<b>{escape(self.value)}</b>" + (self._bells(result) if result else "")

    def _bells(self, result):
        found = {"mass": result.mass, "loss": result.loss, "mixture": result.mixture.to_dict()}
        packed = b64encode(json.dumps({"data": self.value} | found, indent=1).encode()).decode()
        link = f'<a download="bells.json" href="data:application/json;base64,{packed}"><u>Download</u></a>'
        return f"{result.mixture._repr_html_()}{link} (JSON, for <code>Mixture.from_dict</code>)"
