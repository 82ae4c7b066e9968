// Things in a picture: boxes over it, and a table of them.

import { choosePicture, listed } from "./chosen.js";
import { run } from "./stream.js";

const form = document.getElementById("detect"), shown = document.getElementById("shown");
const state = document.getElementById("state"), table = document.getElementById("matches");
const SVG = "http://www.w3.org/2000/svg", KINDS = 7; // colours in the style sheet
let file = null;

function element(name, values, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function clear() {
  shown.querySelector("svg")?.remove();
  table.hidden = true;
}

/** Draw what was found over the picture: one colour for each phrase. */
function show({ size: [width, height], found, missing }) {
  const phrases = [...new Set(found.map((one) => one.text))], unit = Math.max(width, height) / 100;
  const overlay = element("svg", { viewBox: `0 0 ${width} ${height}`, class: "boxes", role: "img" });
  overlay.setAttribute("aria-label", found.length ? `Found: ${phrases.join(", ")}` : "Nothing was found");
  for (const { text, box: [left, top, right, bottom] } of found.toReversed()) {
    const kind = phrases.indexOf(text) % KINDS, place = { x: left, y: top, width: right - left, height: bottom - top };
    const under = top > 5 * unit ? top - unit : top + 4 * unit;
    overlay.append(element("rect", { ...place, class: `box kind-${kind}` }));
    overlay.append(element("text", { x: left + unit, y: under, class: `label kind-${kind}`, "font-size": 3.6 * unit }, text));
  }
  shown.append(overlay);
  table.tBodies[0].replaceChildren(...found.map(row));
  table.hidden = found.length === 0;
  state.textContent = missing.length ? `Not found: ${missing.join(", ")}.` : "";
}

function row({ text, score, box }) {
  const made = document.createElement("tr");
  for (const value of [text, score.toFixed(2), box.join(", ")]) made.insertCell().textContent = value;
  return made;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button.main"), settings = { threshold: Number(form.threshold.value) };
  button.disabled = true;
  clear();
  state.textContent = "Waiting…";
  try {
    await run({ verb: "detect", inputs: { pictures: [file], texts: listed(form.phrases.value) }, settings }, (kind, data) => {
      if (kind === "phase") state.textContent = data.text;
      else if (kind === "detected") show(data);
      else if (kind === "skipped") state.textContent = data.reason;
    });
  } catch (error) {
    state.textContent = error.message;
  } finally {
    button.disabled = false;
  }
});

choosePicture((name) => {
  file = name;
  form.querySelector("button.main").disabled = false;
  clear();
  state.textContent = "";
});
