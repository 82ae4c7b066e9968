// The board of a prompt: pages of drawings, replayed stroke by stroke; doubtful ones behind a click.

import { ask, copy, toast } from "./site.js";
import { hide, play } from "./replay.js";

const list = document.getElementById("board");
const days = [...document.querySelectorAll("[data-day]")];
const before = document.getElementById("before"), next = document.getElementById("next");
let prompt = null, page = 0, mine = null, shown = null;

/** Show the board of a prompt; highlight: the id of a drawing. */
export async function showBoard(id, highlight = null) {
  if (id !== prompt) page = 0;
  [prompt, mine] = [id, highlight ?? mine];
  const day = days.find((button) => button.getAttribute("aria-pressed") === "true").dataset.day;
  try {
    const found = await ask(`/api/game/board?prompt=${id}&day=${day}&page=${page}`);
    if (id !== prompt) return;
    list.replaceChildren(...found.drawings.map(entry));
    document.getElementById("empty").hidden = found.drawings.length > 0;
    before.hidden = page === 0;
    next.hidden = (page + 1) * found.page_size >= found.count;
  } catch (error) {
    toast(error.message);
  }
}

function entry(drawing) {
  const item = copy("entry"), button = item.querySelector("button");
  item.classList.toggle("mine", drawing.id === mine);
  item.querySelector(".rank").textContent = `${drawing.rank}.`;
  item.querySelector(".who").textContent = drawing.name;
  item.querySelector(".points").textContent = drawing.score.toFixed(1);
  item.classList.toggle("veiled", drawing.veiled);
  if (drawing.veiled) {
    button.textContent = "Doubtful: show";
    button.addEventListener("click", () => { lift(item, button, drawing); }, { once: true });
  } else {
    lift(item, button, drawing);
  }
  return item;
}

function lift(item, button, drawing) {
  const image = new Image(256, 256);
  image.src = `/game/drawings/${drawing.id}.png`;
  image.alt = `Drawing by ${drawing.name}, ${drawing.score.toFixed(1)} points; replay it`;
  image.loading = "lazy";
  button.replaceChildren(image);
  item.classList.remove("veiled");
  setTimeout(() => button.addEventListener("click", () => open(drawing)));
}

async function open(drawing) {
  try {
    const { strokes } = await ask(`/api/game/drawings/${drawing.id}`);
    shown = drawing;
    for (const kind of ["png", "gif"]) document.getElementById(kind).href = `/game/drawings/${drawing.id}.${kind}`;
    play(`${drawing.rank}. ${drawing.name}: ${drawing.score.toFixed(1)}`, strokes);
  } catch (error) {
    toast(error.message);
  }
}

document.getElementById("report").addEventListener("click", async () => {
  try {
    await ask(`/api/game/drawings/${shown.id}/report`, { method: "POST", json: {} });
    toast("Thank you. It is veiled until the owner has looked at it.");
    hide();
    showBoard(prompt);
  } catch (error) {
    toast(error.message);
  }
});
for (const button of days) {
  button.addEventListener("click", () => {
    for (const other of days) other.setAttribute("aria-pressed", String(other === button));
    page = 0;
    showBoard(prompt);
  });
}
before.addEventListener("click", () => { page--; showBoard(prompt); });
next.addEventListener("click", () => { page++; showBoard(prompt); });
