// A guess before a cell is run. It stays in the page: no kernel hears of it, and nothing keeps it.
function render({ model, el }) {
  const { choices, right, sentence } = model.get("spec");
  const root = make("div", el, { class: "gmm-explorer gmm-question" });
  const show = guessing(make("div", root, { class: "gmm-stack" }), guess => show(choices, guess, right, sentence));
  keepKeys(root);
  show(choices, null, right, sentence);
}

export default { render };
