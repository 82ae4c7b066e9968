// Cards of pictures: favourite, delete with undo, restore.

import { ask, copy, toast } from "./site.js";

/** A card; it is removed when its picture is deleted or restored. */
export function pictureCard(picture) {
  const root = copy("picture-card"), link = root.querySelector("a"), image = root.querySelector("img");
  root.dataset.id = picture.id;
  link.href = picture.page;
  image.src = picture.thumbnail;
  image.alt = named(picture);
  root.querySelector("figcaption").textContent = picture.prompt;
  root.querySelector("figcaption").title = picture.prompt;
  const star = root.querySelector(".favourite"), bin = root.querySelector(".delete");
  mark(star, picture);
  star.addEventListener("click", () => setFavourite(picture, star));
  name(bin, picture);
  bin.addEventListener("click", () => (picture.deleted ? restore(picture, root) : remove(picture, root)));
  return root;
}

function named({ prompt, seed }) {
  return prompt || `picture without words, seed ${seed}`;
}

function name(bin, picture) {
  const text = picture.deleted ? "Restore" : "Delete";
  bin.title = text;
  bin.setAttribute("aria-label", `${text}: ${named(picture)}`);
  if (picture.deleted) bin.firstElementChild.textContent = "↺";
}

function mark(star, picture) {
  star.setAttribute("aria-pressed", String(picture.favourite));
  star.setAttribute("aria-label", `Favourite: ${named(picture)}`);
}

async function tried(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message);
    return null;
  }
}

function setFavourite(picture, star) {
  return tried(async () => {
    const json = { favourite: !picture.favourite };
    Object.assign(picture, await ask(`/api/pictures/${picture.id}`, { method: "PATCH", json }));
    mark(star, picture);
  });
}

function remove(picture, root) {
  return tried(async () => {
    await ask(`/api/pictures/${picture.id}`, { method: "DELETE" });
    const next = root.nextElementSibling, parent = root.parentElement;
    (next ?? root.previousElementSibling)?.querySelector("a").focus();
    root.remove();
    const run = () => tried(async () => {
      await ask(`/api/pictures/${picture.id}`, { method: "PATCH", json: { deleted: false } });
      parent.insertBefore(root, next?.parentElement === parent ? next : null);
    });
    toast("Deleted. It is kept for 30 days.", { text: "Undo", run });
  });
}

function restore(picture, root) {
  return tried(async () => {
    await ask(`/api/pictures/${picture.id}`, { method: "PATCH", json: { deleted: false } });
    root.remove();
    toast("Restored.");
  });
}
