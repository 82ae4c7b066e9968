// Follows the events of all jobs; while the page is hidden the connection is closed, and resumed without a gap.

import { ask } from "./site.js";

const KINDS = ["queued", "started", "phase", "note", "step", "picture", "rating", "stopping", "done", "failed", "cancelled"];
const ANSWERS = ["described", "labelled", "ranked", "compared", "skipped", "progress", "searched", "found", "detected"];

/** Run a job to its end, or until `signal` aborts it; calls `heard(kind, data)` for its events, and throws an Error with
    its reason if it fails. */
export async function run(job, heard, signal) {
  const entry = await ask("/api/jobs", { method: "POST", json: job });
  await new Promise((resolve, reject) => {
    const source = new EventSource(entry.events);
    const stop = () => {
      source.close();
      ask(`/api/jobs/${entry.id}/cancel`, { method: "POST" }).catch(() => {}); // it ends by itself, too
      reject(new Error("It was stopped."));
    };
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    const ends = (kind, data) => {
      source.close();
      if (kind === "done") resolve();
      else reject(new Error(data.error ?? "It was stopped."));
    };
    for (const kind of [...KINDS, ...ANSWERS]) {
      source.addEventListener(kind, (event) => {
        const data = JSON.parse(event.data);
        if (["done", "failed", "cancelled"].includes(kind)) ends(kind, data);
        else heard(kind, data);
      });
    }
  });
}

/** Call `heard(kind, data)` for every event after one by its number. */
export function follow(after, heard) {
  let source = null, last = after, waiting = null;
  const open = () => {
    clearTimeout(waiting);
    if (source || document.hidden) return;
    source = new EventSource(`/api/events?after=${last}`);
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        last = event.lastEventId;
        heard(kind, JSON.parse(event.data));
      });
    }
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      close();
      waiting = setTimeout(open, 3000);
    });
  };
  const close = () => { source?.close(); source = null; };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  open();
}
