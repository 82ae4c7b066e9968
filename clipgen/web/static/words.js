// A picture into words: it is sent, and captioned or classified.

import { choosePicture, listed } from "./chosen.js";
import { run } from "./stream.js";

const form = document.getElementById("words"), shown = document.getElementById("shown");
const state = document.getElementById("state"), table = document.getElementById("matches");
let file = null;

function job() {
  const labels = listed(form.labels.value);
  const verb = labels.length ? "classify" : "caption";
  return { verb, inputs: { pictures: [file], texts: labels }, settings: { top: verb === "caption" ? 5 : Math.max(1, labels.length) } };
}

function showMatches(matches) {
  const best = Math.max(...matches.map((match) => match.score), 1e-9);
  table.tBodies[0].replaceChildren(...matches.map((match) => {
    const row = document.createElement("tr"), bar = document.createElement("meter");
    bar.max = best;
    bar.value = Math.max(0, match.score);
    bar.setAttribute("aria-hidden", "true");
    row.insertCell().textContent = match.text;
    row.insertCell().textContent = match.score.toFixed(3);
    row.insertCell().append(bar);
    return row;
  }));
  table.hidden = matches.length === 0;
  state.textContent = matches.length ? "" : "Nothing fits.";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  state.textContent = "Waiting…";
  try {
    await run(job(), (kind, data) => {
      if (kind === "phase") state.textContent = data.text;
      else if (kind === "described" || kind === "labelled") showMatches(data.matches);
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
  form.querySelector("button").disabled = false;
  table.hidden = true;
  state.textContent = "";
});
