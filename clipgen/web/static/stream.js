// Follows the events of all jobs; while the page is hidden the connection is closed, and resumed without a gap.

const KINDS = ["queued", "started", "phase", "note", "step", "picture", "rating", "stopping", "done", "failed", "cancelled"];

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
