// What all pages share: requests, and short messages.

/** Ask the API; returns its JSON, or throws an Error with the line that it answered. */
export async function ask(path, { method = "GET", json, body, headers = {} } = {}) {
  const options = { method, headers: { ...headers } };
  if (json !== undefined) {
    options.body = JSON.stringify(json);
    options.headers["Content-Type"] = "application/json";
  } else if (body !== undefined) {
    options.body = body;
    options.headers["Content-Type"] = body.type || "application/octet-stream";
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("The server cannot be reached.");
  }
  const found = answer.headers.get("content-type")?.startsWith("application/json") ? await answer.json() : null;
  if (answer.ok) return found;
  const error = new Error(found?.error ?? (answer.status === 413 ? "That is too large." : `The server answered ${answer.status}.`));
  error.settings = found?.settings ?? [];
  error.status = answer.status;
  throw error;
}

/** Show a short message, with a button if `act` is given: { text, run }. */
export function toast(text, act) {
  const shown = document.createElement("div");
  shown.className = "toast";
  shown.append(Object.assign(document.createElement("span"), { textContent: text }));
  const end = () => shown.remove();
  if (act) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: act.text });
    button.addEventListener("click", () => { end(); act.run(); });
    shown.append(button);
  }
  document.getElementById("toasts").append(shown);
  setTimeout(end, act ? 10000 : 5000);
}

/** A copy of a template of the page. */
export function copy(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** All settings of a job by their plain names: the groups of its JSON are taken apart. */
export function flat(settings) {
  const found = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value && typeof value === "object" && !Array.isArray(value)) Object.assign(found, value);
    else found[name] = value;
  }
  return found;
}

/** Whether a key was pressed while something is typed. */
export function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]");
}

/** A number with its noun: 1 scene, 2 scenes. */
export function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
