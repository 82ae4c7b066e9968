// A round for several people: wait, draw while the clock runs, see the scores of the others, then all drawings.

import { ask, copy, toast } from "./site.js";
import { play } from "./replay.js";
import { drawAll } from "./strokes.js";
import { by, keep, Looks, toolsOf } from "./tools.js";

const LAST = 400; // milliseconds before the end at which the last drawing is sent
const code = by("round").dataset.code, path = `/api/game/rounds/${code}`, KEY = `clipgen-round-${code}`;
let round = null, mine = null, ends = 0, isSent = false;

const headers = () => ({ "X-Player-Key": localStorage.getItem(KEY) ?? "" });
const runs = () => round?.state === "running" && Date.now() < ends - LAST;
const looks = new Looks(() => ask(`${path}/drawing`, { method: "POST", json: { strokes: sheet.strokes }, headers: headers() }));
const sheet = toolsOf(() => { if (mine && runs()) looks.ask(); });

function show() {
  const { state, prompt, players } = round, has = (number) => players.find((player) => player.number === number);
  by("what").textContent = prompt ? `Draw ${prompt.text}` : `Round ${code}`;
  by("join").hidden = mine !== null || state === "ended";
  by("start").hidden = mine !== 1 || state !== "waiting";
  by("status").textContent = {
    waiting: `Others join with the code ${code}, or at the address of this page. ${mine === 1 ? "Start when all are there." : `${has(1)?.name ?? "Who opened it"} starts the round.`}`,
    running: mine ? "Everyone draws the same." : "The round runs; you may still join.",
    ended: prompt && players.length ? "The round has ended." : "This round was never started.",
  }[state];
  by("players").replaceChildren(...players.map((player) => {
    const item = document.createElement("li"), points = Object.assign(document.createElement("span"), { className: "points" });
    if (state !== "waiting") points.textContent = player.score.toFixed(1);
    item.append(`${state === "waiting" ? "" : `${player.rank}. `}${player.name}`, points);
    item.classList.toggle("mine", player.number === mine);
    return item;
  }));
  by("save").hidden = state !== "ended" || !sheet.strokes.length || !mine || !prompt;
  lock();
}

function lock() {
  if (sheet.locked !== !(mine && runs())) {
    sheet.locked = !sheet.locked;
    sheet.cancel();
    for (const button of document.querySelectorAll(".tools button")) button.disabled = sheet.locked;
    by("sheet").classList.toggle("locked", sheet.locked);
    if (!sheet.locked) sheet.changed();
  }
}

function tick() {
  if (round?.state === "running") by("clock").textContent = String(Math.ceil(Math.max(0, ends - Date.now()) / 1000));
  lock();
  if (mine && round?.state === "running" && !runs() && !isSent && sheet.strokes.length) {
    isSent = true;
    looks.last();
  }
}

async function showResults() {
  by("clock").textContent = "0";
  by("results").hidden = false;
  const drawn = round.players.filter((player) => player.has_drawn);
  by("drawings").replaceChildren(...drawn.map((player) => {
    const item = copy("entry"), button = item.querySelector("button");
    item.classList.toggle("mine", player.number === mine);
    item.querySelector(".rank").textContent = `${player.rank}.`;
    item.querySelector(".who").textContent = player.name;
    item.querySelector(".points").textContent = player.score.toFixed(1);
    if (player.veiled) {
      item.classList.add("veiled");
      button.textContent = "Doubtful: show";
      button.addEventListener("click", () => lift(item, button, player), { once: true });
    } else {
      lift(item, button, player);
    }
    return item;
  }));
}

async function lift(item, button, player) {
  try {
    const { strokes } = await ask(`${path}/drawings/${player.number}`);
    const canvas = Object.assign(document.createElement("canvas"), { width: 512, height: 512, className: "drawn" });
    drawAll(canvas, strokes);
    button.replaceChildren(canvas);
    button.setAttribute("aria-label", `Drawing by ${player.name}, ${player.score.toFixed(1)} points; replay it`);
    item.classList.remove("veiled");
    button.addEventListener("click", () => play(`${player.rank}. ${player.name}: ${player.score.toFixed(1)}`, strokes));
  } catch (error) {
    toast(error.message);
  }
}

function heard(event) {
  round = JSON.parse(event.data);
  ends = Date.now() + 1000 * (round.left ?? 0);
  show();
  if (round.state === "ended") showResults();
}

function follow() {
  const source = new EventSource(`${path}/events`);
  source.addEventListener("round", heard);
  source.addEventListener("ended", (event) => { source.close(); heard(event); });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
  });
}

async function act(path, json) {
  try {
    return await ask(path, { method: "POST", json, headers: headers() });
  } catch (error) {
    toast(error.message);
    return null;
  }
}

by("join").addEventListener("submit", async (event) => {
  event.preventDefault();
  localStorage.setItem("clipgen-name", by("name").value);
  const joined = await act(`${path}/players`, { name: by("name").value });
  if (!joined) return;
  localStorage.setItem(KEY, joined.key);
  mine = joined.number;
  keep(sheet, KEY);
  show();
});
by("start").addEventListener("click", () => act(`${path}/start`, {}));
by("save").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = round.players.find((player) => player.number === mine).name;
  const saved = await act("/api/game/drawings", { prompt: round.prompt.id, strokes: sheet.strokes, name });
  if (!saved) return;
  by("save").hidden = true;
  by("saved").textContent = `Saved: ${saved.score.toFixed(1)} points${saved.rank ? `, place ${saved.rank} of all time` : ""}.`;
});

by("name").value = localStorage.getItem("clipgen-name") ?? "";
if (localStorage.getItem(KEY)) {
  try {
    const known = await ask(`${path}/drawing`, { headers: headers() });
    mine = known.number;
    keep(sheet, KEY, known.strokes);
  } catch {
    localStorage.removeItem(KEY); // of a round that is forgotten
  }
}
try {
  await ask(path);
  follow();
} catch (error) {
  by("status").textContent = error.message;
}
setInterval(tick, 100);
lock();
