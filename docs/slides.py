"""The slides of a chapter, picked from its cells: each question before its picture, each picture alone on a screen."""

import re


def slides(notebook):
    """A list of dicts `title`, `ask` (markdown), `outputs`, `answer` (markdown): the chapter, a screen at a time.

    A text cell gives a slide if it asks ("**Predict.**"), shows a formula, or holds the key points. A code cell gives
    one if it shows a picture, or if it answers a question; the paragraph below it waits, folded, as the answer.
    """
    found, title, asked = [], "", False
    for cell in notebook.cells:
        if cell.metadata.get("role") or cell.source.startswith("### Exercise"):
            continue
        if cell.cell_type == "code":
            if outputs := [o for o in cell.outputs if _shows(o, asked)]:
                found.append({"title": title, "ask": "", "outputs": outputs, "answer": ""})
                asked = False
            continue
        for heading, blocks in _sections(cell.source):
            if heading is None and blocks and found and found[-1]["outputs"]:
                found[-1]["answer"] = found[-1]["answer"] or _answer(blocks)
            title = heading or title
            if ask := _asked(title, blocks):
                found.append({"title": title, "ask": ask, "outputs": [], "answer": ""})
            asked = "**Predict.**" in ask or (asked and not ask)
    return found


def _sections(source):
    """(heading or None, its paragraphs), heading by heading."""
    sections = [(None, [])]
    for block in re.split(r"\n\s*\n", source.strip()):
        if match := re.match(r"#+ (.*)", block):
            sections.append((match[1], []))
        else:
            sections[-1][1].append(block)
    return sections


def _asked(title, blocks):
    """What of these paragraphs belongs on a slide: questions, formulas with the sentence before them, key points."""
    if title == "Key points":
        return "\n\n".join(block for block in blocks if block.startswith("- "))
    chosen = [
        block
        for block, after in zip(blocks, [*blocks[1:], ""], strict=False)
        if "**Predict.**" in block or block.startswith("$$") or after.startswith("$$")
    ]
    return "\n\n".join(chosen)


def _answer(blocks):
    """The first paragraph, unless it is a question itself."""
    return "" if "**Predict.**" in blocks[0] or blocks[0].startswith(("$$", "|", "- ")) else blocks[0]


def _shows(output, asked):
    """Whether an output belongs on a slide: a picture always, printed lines if there are few or they were asked for."""
    data = output.get("data", {})
    if "image/png" in data or "<img" in data.get("text/html", ""):
        return True
    return asked and "text" in output and output.text.count("\n") <= 12
