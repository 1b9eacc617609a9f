// The meeting as several people have it open: who is here, and parts of the page that follow what the others do.
// The page is complete without it. Other modules of the page share the one connection:
//   const { room } = await import(document.querySelector("[data-room]").dataset.script)
//   room.on(type, fn)      a message of the live process ("here", "changed", ...), or of this module: "open" (connected,
//                          again after a gap too), "lost", "swapped" ({name, node}: a part is new on the page)
//   room.send(words)       false when there is no connection: keep it and send it again at "open"
//   room.again()           this line answers no more, though nothing has closed it: take a new one
//   room.handles(name, fn) fn() is called instead of fetching that part again
//   room.refresh(...names) fetch parts of the page again
// An item that the reader looks at on purpose (?item=) stays; otherwise the page follows the meeting.

const RETRIES = [500, 1000, 2000, 5000, 10000, 20000]; // milliseconds between attempts; the last one repeats
const STEADY = 10000; // milliseconds after which a connection counts as good again
const QUIET = 1500; // milliseconds without a connection before anything is said about it
const TOGETHER = 60; // milliseconds in which several changes become one question
const SIGNED_OUT = 4401;
const NOT_SEEN = 4403;
const FINAL = [SIGNED_OUT, NOT_SEEN, 4413, 4429];

const place = document.querySelector("[data-room]");
const line = place.querySelector("[data-room-line]");
const status = place.querySelector("[data-room-status]");
const listeners = new Map();
const handlers = new Map();
const wanted = new Set();
let socket = null;
let tries = 0;
let later = 0;
let asking = 0;
let steady = 0;
let silence = 0;
let wasOpen = false;
let busy = false;

function emit(type, words = {}) {
  (listeners.get(type) || []).forEach((fn) => fn(words));
}

export const room = {
  on(type, fn) { listeners.set(type, [...(listeners.get(type) || []), fn]); },
  send(words) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(words));
    return true;
  },
  get isOpen() { return socket?.readyState === WebSocket.OPEN; },
  again() {
    const mine = socket;
    if (!mine) return;
    closed(mine, 0);
    mine.close();
  },
  heardAt: 0, // when anything came
  here: {}, // the last that was told of who is here
  handles(name, fn) { handlers.set(name, fn); },
  refresh(...names) {
    names.forEach((name) => (handlers.has(name) ? handlers.get(name)() : wanted.add(name)));
    clearTimeout(asking);
    asking = setTimeout(ask, TOGETHER);
  },
  say(words) { status.textContent = words; },
};

// -- The connection ----------------------------------------------------------------------------------------------

function join() {
  clearTimeout(later);
  if (socket) return;
  const port = place.dataset.roomPort;
  const host = port ? `${location.hostname}:${port}` : location.host;
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${host}${place.dataset.room}`);
  socket = mine;
  mine.onopen = () => { steady = setTimeout(() => { tries = 0; }, STEADY); };
  mine.onmessage = (event) => mine === socket && hear(JSON.parse(event.data)); // of our own live process; no window listens to messages
  mine.onclose = (event) => closed(mine, event.code);
}

function leave() {
  const mine = socket;
  socket = null;
  clearTimeout(later);
  mine?.close(1000);
}

function closed(mine, code) {
  clearTimeout(steady);
  if (mine !== socket) return;
  socket = null;
  clearTimeout(silence);
  silence = setTimeout(() => lost(code), QUIET);
  emit("lost", { code });
  if (FINAL.includes(code)) return;
  later = setTimeout(join, RETRIES[Math.min(tries, RETRIES.length - 1)]);
  tries += 1;
}

function lost(code) {
  line.textContent = FINAL.includes(code)
    ? "This page does not follow the meeting any more. Load it again to go on."
    : "Connection lost. Your words are kept on this page. Trying again.";
  line.hidden = false;
  status.textContent = line.textContent;
}

function back() {
  clearTimeout(silence);
  if (!line.hidden) status.textContent = "Connected again";
  line.hidden = true;
}

function hear(message) {
  room.heardAt = Date.now();
  if (message.type === "welcome") {
    back();
    emit("open", { again: wasOpen });
    refreshAll();
    wasOpen = true;
  } else if (message.type === "changed") room.refresh(message.part);
  else if (message.type === "ended") ended(message);
  emit(message.type, message);
}

async function ended(message) {
  if (message.code === SIGNED_OUT) document.dispatchEvent(new CustomEvent("session:ask"));
  else if (message.code === NOT_SEEN) {
    const { end } = await import(place.dataset.endScript);
    end(message.code, message.words);
    clearTimeout(silence);
  }
}

// -- Parts of the page ------------------------------------------------------------------------------------------

function refreshAll() {
  room.refresh(...[...document.querySelectorAll("[data-part]")].map((part) => part.dataset.part));
}

async function ask() {
  if (busy || !wanted.size) return;
  const names = [...wanted];
  wanted.clear();
  busy = true;
  const address = new URL(location.pathname, location.href);
  names.forEach((name) => address.searchParams.append("part", name));
  const item = new URLSearchParams(location.search).get("item");
  if (item) address.searchParams.set("item", item);
  try {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
    if (answer.ok) show(await answer.text());
    else if (answer.type === "opaqueredirect") document.dispatchEvent(new CustomEvent("session:ask"));
  } catch {
    // No connection: everything is asked for again when it is back.
  }
  busy = false;
  if (wanted.size) room.refresh();
}

// -- Forms that stay on the page -----------------------------------------------------------------------------------

// A button of the room is answered with the page itself: its parts are put in place, and nobody leaves the room for it.
// Anything else that comes back (a question to answer first, a sign-in) is shown the ordinary way.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-room-form]") || event.defaultPrevented) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const focused = document.activeElement;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { Accept: "text/html" } });
  } catch {
    // It may have arrived all the same: nothing is sent again by itself, and the page shows what is there.
    line.textContent = "No answer came, so it may not have been kept. Look whether it is there before you send it again.";
    line.hidden = false;
    status.textContent = line.textContent;
    delete form.dataset.busy;
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.querySelector("[data-part]")) {
    document.dispatchEvent(new CustomEvent("session:used"));
    answered(form, page, focused, body);
  } else ordinarily(form, event.submitter); // a question first, or a refusal: nothing has been written
  delete form.dataset.busy;
});

function ordinarily(form, button) {
  form.removeAttribute("data-room-form");
  form.requestSubmit(button?.form === form ? button : undefined);
}

// Whoever has gone on meanwhile, to another box or in this one, is left where they are, with what they typed.
function answered(form, page, focused, body) {
  const own = form.closest("[data-own]")?.dataset.own;
  const at = document.activeElement;
  const hasGoneOn = at && at !== document.body && at !== focused && !form.contains(at);
  if (room.isOpen) line.hidden = true;
  page.querySelectorAll("[data-part]").forEach(putInPlace);
  if (own) {
    const next = page.querySelector(`[data-own="${CSS.escape(own)}"]`);
    const old = document.querySelector(`[data-own="${CSS.escape(own)}"]`);
    const fresh = document.importNode(next, true);
    const wasOpen = old.querySelector("details")?.open;
    fresh.querySelectorAll("input[type=text], textarea").forEach((box) => {
      const typed = old.querySelector(`[name="${CSS.escape(box.name)}"]`)?.value;
      if (typed !== undefined && typed !== (body.get(box.name) || "")) box.value = typed;
    });
    old.replaceWith(fresh);
    if (wasOpen && fresh.querySelector("details")) fresh.querySelector("details").open = true;
    const wrong = fresh.querySelector(".govuk-input--error, .govuk-textarea--error, .govuk-select--error, [aria-invalid]");
    if (!hasGoneOn) (wrong || fresh.querySelector("textarea, input:not([type=hidden])"))?.focus({ preventScroll: !wrong });
    status.textContent = fresh.querySelector(".govuk-error-message")?.textContent || { decision: "Decision recorded", action: "Action added to the plan", message: "Message sent" }[own] || "Done";
  } else if (focused?.dataset.key && !hasGoneOn) {
    document.querySelector(`[data-key="${CSS.escape(focused.dataset.key)}"]`)?.focus({ preventScroll: true });
  }
  const words = page.querySelector(".govuk-notification-banner:not(.govuk-notification-banner--success) .govuk-notification-banner__heading");
  if (words) { line.textContent = words.textContent; line.hidden = false; status.textContent = words.textContent; }
}

// -- Putting a part in place ---------------------------------------------------------------------------------------

// Two drawings of a part are the same when they differ in nothing but tokens and the seconds that have gone by.
const bare = (part) => part.outerHTML.replace(/name="csrfmiddlewaretoken" value="[^"]*"| data-seconds="\d+">[^<]*/g, "");
const drawn = new Map([...document.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, bare(part)]));
const isTouched = (part) => [...part.querySelectorAll("textarea, input, select")].some((field) => (
  field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked
    : field.tagName === "SELECT" ? [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0
      : field.type !== "hidden" && field.value !== field.defaultValue));

function show(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  answer.querySelectorAll("[data-part]").forEach(putInPlace);
}

// A button stays under the finger that presses it: what is new in its part waits until the press is over.
let pressed = null;
const waiting = new Map();
const press = (event) => { pressed = event.target.closest("[data-part]"); };
const release = () => setTimeout(() => { // after the click
  pressed = null;
  const parts = [...waiting.values()];
  waiting.clear();
  parts.forEach(putInPlace);
});
document.addEventListener("pointerdown", press);
document.addEventListener("keydown", (event) => { if (event.key === " ") press(event); });
["pointerup", "pointercancel", "keyup"].forEach((kind) => document.addEventListener(kind, release));
addEventListener("blur", release);

function putInPlace(part) {
  const name = part.dataset.part;
  const old = document.querySelector(`[data-part="${CSS.escape(name)}"]`);
  if (old && old === pressed) waiting.set(name, part);
  else if (old && !handlers.has(name) && drawn.get(name) !== bare(part)) swap(old, document.importNode(part, true));
}

// What somebody is typing stays, and so does the place where they are on the page.
function swap(old, part) {
  const name = part.dataset.part;
  if (isTouched(old)) {
    line.textContent = "The meeting has gone on. What you typed is still here: add it, then go on.";
    line.hidden = false;
    return;
  }
  drawn.set(name, bare(part));
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const key = focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.dataset.key && `[data-key="${CSS.escape(focused.dataset.key)}"]`);
  old.querySelectorAll("details[open][id]").forEach((each) => part.querySelector(`#${CSS.escape(each.id)}`)?.setAttribute("open", ""));
  old.replaceWith(part);
  if (focused) {
    const next = (key && part.querySelector(key)) || part.querySelector("h2") || part;
    if (!next.matches("a, button, input, textarea, select, summary")) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  }
  emit("swapped", { name, node: part });
}

// -- Who is here ----------------------------------------------------------------------------------------------------

let people = [];

room.on("here", (message) => { room.here = message; people = message.people; showPeople(); });
room.on("lost", () => { people = []; showPeople(); });
room.on("swapped", () => { showPeople(); tick(); });

const order = (number) => ["1st", "2nd", "3rd"][number - 1] || `${number}th`;

function showPeople() {
  const list = document.querySelector("[data-who]");
  if (!list) return;
  const hands = people.filter((person) => person.hand).sort((one, other) => one.hand - other.hand);
  const here = new Map(people.filter((person) => person.invitation).map((person) => [person.invitation, person]));
  let count = 0;
  list.querySelectorAll("[data-extra]").forEach((each) => each.remove());
  list.querySelectorAll("[data-invitation]").forEach((row) => {
    const person = here.get(row.dataset.invitation);
    const state = row.querySelector("[data-state]");
    if (state) {
      state.dataset.before ??= state.textContent;
      state.textContent = person ? `In the room${person.in_call ? ", on the call" : ""}` : state.dataset.before;
    }
    if (state) row.querySelector(".app-dot").classList.toggle("app-dot--here", Boolean(person) || "arrived" in row.dataset);
    row.toggleAttribute("data-present", Boolean(person));
    raised(row.querySelector("[data-hand]"), person, hands);
    if (person || "arrived" in row.dataset) count += 1;
  });
  people.filter((person) => !person.invitation).forEach((person) => {
    const row = document.createElement("li");
    const [dot, name, more, hand] = ["span", "strong", "span", "span"].map((kind) => document.createElement(kind));
    row.dataset.extra = "";
    dot.className = "app-dot app-dot--here";
    dot.ariaHidden = "true";
    name.textContent = person.name;
    more.className = "app-muted app-small";
    more.textContent = `${person.agency}. In the room${person.in_call ? ", on the call" : ""}`;
    raised(hand, person, hands);
    row.append(dot, name, " ", hand, document.createElement("br"), more);
    list.append(row);
  });
  if (people.length) document.querySelectorAll("[data-count-here]").forEach((each) => { each.textContent = count; });
  const button = document.querySelector("[data-hand-button]");
  if (button) {
    button.hidden = !people.length;
    const mine = people.find((person) => person.me);
    button.querySelector("button").textContent = mine?.hand ? "Lower your hand" : "Raise your hand";
  }
}

function raised(place, person, hands) {
  if (!place) return;
  const number = hands.indexOf(person) + 1;
  place.className = number ? "app-room-hand" : "";
  place.textContent = number ? `Hand up${hands.length > 1 ? `, ${order(number)}` : ""}` : "";
}

let known = null;
room.on("here", ({ people: now }) => {
  const names = new Set(now.map((person) => person.name));
  const up = new Set(now.filter((person) => person.hand).map((person) => person.name));
  if (known) {
    const told = [...up].filter((name) => !known.up.has(name)).map((name) => `${name} has raised a hand`);
    const came = [...names].filter((name) => !known.names.has(name)).map((name) => `${name} has come in`);
    if (told.length + came.length) status.textContent = [...told, ...came].join(". ");
  }
  known = { names, up };
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-raise]")) return;
  room.send({ type: "hand", up: !people.find((person) => person.me)?.hand });
});

// -- The call: fetched when somebody joins ----------------------------------------------------------------------------

const call = document.querySelector("[data-call]");
if (call) {
  const join = call.querySelector("[data-call-join]");
  const start = () => {
    join.disabled = true;
    import(call.dataset.call).then(() => join.removeEventListener("click", start), () => { join.disabled = false; });
  };
  call.hidden = !("RTCPeerConnection" in window && navigator.mediaDevices);
  join.addEventListener("click", start);
  room.on("here", (message) => {
    const there = message.people.filter((person) => person.in_call).length;
    call.querySelector("[data-call-count]").textContent = there ? `${there} ${there === 1 ? "person" : "people"} on the call` : "";
  });
}

// -- Time ---------------------------------------------------------------------------------------------------------------

// The server said how long; this page counts on from there by its own steady clock, whatever its time of day.
function tick() {
  document.querySelectorAll("[data-clock]").forEach((each) => {
    each.dataset.since ??= String(performance.now());
    const seconds = Number(each.dataset.seconds) + (performance.now() - Number(each.dataset.since)) / 1000;
    const left = Number(each.dataset.planned) - Math.floor(seconds / 60);
    const words = `${Math.abs(left)} ${Math.abs(left) === 1 ? "minute" : "minutes"} ${left >= 0 ? "left" : "over"}`;
    if (each.textContent !== words) each.textContent = words;
  });
}

tick();
setInterval(tick, 5000);

// What is written from now on belongs to the item that is shown now; what was begun stays with the item it was begun at.
room.on("swapped", ({ name, node }) => {
  const item = name === "item" && node.querySelector("[data-item]")?.dataset.item;
  if (!item) return;
  document.querySelectorAll("[data-own] form").forEach((form) => {
    const field = form.querySelector("input[name=item]");
    if (field && !isTouched(form)) field.value = item;
  });
});

addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => event.persisted && join());
addEventListener("online", () => socket || join());
document.addEventListener("session:again", () => socket || join());
join();
