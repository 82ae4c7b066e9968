// Draws of a generator, without words.

import { pictureCard } from "./cards.js";
import { counted } from "./site.js";
import { run } from "./stream.js";

const form = document.getElementById("sample"), state = document.getElementById("state");
const wrong = document.getElementById("wrong"), pictures = document.getElementById("pictures");

function job() {
  const settings = { generator: form.generator.value, size: form.size.value.split("x").map(Number), count: Number(form.count.value) };
  settings.seed = form.seed.value === "" ? Math.floor(Math.random() * 2 ** 31) : Number(form.seed.value);
  return { verb: "sample", inputs: form.walk.value === "" ? {} : { walk: Number(form.walk.value) }, settings };
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button.main"), asked = job();
  button.disabled = true;
  wrong.hidden = true;
  state.textContent = "Waiting…";
  const made = [];
  try {
    await run(asked, (kind, data) => {
      if (kind === "phase") state.textContent = data.text;
      else if (kind === "picture") made.push(data.picture);
    });
    pictures.replaceChildren(...made.map(pictureCard));
    state.textContent = `${counted(made.length, "picture")}, seed ${asked.settings.seed}; in the gallery, too.`;
  } catch (error) {
    state.textContent = "";
    wrong.textContent = error.message;
    wrong.hidden = false;
  } finally {
    button.disabled = false;
  }
});
