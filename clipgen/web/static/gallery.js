// The gallery: endless, filtered while typing by words or by what the pictures show; the filter is in the address.

import { pictureCard } from "./cards.js";
import { ask, isTyping, toast } from "./site.js";
import { run } from "./stream.js";

const form = document.getElementById("filter"), box = document.getElementById("pictures");
const found = document.getElementById("found"), end = document.getElementById("end"), chip = document.getElementById("like");
const BEST = 60; // pictures that a search by meaning shows
let next = 0, round = 0, isLoading = false, like = null, search = null;

function query() {
  const values = new URLSearchParams(new FormData(form));
  if (values.get("by") === "words" || !values.get("q")) values.delete("by");
  if (!values.get("q")) values.delete("q");
  if (like) values.set("like", like);
  return values;
}

async function more() {
  if (next === null || isLoading) return;
  isLoading = true;
  const mine = round, values = query();
  if (next) values.set("before", next);
  try {
    const page = await ask(`/api/pictures?${values}`);
    if (mine !== round) return;
    box.append(...page.pictures.map(pictureCard));
    next = page.next;
    end.hidden = next !== null;
    end.textContent = box.children.length ? "These are all." : "No pictures here.";
  } catch (error) {
    next = null;
    toast(error.message);
  } finally {
    if (mine === round) isLoading = false;
  }
  if (mine === round && next && end.getBoundingClientRect().top < 2 * innerHeight) more();
}

/** The pictures that fit words or a picture best, in that order. */
async function byMeaning() {
  const mine = round, favourites = form.favourite.checked;
  const wanted = like ? { pictures: [`pictures/${like}.png`] } : { prompts: [form.q.value.trim()] };
  const settings = { top: BEST, unlikely: true, fold: false, films: false };
  const job = { verb: "search", inputs: { ...wanted, folders: ["gallery"] }, settings };
  let summary = "";
  found.textContent = "Waiting…";
  try {
    await run(job, (kind, data) => {
      if (mine !== round) return;
      if (kind === "phase") found.textContent = data.text;
      else if (kind === "progress" && data.total) found.textContent = `looking at new pictures: ${data.done} of ${data.total}`;
      else if (kind === "searched") summary = fits(data);
      else if (kind === "found" && (data.picture.favourite || !favourites) && data.picture.id !== like) {
        box.append(pictureCard(data.picture));
      }
    }, search.signal);
    if (mine === round) found.textContent = summary;
  } catch (error) {
    if (mine === round) found.textContent = error.message;
  }
}

function fits({ files, likely, unknown }) {
  const words = unknown.length ? ` Unknown words: ${unknown.join(", ")}.` : "";
  if (like) return `The pictures that are most like it, of ${files}.`;
  const line = likely ? `${likely} of ${files} pictures fit better than chance. They come first.`
    : `None of ${files} pictures fits better than chance. These come nearest.`;
  return line + words;
}

function restart() {
  round++;
  search?.abort();
  search = new AbortController();
  isLoading = false;
  box.replaceChildren();
  chip.hidden = !like;
  const values = query(), isMeant = values.has("like") || values.has("by");
  form.deleted.disabled = isMeant;
  history.replaceState(null, "", values.size ? `?${values}` : location.pathname);
  end.hidden = true;
  next = isMeant ? null : 0;
  found.textContent = !isMeant && form.deleted.checked ? "Deleted pictures are kept for 30 days." : "";
  if (isMeant) byMeaning();
  else more();
}

const given = new URLSearchParams(location.search);
form.q.value = given.get("q") ?? "";
form.by.value = given.get("by") === "meaning" ? "meaning" : "words";
if (/^[0-9a-f]{16}$/.test(given.get("like") ?? "")) like = given.get("like");
for (const name of ["favourite", "deleted"]) form[name].checked = given.get(name) === "1";
let waiting;
form.addEventListener("input", (event) => {
  clearTimeout(waiting);
  if (event.target === form.q) like = null;
  waiting = setTimeout(restart, form.by.value === "meaning" ? 700 : 200);
});
form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(waiting); restart(); });
chip.querySelector("button").addEventListener("click", () => { like = null; restart(); form.q.focus(); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || isTyping(event)) return;
  event.preventDefault();
  form.q.focus();
});
const sentinel = document.createElement("div");
box.after(sentinel);
new IntersectionObserver((seen) => seen[0].isIntersecting && more(), { rootMargin: "800px" }).observe(sentinel);
restart();
