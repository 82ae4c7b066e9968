// The rows of a storyboard: one a scene, in an order that is changed by dragging or by buttons.

import { copy } from "./site.js";

const TEXTS = ["prompt", "transition"], NUMBERS = ["seconds", "zoom", "pan_x", "pan_y", "angle"];
const FIELDS = [...TEXTS, ...NUMBERS];

export class Scenes {
  /** root: the list; changed: called after each change. */
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.dragged = null;
  }

  /** Add a scene, a table as timelines have them; what the row does not show stays with it. */
  add(scene = {}) {
    const row = copy("scene-row"), field = (name) => row.querySelector(`[data-part=${name}]`);
    const isShown = ([name, value]) => FIELDS.includes(name) && typeof value !== "object";
    for (const [name, value] of Object.entries(scene).filter(isShown)) field(name).value = value;
    row.rest = Object.fromEntries(Object.entries(scene).filter((item) => !isShown(item)));
    row.querySelector("details").open = ["transition", "zoom", "pan_x", "pan_y", "angle"].some((name) => field(name).value !== "");
    this.showStart(row);
    this.listen(row);
    this.root.append(row);
    return row;
  }

  showStart(row) {
    const shown = row.querySelector(".from"), file = row.rest.init_image;
    shown.hidden = !file;
    if (file) shown.querySelector("img").src = `/${file}`;
  }

  listen(row) {
    row.querySelector(".up").addEventListener("click", () => this.move(row, row.previousElementSibling));
    row.querySelector(".down").addEventListener("click", () => row.nextElementSibling && this.move(row.nextElementSibling, row));
    row.querySelector(".remove").addEventListener("click", () => { row.remove(); this.changed(); });
    row.querySelector(".unset").addEventListener("click", () => {
      delete row.rest.init_image;
      this.showStart(row);
      this.changed();
    });
    row.addEventListener("dragstart", (event) => {
      if (event.target === row) this.dragged = row;
    });
    row.addEventListener("dragend", () => { this.dragged = null; });
    row.addEventListener("dragover", (event) => { if (this.dragged) event.preventDefault(); });
    row.addEventListener("drop", (event) => {
      if (!this.dragged) return;
      event.preventDefault();
      const isLower = event.clientY > row.getBoundingClientRect().top + row.offsetHeight / 2;
      if (this.dragged !== row) this.move(this.dragged, isLower ? row.nextElementSibling : row);
      this.dragged = null;
    });
  }

  move(row, before) {
    if (before === row) return;
    this.root.insertBefore(row, before);
    this.changed();
  }

  /** All scenes as tables, those without a prompt included. */
  tables() {
    return [...this.root.children].map((row) => {
      const found = { ...row.rest };
      for (const name of FIELDS) {
        const value = row.querySelector(`[data-part=${name}]`).value.trim();
        if (value !== "") found[name] = NUMBERS.includes(name) ? Number(value) : value;
      }
      return found;
    });
  }

  /** Show other scenes. */
  replace(tables) {
    this.root.replaceChildren();
    for (const table of tables) this.add(table);
    this.changed();
  }
}
