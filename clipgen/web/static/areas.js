// Mask and regions: brushed and drawn over the start picture, or over an empty sheet of the picture's shape.

import { ask, copy } from "./site.js";

const TINT = "#e0218a", LONGEST = 640; // pixels of the longer side of what is shown

export class Areas {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector("canvas");
    this.tools = root.querySelector(".tools");
    this.rows = root.querySelector(".regions");
    this.size = [256, 256];
    this.picture = null;
    this.strokes = []; // of the mask, in pixels of the picture
    this.base = null; // a mask that was loaded
    this.open = null; // the stroke or region that is drawn now
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => this.end());
    this.tools.addEventListener("change", () => this.draw());
    root.querySelector(".undo").addEventListener("click", () => { this.strokes.pop(); this.draw(); });
    root.querySelector(".clear").addEventListener("click", () => this.clearMask());
    root.querySelector(".add").addEventListener("click", () => this.addRegion("left", "").querySelector("[data-part=words]").focus());
    this.draw();
  }

  get tool() {
    return this.tools.querySelector("input[name=tool]:checked").value;
  }

  /** The picture that the mask is of; null for none, where regions lie on an empty sheet of a size. */
  async setPicture(file, size) {
    this.clearMask();
    this.picture = null;
    if (file) {
      const image = new Image();
      image.src = `/${file}`;
      await image.decode();
      this.picture = image;
    }
    for (const tool of this.tools.querySelectorAll("[value=brush], [value=erase]")) tool.disabled = !file;
    if (!file) this.tools.querySelector("[value=region]").checked = true;
    this.setSize(file ? [this.picture.naturalWidth, this.picture.naturalHeight] : size);
  }

  /** Another size of the picture; a mask has that of the start picture. */
  setSize(size) {
    if (this.picture) size = [this.picture.naturalWidth, this.picture.naturalHeight];
    this.size = size;
    const scale = LONGEST / Math.max(...size);
    [this.canvas.width, this.canvas.height] = size.map((side) => Math.max(1, Math.round(side * scale)));
    this.draw();
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (value, start, length) => Math.min(1, Math.max(0, (value - start) / length));
    return [share(event.clientX, box.left, box.width) * this.size[0], share(event.clientY, box.top, box.height) * this.size[1]];
  }

  begin(event) {
    if (this.open || event.button > 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    const point = this.at(event), width = (Number(this.tools.querySelector("[name=width]").value) / 100) * Math.max(...this.size);
    this.open = this.tool === "region" ? { from: point, to: point } : { points: [point], width, erases: this.tool === "erase" };
    if (this.open.points) this.strokes.push(this.open);
    this.draw();
  }

  move(event) {
    if (!this.open) return;
    if (this.open.points) this.open.points.push(this.at(event));
    else this.open.to = this.at(event);
    this.draw();
  }

  end() {
    const drawn = this.open;
    this.open = null;
    if (drawn?.from) {
      const place = placeOf(drawn, this.size);
      if (place) this.addRegion(place, "").querySelector("[data-part=words]").focus();
    }
    this.draw();
  }

  clearMask() {
    this.strokes = [];
    this.base = null;
    this.draw();
  }

  addRegion(place, words) {
    const row = copy("region-row"), [where, text] = ["place", "words"].map((part) => row.querySelector(`[data-part=${part}]`));
    where.value = place;
    text.value = words;
    where.addEventListener("input", () => this.draw());
    row.querySelector("button").addEventListener("click", () => { row.remove(); this.draw(); });
    this.rows.append(row);
    this.draw();
    return row;
  }

  /** Draw the mask at the size of a context: white where it was brushed, else transparent. */
  paintMask(context) {
    const { width, height } = context.canvas;
    context.save();
    context.scale(width / this.size[0], height / this.size[1]);
    if (this.base) context.drawImage(this.base, 0, 0, ...this.size);
    context.strokeStyle = "#fff";
    context.lineCap = context.lineJoin = "round";
    for (const { points, width: thickness, erases } of this.strokes) {
      context.globalCompositeOperation = erases ? "destination-out" : "source-over";
      context.lineWidth = thickness;
      context.beginPath();
      context.moveTo(...points[0]);
      for (const point of points) context.lineTo(...point);
      context.stroke();
    }
    context.restore();
  }

  draw() {
    const { width, height } = this.canvas, context = this.canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (this.picture) context.drawImage(this.picture, 0, 0, width, height);
    const tinted = sheet(width, height);
    this.paintMask(tinted);
    tinted.globalCompositeOperation = "source-in";
    tinted.fillStyle = TINT;
    tinted.fillRect(0, 0, width, height);
    context.globalAlpha = 0.55;
    context.drawImage(tinted.canvas, 0, 0);
    context.globalAlpha = 1;
    const boxes = [...this.rows.children].map((row) => boxOf(row.querySelector("[data-part=place]").value, this.size));
    if (this.open?.from) boxes.push(cornersOf(this.open));
    boxes.forEach((box, index) => box && this.frame(context, box, index + 1));
    this.root.querySelector(".undo").disabled = !this.strokes.length;
    this.root.querySelector(".clear").disabled = !this.strokes.length && !this.base;
  }

  frame(context, [left, top, right, bottom], number) {
    const scale = this.canvas.width / this.size[0];
    const place = [left, top, right - left, bottom - top].map((one) => one * scale);
    for (const [colour, thickness] of [["#000", 4], ["#fff", 2]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: thickness });
      context.strokeRect(...place);
    }
    Object.assign(context, { font: "600 16px sans-serif", lineWidth: 4, strokeStyle: "#000", fillStyle: "#fff" });
    context.strokeText(number, place[0] + 7, place[1] + 20);
    context.fillText(number, place[0] + 7, place[1] + 20);
  }

  /** The regions that have words, as settings have them. */
  regions() {
    const parts = [...this.rows.children].map((row) => [...row.querySelectorAll("[data-part]")].map((one) => one.value.trim()));
    return parts.filter(([, words]) => words).map(([place, words]) => `${place}=${words}`);
  }

  /** Send the mask; returns its name for jobs, null where nothing is brushed. */
  async mask() {
    if (!this.picture || (!this.strokes.length && !this.base)) return null;
    const brushed = sheet(...this.size), whole = sheet(...this.size);
    this.paintMask(brushed);
    whole.fillRect(0, 0, ...this.size);
    whole.drawImage(brushed.canvas, 0, 0);
    const body = await new Promise((resolve) => whole.canvas.toBlob(resolve, "image/png"));
    return (await ask("/api/uploads", { method: "POST", body })).file;
  }

  /** Show the mask and the regions of a picture's settings. */
  async fill({ mask, regions }) {
    this.rows.replaceChildren();
    for (const region of regions ?? []) {
      const [place, ...words] = region.split("=");
      this.addRegion(place.trim(), words.join("=").trim());
    }
    this.base = this.picture && mask ? await loadMask(mask, this.size) : null;
    this.root.open = this.rows.children.length > 0 || this.base !== null;
    this.draw();
  }
}

function sheet(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
}

/** A mask of the server as a canvas that is transparent where the mask is black. */
async function loadMask(file, size) {
  const image = new Image();
  image.src = `/${file}`;
  await image.decode();
  const context = sheet(...size);
  context.drawImage(image, 0, 0, ...size);
  const pixels = context.getImageData(0, 0, ...size);
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data.set([255, 255, 255, pixels.data[at]], at);
  context.putImageData(pixels, 0, 0);
  return context.canvas;
}

function cornersOf({ from, to }) {
  const [left, right] = [from[0], to[0]].toSorted((a, b) => a - b), [top, bottom] = [from[1], to[1]].toSorted((a, b) => a - b);
  return [left, top, right, bottom];
}

/** A drawn place in whole percent, that any size of picture has; null for one that is too small. */
function placeOf(drawn, size) {
  const shares = cornersOf(drawn).map((one, index) => Math.round((one / size[index % 2]) * 100));
  const [left, top, right, bottom] = shares;
  return right - left < 4 || bottom - top < 4 ? null : `${left}%,${top}%,${right - left}%,${bottom - top}%`;
}

/** The box of a place in pixels; null where only the server knows it. */
function boxOf(place, size) {
  const name = place.trim().toLowerCase().replace(/[\s_-]+/g, " ").replace("center", "centre");
  const places = JSON.parse(document.getElementById("areas").dataset.places);
  const lengths = places[name]?.map((share, axis) => share * size[axis % 2]) ??
    place.split(",").map((one, axis) => (one.trim().endsWith("%") ? (parseFloat(one) / 100) * size[axis % 2] : parseFloat(one)));
  const [left, top, width, height] = lengths;
  return lengths.length === 4 && lengths.every(Number.isFinite) ? [left, top, left + width, top + height] : null;
}
