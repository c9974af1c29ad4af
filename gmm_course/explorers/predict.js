// A guess before a cell is run. It stays in the page: no kernel hears of it, and nothing keeps it.
function render({ model, el }) {
  const { choices, right, sentence } = model.get("spec");
  const root = make("div", el, { class: "gmm-explorer gmm-question" });
  const guesses = new Guesses(root, guess => guesses.show(choices, guess, right, sentence));
  keepKeys(root);
  guesses.show(choices, null, null);
}

export default { render };
