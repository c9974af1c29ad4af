// The talk with Python: the latest state only, at most two messages without an answer.
const REST = 150, PATIENCE = 8000; // milliseconds: a hand that rests, and a kernel that is gone

class Kernel {
  // hold: what the hand holds; heard(): there is news. serial counts the moves of the hand, view is Python's last
  // answer, to the move view.serial.
  constructor(model, hold, heard) {
    Object.assign(this, { model, hold, heard, serial: -1, flying: 0, waiting: false, silent: false });
    this.take(model.get("view"));
    model.on("change:view", this.answered);
  }

  get current() { return this.view.serial === this.serial; }

  // The hand has moved something. The page draws it alone, or not: then Python is asked at once. fits: it says the
  // sentence as well, and Python is asked when the hand rests; else a few times a second.
  moved(alone, fits) {
    this.serial++;
    if (!alone) return this.ask();
    if (fits) clearTimeout(this.rest);
    if (fits || !this.rest) this.rest = setTimeout(() => this.ask(), fits ? REST : REST / 2);
  }

  // Begin a preset or a problem. A page without Python has a view of each preset.
  choose({ preset = null, problem = 0 }) {
    const { hold, model: { still } } = this, fresh = { answer: null, moved: false, revealed: false };
    this.serial++;
    [hold.moved, hold.complaint] = [{}, null]; // what was moved counts no more
    hold.values = { ...hold.values, ...fresh, preset, problem };
    if (still) this.take({ ...still[preset], serial: this.serial });
    else this.ask({ choose: { preset, problem } });
    this.heard();
  }

  // pressed: what a button asks for; without one, an answer to the present state, if it has none yet
  ask(pressed) {
    clearTimeout(this.rest);
    this.rest = 0;
    if (this.model.still || (this.current && !pressed)) return;
    this.waiting = this.flying >= 2 && !pressed;
    if (this.waiting) return;
    clearTimeout(this.patience);
    this.patience = setTimeout(this.missed, PATIENCE);
    try {
      this.model.send({ values: this.hold.moved, serial: this.serial, ...pressed });
      this.hold.moved = {};
      this.flying++;
    } catch {
      this.missed(); // the channel to a kernel that is gone
    }
  }

  missed = () => {
    [this.flying, this.silent] = [0, true];
    this.heard();
  };

  answered = () => {
    clearTimeout(this.patience);
    [this.flying, this.silent] = [Math.max(0, this.flying - 1), false];
    this.take(this.model.get("view"));
    if (this.waiting) this.ask();
    this.heard();
  };

  take(view) {
    this.view = received(view);
    this.fit = view.fit ?? this.fit;
    if (view.serial < this.serial) return;
    this.flying = 0;
    if (!this.hold.held) [this.hold.values, this.serial] = [{ ...view.values }, view.serial];
  }
}
