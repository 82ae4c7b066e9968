// The sheet: mouse, pen with pressure, and touch become strokes; undo, redo, clear.

import { drawAll, drawStroke } from "./strokes.js";

export class Sheet {
  /** canvas: with its bounds as data attributes; changed: called after each change, and while a stroke is drawn. */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.side = Number(canvas.dataset.sheet);
    this.most = { points: Number(canvas.dataset.points), strokes: Number(canvas.dataset.strokes) };
    this.pen = { colour: "#1a1a1a", width: 9, fill: false };
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
    if (this.open || (event.pointerType === "mouse" && event.button !== 0) || this.strokes.length >= this.most.strokes) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.undone = [];
    this.open = { ...this.pen, points: [this.at(event)] };
    this.strokes.push(this.open);
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

  undo() {
    if (this.open || !this.strokes.length) return;
    this.undone.push(this.strokes.pop());
    this.draw();
    this.changed();
  }

  redo() {
    if (this.open || !this.undone.length) return;
    const back = this.undone.pop();
    if (Array.isArray(back)) this.strokes = back;
    else this.strokes.push(back);
    this.draw();
    this.changed();
  }

  /** Empty the sheet; `redo` brings everything back. */
  clear() {
    if (this.open || !this.strokes.length) return;
    this.undone = [this.strokes];
    this.strokes = [];
    this.draw();
    this.changed();
  }

  draw() {
    drawAll(this.canvas, this.strokes, this.canvas.dataset.paper);
    if (this.open) drawStroke(this.canvas.getContext("2d"), { ...this.open, fill: false, width: this.open.fill ? 2 : this.open.width });
  }
}
