// Who else is on this part, and where they write; and that somebody has saved, so that their words come in by themselves.
// The page is complete without it: with no live process nothing is said, and newer answers come with the next save.
//   tells the document "part:look"; hears "part:saved" and "session:again"

const RETRIES = [1000, 3000, 10000, 30000, 60000]; // milliseconds between attempts; the last one repeats
const WRITING = 8000; // milliseconds after the last key in which somebody still writes
const SETTLE = 1500; // milliseconds: somebody who turns a page leaves and comes back
const SIGNED_OUT = 4401;
const NOT_SEEN = 4403;
const FINAL = [SIGNED_OUT, NOT_SEEN, 4413, 4429];

const line = document.querySelector("[data-beside]");
const status = document.querySelector("[data-beside-status]");
const form = document.querySelector("form[data-part]");
let socket = null;
let tries = 0;
let later = 0;
let showing = 0;
let names = new Set();
let question = "";
let stopping = 0;

function join() {
  clearTimeout(later);
  if (socket) return;
  const port = line.dataset.port;
  const host = port ? `${location.hostname}:${port}` : location.host;
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${host}${line.dataset.beside}`);
  socket = mine;
  mine.onopen = () => { tries = 0; document.dispatchEvent(new CustomEvent("part:look")); };
  mine.onmessage = (event) => hear(JSON.parse(event.data)); // of our own live process; no window listens to messages
  mine.onclose = (event) => {
    if (mine !== socket) return;
    socket = null;
    show([], false);
    if (FINAL.includes(event.code)) return;
    later = setTimeout(join, RETRIES[Math.min(tries, RETRIES.length - 1)]);
    tries += 1;
  };
}

function leave() {
  const mine = socket;
  socket = null;
  clearTimeout(later);
  mine?.close(1000);
}

const tell = (words) => { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(words)); };

function hear(message) {
  if (message.type === "newer") document.dispatchEvent(new CustomEvent("part:look"));
  else if (message.type === "here") {
    clearTimeout(showing);
    const grew = message.people.some((person) => !names.has(person.name) || person.question);
    showing = setTimeout(() => show(message.people, message.own), grew ? 0 : SETTLE);
  } else if (message.type === "ended" && message.code === SIGNED_OUT) document.dispatchEvent(new CustomEvent("session:ask"));
  else if (message.type === "ended" && message.code === NOT_SEEN) end(message.words);
}

const placeOf = (key) => (key ? form.querySelector(`[data-question="${CSS.escape(key)}"]`) : null);
const labelOf = (place) => place?.querySelector("label, legend, h2")?.textContent.trim() || "";

function show(people, own) {
  const said = people.map((person) => {
    const where = labelOf(placeOf(person.question));
    return `${person.name} (${person.agency}) ${where ? `is writing in “${where}”` : "is on this part"}`;
  });
  if (own) said.push("You have this part open in another window");
  line.textContent = said.length ? `${said.join(". ")}.` : "";
  line.hidden = !said.length;
  form.querySelectorAll("[data-writing]").forEach((note) => note.remove());
  for (const person of people) {
    const place = placeOf(person.question);
    if (!place) continue;
    const note = document.createElement("p");
    note.className = "app-writing";
    note.dataset.writing = "";
    note.setAttribute("aria-hidden", "true"); // the line above says it
    note.textContent = `${person.name} is writing here`;
    place.prepend(note);
  }
  // Read aloud when somebody comes, and not each time they turn to another answer.
  const came = people.filter((person) => !names.has(person.name)).map((person) => `${person.name}, ${person.agency}`);
  names = new Set(people.map((person) => person.name));
  if (came.length) status.textContent = `Also on this part now: ${came.join("; ")}`;
}

function writing(key) {
  clearTimeout(stopping);
  if (key) stopping = setTimeout(() => writing(""), WRITING);
  if (key === question) return;
  question = key;
  tell({ type: "writing", question });
}

// Sight has ended: the record leaves the screen.
function end(words) {
  const main = document.querySelector("main");
  const heading = document.createElement("h1");
  heading.className = "govuk-heading-l";
  heading.tabIndex = -1;
  heading.textContent = words.replace(/\.$/, "");
  const next = document.createElement("p");
  next.className = "govuk-body";
  const link = document.createElement("a");
  link.className = "govuk-link";
  link.href = "/my-work/";
  link.textContent = "Go to My work";
  next.append("Somebody changed who may see it. What you saved before is kept. If you think this is wrong, ask the Early Help hub. ", link);
  document.dispatchEvent(new CustomEvent("session:leave"));
  main.replaceChildren(heading, next);
  document.title = heading.textContent;
  heading.focus();
}

if (line && form) {
  form.addEventListener("input", (event) => writing(event.target.closest("[data-question]")?.dataset.question || ""));
  form.addEventListener("focusout", () => writing(""));
  document.addEventListener("part:saved", () => tell({ type: "saved" }));
  document.addEventListener("session:again", () => { leave(); join(); });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => event.persisted && join());
  addEventListener("online", join);
  join();
}
