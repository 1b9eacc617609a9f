// Who else has this record open, in a quiet line; and the end of the page when its reader may not see the record any more.
// The page is complete without it: when there is no live process nothing is said and nothing is missing.
//   hears {"type": "here", "people": [{name, agency, where}]} and, once, {"type": "ended", "code", "words"}

const RETRIES = [1000, 3000, 10000, 30000, 60000]; // milliseconds between attempts; the last one repeats
const STEADY = 10000; // milliseconds after which a connection counts as good again
const SETTLE = 1500; // milliseconds: somebody who turns a page leaves and comes back
const SIGNED_OUT = 4401;
const NOT_SEEN = 4403;
const FINAL = [SIGNED_OUT, NOT_SEEN, 4413, 4429];

class Live {
  constructor(line) {
    this.line = line;
    this.status = line.parentElement.querySelector("[data-live-status]");
    this.tries = 0;
    this.names = new Set();
    this.typed = false;
    addEventListener("input", () => { this.typed = true; });
    addEventListener("submit", () => { this.typed = false; });
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (event) => event.persisted && this.join());
    addEventListener("online", () => this.socket || this.join());
    this.join();
  }

  join() {
    clearTimeout(this.later);
    const port = this.line.dataset.livePort;
    const host = port ? `${location.hostname}:${port}` : location.host;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${host}${this.line.dataset.live}`);
    this.socket = socket;
    socket.addEventListener("open", () => { this.steady = setTimeout(() => { this.tries = 0; }, STEADY); });
    socket.onmessage = (event) => this.hear(JSON.parse(event.data)); // of our own live process; no window listens to messages
    socket.addEventListener("close", (event) => this.closed(socket, event.code));
  }

  leave() {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.later);
    if (socket) socket.close(1000);
  }

  closed(socket, code) {
    clearTimeout(this.steady);
    if (socket !== this.socket) return;
    this.socket = null;
    this.show([]);
    if (FINAL.includes(code)) return;
    this.later = setTimeout(() => this.join(), RETRIES[Math.min(this.tries, RETRIES.length - 1)]);
    this.tries += 1;
  }

  hear(message) {
    if (message.type === "here") {
      clearTimeout(this.showing);
      // Whoever comes is shown at once; a list that only grew shorter may grow again in a moment.
      const grew = message.people.some((person) => !this.names.has(person.name));
      this.showing = setTimeout(() => this.show(message.people), grew ? 0 : SETTLE);
    } else if (message.type === "ended" && (message.code === NOT_SEEN || message.code === SIGNED_OUT)) {
      end(message.code, message.words, this.typed);
    }
  }

  show(people) {
    const before = this.names;
    this.names = new Set(people.map((person) => person.name));
    this.line.textContent = people.length
      ? `Also here: ${people.map((person) => `${person.name} (${person.agency})${person.where ? `, ${person.where}` : ""}`).join("; ")}`
      : "";
    this.line.hidden = !people.length;
    // Read aloud when somebody comes, and not each time they turn a page.
    const came = people.filter((person) => !before.has(person.name)).map((person) => `${person.name}, ${person.agency}`);
    if (came.length) this.status.textContent = `Also looking at this record now: ${came.join("; ")}`;
  }
}

// The record leaves the screen. Words that were typed and not saved are the reader's own while they are only signed out.
export function end(code, words, typed = false) {
  const main = document.querySelector("main");
  const heading = document.createElement("h1");
  heading.className = "govuk-heading-l";
  heading.tabIndex = -1;
  heading.textContent = words.replace(/\.$/, "");
  const next = document.createElement("p");
  next.className = "govuk-body";
  next.textContent = code === SIGNED_OUT
    ? "Sign in again to go on. "
    : "Somebody changed who may see it. What you saved before is kept. If you think this is wrong, ask the Early Help hub. ";
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.href = "/my-work/";
  link.textContent = code === SIGNED_OUT ? "Sign in" : "Go to My work";
  next.append(link);
  document.querySelectorAll("[data-live-of-the-record]").forEach((part) => part.remove());
  if (code === SIGNED_OUT && typed) {
    heading.className = "govuk-heading-m";
    main.prepend(heading, next);
  } else {
    main.querySelectorAll("form").forEach((form) => form.dispatchEvent(new Event("submit"))); // nothing is asked on leaving
    main.replaceChildren(heading, next);
    document.title = heading.textContent;
  }
  heading.focus();
}

document.querySelectorAll("[data-live]").forEach((line) => new Live(line));
