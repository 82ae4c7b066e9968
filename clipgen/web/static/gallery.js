// The gallery: endless, filtered while typing; the filter is in the address.

import { pictureCard } from "./cards.js";
import { ask, isTyping, toast } from "./site.js";

const form = document.getElementById("filter"), box = document.getElementById("pictures");
const found = document.getElementById("found"), end = document.getElementById("end");
let next = 0, round = 0, isLoading = false;

function query() {
  const values = new URLSearchParams(new FormData(form));
  if (!values.get("q")) values.delete("q");
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

function restart() {
  round++;
  next = 0;
  isLoading = false;
  box.replaceChildren();
  found.textContent = form.deleted.checked ? "Deleted pictures are kept for 30 days." : "";
  const values = query();
  history.replaceState(null, "", values.size ? `?${values}` : location.pathname);
  more();
}

const given = new URLSearchParams(location.search);
form.q.value = given.get("q") ?? "";
for (const name of ["favourite", "deleted"]) form[name].checked = given.get(name) === "1";
let waiting;
form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(restart, 200); });
form.addEventListener("submit", (event) => { event.preventDefault(); restart(); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || isTyping(event)) return;
  event.preventDefault();
  form.q.focus();
});
const sentinel = document.createElement("div");
box.after(sentinel);
new IntersectionObserver((seen) => seen[0].isIntersecting && more(), { rootMargin: "800px" }).observe(sentinel);
restart();
