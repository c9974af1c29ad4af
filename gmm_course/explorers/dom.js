// What every page of the course is built of: elements, buttons, and answers to guess among.

// true is an attribute without a value, and false, like null, is none
function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const words = value === true ? "" : String(value);
    if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else if (node.getAttribute(name) !== words) node.setAttribute(name, words);
  }
  return node;
}

// Whether what something is made of has changed since this was last asked. It is made anew only then: whoever has
// selected or focused a part of it keeps that.
function changed(owner, ...of) {
  const before = owner.madeOf;
  owner.madeOf = JSON.stringify(of);
  return owner.madeOf !== before;
}

function fill(node, html) {
  if (changed(node, html)) node.innerHTML = html;
}

// Words of a live region: set anew they would be spoken anew
const say = (node, words) => node.textContent === words || (node.textContent = words);

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches; // the system asks for less motion

// A new element in `parent`
function make(tag, parent, attributes = {}, text) {
  const node = set(document.createElement(tag), attributes);
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  // what Jupyter asks of whatever takes the focus
  if (node.tabIndex === 0 || "tabindex" in attributes) node.dataset.lmSuppressShortcuts = "true";
  return node;
}

const button = (parent, words, onclick, title) =>
  Object.assign(make("button", parent, { type: "button", title }, words), { onclick });

// A plain key belongs to the control under it: JupyterLab's own keys would cut and merge the notebook's cells.
function keepKeys(root) {
  const plain = event => !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== "Escape";
  root.addEventListener("keydown", event => plain(event) && event.stopPropagation());
}

// Two to four answers, one of which is clicked once, and in their place what is said of it. Returns what shows them.
// guess: the number of the one clicked, -1 for giving up, null for none yet; right: that of the right one, or null
// where it isn't known; because: why; wait: what is to be done to know it. The longest verdict has its room from the
// first: when one is told nothing moves.
function guessing(parent, choose) {
  const answers = make("span", parent, { class: "gmm-answers", role: "group", "aria-label": "your guess" });
  const verdict = make("span", parent, { class: "gmm-verdict", role: "status", tabindex: -1 });
  const said = make("span", verdict), why = make("span", verdict);
  const click = i => {
    choose(i);
    requestAnimationFrame(() => verdict.focus({ preventScroll: true })); // the answer that had the focus is gone
  };
  return (choices, guess, right = null, because = "", wait = "") => {
    if (changed(answers, choices)) {
      answers.replaceChildren(...choices.map((each, i) => button(null, each, () => click(i))));
      button(answers, "show me", () => click(-1));
    }
    set(answers, { "data-unseen": guess !== null });
    set(verdict, { "data-unseen": guess === null });
    const longest = choices.toSorted((a, b) => b.length - a.length)[0], yours = choices[guess], truth = choices[right];
    const known = { [-1]: `The answer is “${truth}”. `, [right]: `✓ Right: “${truth}”. ` };
    const open = yours ? `You said “${yours}”. ` : ""; // what is right is still to be worked out
    const told = known[guess] ?? `✗ Not “${yours}” but “${truth}”. `;
    say(said, right === null ? open + wait : guess === null ? "" : told);
    say(why, right === null ? "" : because);
    set(parent, { "data-longest": `✗ Not “${longest}” but “${truth ?? longest}”. ${because}` });
  };
}
