// The tools beside a sheet, and the score of what is on it.

import { Sheet } from "./sheet.js";

const PAUSE = 700; // least milliseconds between two scores
export const by = (id) => document.getElementById(id);

/** The sheet of the page with its tools; changed: called after each change. */
export function toolsOf(changed) {
  const sheet = new Sheet(by("sheet"), () => {
    by("undo").disabled = by("clear").disabled = sheet.locked || !sheet.strokes.length;
    by("redo").disabled = sheet.locked || !sheet.undone.length;
    changed();
  });
  const pressed = (buttons, use) => {
    for (const button of buttons) {
      button.addEventListener("click", () => {
        for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
        use(button);
      });
    }
  };
  pressed([...document.querySelectorAll(".ink")], (button) => { sheet.pen.colour = button.dataset.colour; });
  pressed([...document.querySelectorAll(".nib")], (button) => { sheet.pen.width = Number(button.dataset.width); });
  const tools = [...document.querySelectorAll(".tool")];
  for (const button of tools) {
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      for (const other of tools) other.setAttribute("aria-pressed", String(other === button && on));
      sheet.pen.fill = on && button.dataset.tool === "fill";
      sheet.floods = on && button.dataset.tool === "flood";
    });
  }
  for (const act of ["undo", "redo", "clear"]) by(act).addEventListener("click", () => sheet[act]());
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    if (event.shiftKey) sheet.redo();
    else sheet.undo();
  });
  return sheet;
}

/** Keep what is drawn through a reload of the page; key: of the storage of its tab; known: what the server has of it. */
export function keep(sheet, key, known = []) {
  const changed = sheet.changed, kept = sessionStorage.getItem(key);
  sheet.changed = () => {
    changed();
    if (!sheet.open) sessionStorage.setItem(key, JSON.stringify(sheet.strokes));
  };
  sheet.load(kept ? JSON.parse(kept) : known);
}

/** Show what the server says of a drawing; null: nothing is drawn. */
export function showScore(judged) {
  by("score").textContent = judged ? judged.score.toFixed(1) : "–";
  by("meter").value = judged?.score ?? 0;
  if (!judged) by("guesses").textContent = "Draw, and CLIP says what it sees.";
  else if (judged.writing > 0.5) by("guesses").textContent = "That looks like writing. Draw it instead.";
  else by("guesses").textContent = judged.guesses.length ? `Looks like: ${judged.guesses.join(", ")}` : "Nothing to see yet.";
}

/** Asks for the score of a drawing that changes, one at a time, and never too often; look: asks, and returns it. */
export class Looks {
  constructor(look) {
    [this.look, this.asked, this.timer, this.busy, this.stale] = [look, 0, 0, false, false];
  }

  /** The drawing has changed; pause: least milliseconds since the last score. */
  ask(pause = PAUSE) {
    this.stale = true;
    if (this.busy || this.timer) return;
    this.timer = setTimeout(() => this.run(), Math.max(0, this.asked + pause - Date.now()));
  }

  /** The drawing is finished: ask now, or as soon as the score that is on its way is there. */
  last() {
    clearTimeout(this.timer);
    [this.timer, this.asked] = [0, 0];
    this.ask(0);
  }

  async run() {
    clearTimeout(this.timer);
    [this.timer, this.busy, this.stale, this.asked] = [0, true, false, Date.now()];
    let pause = PAUSE;
    try {
      showScore(await this.look());
    } catch (error) {
      by("guesses").textContent = error.message;
      if (error.status === 429) [this.stale, pause] = [true, 3 * PAUSE];
    }
    this.busy = false;
    if (this.stale) this.ask(pause);
  }
}
