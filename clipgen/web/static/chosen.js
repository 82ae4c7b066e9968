// A picture to work on: dropped, pasted, chosen, or named in the address.

import { onDrop } from "./drop.js";
import { ask, toast } from "./site.js";

/** Follow the picture of a page; `changed(file)` is called with its name for jobs. */
export function choosePicture(changed) {
  const shown = document.getElementById("shown");
  const show = (file) => {
    const image = new Image();
    image.src = `/${file}`;
    image.alt = "The picture";
    shown.replaceChildren(image);
    shown.classList.remove("empty");
    changed(file);
  };
  const take = async (chosen) => {
    try {
      show((await ask("/api/uploads", { method: "POST", body: chosen })).file);
    } catch (error) {
      toast(error.message);
    }
  };
  onDrop(document.getElementById("drop-here"), take);
  document.getElementById("f-file").addEventListener("change", (event) => event.target.files[0] && take(event.target.files[0]));
  const asked = new URLSearchParams(location.search).get("picture");
  if (/^pictures\/[0-9a-f]{16}\.png$/.test(asked ?? "")) show(asked);
}

/** The parts of a text that are separated by commas or lines. */
export function listed(text) {
  return text.split(/[,\n]/).map((one) => one.trim()).filter(Boolean);
}
