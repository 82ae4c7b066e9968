// The sheet: mouse, pen with pressure, and touch become strokes; undo, redo, clear.

import { drawAll, drawStroke } from "./strokes.js";

export class Sheet {
  /** canvas: with its bounds as data attributes; changed: called after each change, and while a stroke is drawn. */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.side = Number(canvas.dataset.sheet);
    this.most = Object.fromEntries(["points", "strokes", "floods"].map((name) => [name, Number(canvas.dataset[name])]));
    this.pen = { colour: "#1a1a1a", width: 9, fill: false };
    this.floods = false; // whether a touch fills an area
    this.locked = false;
    this.done = document.createElement("canvas"); // the finished strokes, drawn once
    [this.done.width, this.done.height] = [canvas.width, canvas.height];
    [this.shown, this.count] = [null, -1];
    this.strokes = [];
    this.undone = [];
    this.open = null; // the stroke that is drawn now
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.end(event));
    this.draw();
  }

  get points() {
    return this.strokes.reduce((sum, stroke) => sum + stroke.points.length, 0);
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const place = (value, start, size) => Math.round(Math.min(1, Math.max(0, (value - start) / size)) * this.side * 10) / 10;
    const point = [place(event.clientX, box.left, box.width), place(event.clientY, box.top, box.height)];
    if (event.pointerType === "pen") point.push(Math.round(Math.max(0.1, event.pressure) * 100) / 100);
    return point;
  }

  begin(event) {
    if (this.open || this.locked || (event.pointerType === "mouse" && event.button !== 0) || this.strokes.length >= this.most.strokes) return;
    event.preventDefault();
    if (this.floods) return this.flood(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.undone = [];
    this.open = { ...this.pen, points: [this.at(event)] };
    this.strokes.push(this.open);
    this.draw();
    this.changed();
  }

  flood(event) {
    if (this.strokes.filter((stroke) => stroke.flood).length >= this.most.floods) return;
    this.undone = [];
    this.strokes.push({ ...this.pen, fill: false, points: [this.at(event).slice(0, 2)], flood: true });
    this.draw();
    this.changed();
  }

  move(event) {
    if (!this.open || event.pointerId !== this.pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const one of passed.length ? passed : [event]) {
      const point = this.at(one), last = this.open.points.at(-1);
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= 2 && this.points < this.most.points) this.open.points.push(point);
    }
    this.draw();
    this.changed();
  }

  end(event) {
    if (!this.open || event.pointerId !== this.pointer) return;
    this.open = null;
    this.draw();
    this.changed();
  }

  /** End the stroke that is drawn now, wherever the pointer is. */
  cancel() {
    if (this.open) this.end({ pointerId: this.pointer });
  }

  /** Show other strokes, such as those of a page that was reloaded. */
  load(strokes) {
    [this.strokes, this.undone] = [strokes, []];
    this.draw();
    this.changed();
  }

  undo() {
    if (this.open || this.locked || !this.strokes.length) return;
    this.undone.push(this.strokes.pop());
    this.draw();
    this.changed();
  }

  redo() {
    if (this.open || this.locked || !this.undone.length) return;
    const back = this.undone.pop();
    if (Array.isArray(back)) this.strokes = back;
    else this.strokes.push(back);
    this.draw();
    this.changed();
  }

  /** Empty the sheet; `redo` brings everything back. */
  clear() {
    if (this.open || this.locked || !this.strokes.length) return;
    this.undone = [this.strokes];
    this.strokes = [];
    this.draw();
    this.changed();
  }

  draw() {
    const finished = this.open ? this.strokes.slice(0, -1) : this.strokes, last = finished.at(-1) ?? null;
    if (this.shown !== last || this.count !== finished.length) {
      const grown = this.shown !== null && finished.at(-2) === this.shown && finished.length === this.count + 1;
      if (grown) drawStroke(this.done.getContext("2d"), last);
      else drawAll(this.done, finished, this.canvas.dataset.paper);
      [this.shown, this.count] = [last, finished.length];
    }
    const pen = this.canvas.getContext("2d");
    pen.drawImage(this.done, 0, 0);
    if (this.open) drawStroke(pen, { ...this.open, fill: false, width: this.open.fill ? 2 : this.open.width });
  }
}
