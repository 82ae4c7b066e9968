// The dialog in which a drawing replays.

import { replay } from "./strokes.js";

const dialog = document.getElementById("replay");
let shown = [], stop = () => {};

/** Show a drawing stroke by stroke. */
export function play(title, strokes) {
  document.getElementById("replay-title").textContent = title;
  shown = strokes;
  if (!dialog.open) dialog.showModal();
  again();
}

/** Close the dialog. */
export function hide() {
  dialog.close();
}

function again() {
  stop();
  stop = replay(dialog.querySelector("canvas"), shown);
}

document.getElementById("again").addEventListener("click", again);
dialog.addEventListener("close", () => stop());
