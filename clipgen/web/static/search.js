// Pictures of a library by words; the query is in the address.

import { run } from "./stream.js";

const form = document.getElementById("search"), state = document.getElementById("state"), box = document.getElementById("found");
let round = 0;

function card({ path, score, named, likely, copies }) {
  const made = document.createElement("figure"), link = document.createElement("a"), image = new Image();
  const place = `/${path.split("/").map(encodeURIComponent).join("/")}`, name = path.split("/").slice(2).join("/");
  made.className = "card";
  link.className = "shot";
  link.href = `${place}?side=1600`;
  image.src = place;
  image.alt = name;
  image.loading = "lazy";
  link.append(image);
  const caption = document.createElement("figcaption");
  const notes = [score.toFixed(3), ...(named ? ["by name"] : []), ...(likely || named ? [] : ["unlikely"]),
    ...(copies.length ? [`+${copies.length} like it`] : [])];
  caption.textContent = `${name} · ${notes.join(" · ")}`;
  caption.title = caption.textContent;
  made.append(link, caption);
  return made;
}

async function search() {
  const mine = ++round, text = form.text.value.trim();
  if (!text) return;
  history.replaceState(null, "", `?${new URLSearchParams({ text, library: form.library.value })}`);
  box.replaceChildren();
  state.textContent = "Waiting…";
  const settings = { top: 60, unlikely: form.unlikely.checked };
  try {
    await run({ verb: "search", inputs: { prompts: [text], folders: [`library/${form.library.value}`] }, settings }, (kind, data) => {
      if (mine !== round) return;
      if (kind === "phase") state.textContent = data.text;
      else if (kind === "progress") state.textContent = `looking for new pictures: ${data.done} of ${data.total}`;
      else if (kind === "searched") state.textContent = summary(data);
      else if (kind === "found") box.append(card(data));
    });
  } catch (error) {
    if (mine === round) state.textContent = error.message;
  }
}

function summary({ files, likely, unknown }) {
  const words = unknown.length ? ` Unknown words: ${unknown.join(", ")}.` : "";
  return `${likely ? `${likely} fit` : "Nothing fits"} among ${files} pictures.${words}`;
}

form?.addEventListener("submit", (event) => { event.preventDefault(); search(); });
const asked = new URLSearchParams(location.search);
if (form && asked.get("text")) {
  form.text.value = asked.get("text");
  if ([...form.library.options].some((one) => one.value === asked.get("library"))) form.library.value = asked.get("library");
  search();
}
