// What every page of the course is built of: elements, buttons, and answers to guess among.
const NS = "http://www.w3.org/2000/svg";

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
  }
  return node;
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches; // the system asks for less motion

// A new element in `parent`; a tag that begins with a hyphen is SVG.
function make(tag, parent, attributes = {}, text) {
  const node = tag[0] === "-" ? document.createElementNS(NS, tag.slice(1)) : document.createElement(tag);
  set(node, attributes);
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  if (node.tabIndex === 0) node.dataset.lmSuppressShortcuts = "true"; // what Jupyter asks of whatever has the focus
  return node;
}

const button = (parent, words, onclick, title) =>
  Object.assign(make("button", parent, { type: "button", title }, words), { onclick });

// A plain key belongs to the control under it: JupyterLab's own keys would cut and merge the notebook's cells.
function keepKeys(root) {
  const plain = event => !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== "Escape";
  root.addEventListener("keydown", event => plain(event) && event.stopPropagation());
}

// Two to four answers, one of which is clicked once, and whether that was right. Returns what shows them. right: the
// number of the right answer, or null where it isn't known; sentence: what is said of it. A guess of -1 gives up.
function guessing(parent, choose) {
  const answers = make("span", parent, { role: "group", "aria-label": "your guess" });
  const verdict = make("span", parent, { class: "gmm-verdict", role: "status" });
  return (choices, guess, right = null, sentence = "") => {
    if (answers.dataset.of !== choices.join("|"))
      answers.replaceChildren(...choices.map((each, i) => button(null, each, () => choose(i))));
    const idle = guess === -1 ? " gmm-idle" : ""; // not hidden: its place is kept
    set(answers, { "data-of": choices.join("|"), class: `gmm-answers${idle}` });
    [...answers.children].forEach((node, i) =>
      set(node, { "aria-pressed": guess === i, disabled: guess === null ? null : "" }));
    const told = right === guess ? "✓ Right." : `✗ It is: ${choices[right]}.`;
    verdict.textContent = right === null ? "" : `${told} ${sentence}`.trim();
  };
}
