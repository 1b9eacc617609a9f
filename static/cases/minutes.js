// The shared minutes: several people type at once, in one entry or in several. What is typed is sent after a moment, kept
// here until the server says that it is stored, and sent again until then. Nothing is kept on the device.
// Each entry is a Yjs document with one text. Server and page say to each other what cases/minutes/live.py lists.

const { room } = await import(document.querySelector("[data-room]").dataset.script);
const place = () => document.querySelector("[data-minutes]");
const [Y, { makeLook }, { edit, changed, caretOf, indexOf }] = await Promise.all(
  ["yjs", "look", "text"].map((name) => import(place().dataset[name])),
);

const GATHER = 40; // milliseconds in which keys become one update
const CARET = 150; // milliseconds between two times that a caret is told
const WRITING = 6000; // milliseconds that somebody who pressed a key is writing
const CHECK = 20000; // milliseconds between two comparisons with what is stored
const AGAIN = 5000; // milliseconds without an answer after which something is sent again
const DEAF = 15000; // milliseconds without any word from the server, though something waits, after which a new line is taken
const LARGE = 16000; // bytes above which keys are not gathered into one update
const ALIVE = 60000; // bytes that a browser sends for a page that has gone
const EMPTY = "\u0000\u0000";

const entries = new Map(); // id: Entry
const pending = new Map(); // key: {entry, update, begins, at, since}; in the order of typing
const people = new Map(); // membership: name
const status = document.querySelector("[data-minutes-status]");
let me = 0;
let may = false;
let isReady = false; // the server knows what this page knows
let askedAt = 0; // when the minutes were last asked for
let savedAt = "";
let problem = "";
let composing = null; // the entry that grows in the box under the list
let timer = 0;
let caretAt = 0;
let saidCaret = "";

const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const bytesOf = (words) => Uint8Array.from(atob(words), (letter) => letter.charCodeAt(0));
const isNothing = (bytes) => bytes.length === 2 && String.fromCharCode(...bytes) === EMPTY;
const textOf = (entry) => entry.text.toString();
const itemShown = () => place()?.dataset.item || null;
const look = makeLook({ entries, people, place, textOf, itemShown, bind, indexOf: (entry, caret) => indexOf(Y, entry, caret), composing: () => composing, mayWrite: (entry) => may && !entry.ahead });
const { draw } = look;

// -- Entries -----------------------------------------------------------------------------------------------------------

function entryOf(id, facts = {}) {
  let entry = entries.get(id);
  if (!entry) {
    const doc = new Y.Doc();
    entry = { id, doc, text: doc.getText("text"), made: [], carets: new Map(), box: null, isBegun: true, waiting: [], with: [], ...facts };
    entry.undo = new Y.UndoManager(entry.text, { trackedOrigins: new Set(["here"]), captureTimeout: 600 });
    doc.on("update", (update, origin) => {
      if (origin === "there") return;
      entry.made.push(update);
      clearTimeout(timer);
      timer = setTimeout(flush, GATHER);
      say();
    });
    entry.text.observe((event) => changed(entry, event));
    entries.set(id, entry);
  }
  Object.assign(entry, facts);
  return entry;
}

function hear(entry, update) {
  if (entry.isComposed) entry.waiting.push(update); // an input method is at work: its letters are not pulled away
  else Y.applyUpdate(entry.doc, update, "there");
}

// -- Sending -----------------------------------------------------------------------------------------------------------

function flush() {
  for (const entry of entries.values()) {
    const made = entry.made.splice(0);
    while (made.length) {
      const part = [made.shift()];
      while (made.length && part.reduce((sum, each) => sum + each.length, made[0].length) < LARGE) part.push(made.shift());
      const key = crypto.randomUUID();
      const begins = !entry.isBegun && !entry.beginning;
      if (begins) entry.beginning = key;
      pending.set(key, { entry, update: part.length > 1 ? Y.mergeUpdates(part) : part[0], begins, at: 0, since: Date.now() });
      send(key);
    }
  }
  say();
}

function words(key, { entry, update, begins }) {
  const about = { entry: entry.id, key, update: base64(update) };
  if (begins) return { type: "minutes.begin", ...about, item: entry.item, kind: entry.kind, said_by: entry.said_by };
  return { type: "minutes.write", ...about, caret: caretOf(Y, entry) };
}

function send(key) {
  const kept = pending.get(key);
  if (!isReady || (!kept.begins && kept.entry.beginning)) return; // the entry must be there before what follows
  if (room.send(words(key, kept))) kept.at = Date.now();
}

function sendAll(olderThan = 0) {
  const before = Date.now() - olderThan;
  for (const [key, kept] of pending) if (kept.at <= before) send(key);
}

function stored(keys, at) {
  let own = false;
  for (const key of keys) {
    const kept = pending.get(key);
    if (!kept) continue;
    own = true;
    pending.delete(key);
    if (kept.begins) {
      kept.entry.isBegun = true;
      kept.entry.beginning = "";
      sendAll();
      describe(kept.entry);
    }
  }
  if (own) { problem = ""; savedAt = at || savedAt; document.dispatchEvent(new CustomEvent("session:used")); }
  say();
}

// What the server knows less of than this page is sent anew; the keys that were on their way are done with.
function heal(entry, missing, vector) {
  if (!isNothing(missing)) hear(entry, missing);
  const mine = [...pending].filter(([, kept]) => kept.entry === entry && !kept.begins);
  if (!mine.length) return;
  mine.forEach(([key]) => pending.delete(key));
  entry.made.unshift(Y.encodeStateAsUpdate(entry.doc, vector));
  flush();
}

function check() {
  const vectors = {};
  for (const entry of entries.values()) if (entry.isBegun) vectors[entry.id] = base64(Y.encodeStateVector(entry.doc));
  if (isReady) room.send({ type: "minutes.check", vectors });
}

// -- Hearing -----------------------------------------------------------------------------------------------------------

function open() {
  isReady = false;
  askedAt = Date.now();
  room.send({ type: "minutes.open" });
}

room.on("open", open);
room.on("lost", () => { isReady = false; say(); });

room.on("minutes.state", (message) => {
  me = message.me;
  may = message.may;
  know(message.people);
  const there = new Set(message.entries.map((each) => each.id));
  message.entries.forEach((each, number) => take({ ...each, place: number }));
  for (const entry of entries.values()) if (!there.has(entry.id) && entry.isBegun) forget(entry);
  isReady = true;
  sendAll();
  const box = place()?.querySelector("form.app-write textarea");
  if (box && box.value !== box.defaultValue) takeUp(box);
  draw();
});

room.on("minutes.entry", (message) => {
  know(message.people);
  const entry = take(message.entry);
  if (entry.author !== me) room.say(`${people.get(entry.author)} is writing in the minutes`);
  touch(entry, entry.author, null);
  stored([message.key], message.at);
  draw();
});

room.on("minutes.wrote", (message) => {
  const own = [];
  for (const [id, writer, key, update, caret] of message.on) {
    const entry = entries.get(id);
    if (pending.has(key)) own.push(key);
    if (!entry) continue;
    if (!own.includes(key)) hear(entry, bytesOf(update));
    if (writer !== entry.author && !entry.with.includes(writer)) entry.with.push(writer);
    if (writer !== me) touch(entry, writer, caret);
  }
  stored(own, message.at);
  draw();
});

room.on("minutes.saved", (message) => stored(message.keys, message.at));
room.on("minutes.caret", ({ on: [id, writer, caret] }) => { if (entries.has(id)) { touch(entries.get(id), writer, caret); draw(); } });
room.on("minutes.people", (message) => know(message.people));

room.on("minutes.described", (message) => {
  const entry = entries.get(message.entry);
  if (!entry) return;
  delete entry.wanted;
  Object.assign(entry, { kind: message.kind, said_by: message.said_by });
  draw();
});

room.on("minutes.gone", (message) => {
  message.entries.forEach((id) => entries.has(id) && forget(entries.get(id)));
  draw();
});

room.on("minutes.checked", (message) => {
  for (const [id, [missing, vector]] of Object.entries(message.entries)) if (entries.has(id)) heal(entries.get(id), bytesOf(missing), bytesOf(vector));
});

room.on("minutes.refused", (message) => {
  const kept = pending.get(message.key);
  if (!kept) return;
  if (message.why === "behind") setTimeout(check, 600);
  else if (message.why === "later" || message.why === "busy") setTimeout(() => pending.has(message.key) && send(message.key), 1000);
  else if (message.why === "gone" && textOf(kept.entry)) startAnew(kept.entry);
  else {
    pending.delete(message.key);
    problem = `Not saved: ${message.words} Copy what you typed.`;
  }
  say();
});

function know(found) { for (const [who, name] of Object.entries(found || {})) people.set(Number(who), name); }

function take({ update, ...facts }) {
  const wanted = entries.get(facts.id)?.wanted; // what kind its writer has said it is, and the server has not heard
  const entry = entryOf(facts.id, { ...facts, ...wanted, isBegun: true });
  hear(entry, bytesOf(update));
  return entry;
}

function forget(entry) {
  for (const [key, kept] of pending) if (kept.entry === entry) pending.delete(key);
  entry.node?.remove();
  entries.delete(entry.id);
  if (composing === entry) composing = null;
  if (!entry.box) return;
  entry.box.entry = null; // the next key begins a new entry with all that the box says
  if (entry.box.form && textOf(entry).trim()) problem = "Not saved: this entry was taken away. What you typed is still in the box: add it again.";
}

// An entry that was emptied and taken away while somebody wrote on: their words begin a new one.
function startAnew(entry) {
  const said = textOf(entry);
  const wasComposing = composing === entry;
  const { box, item, kind, said_by } = entry;
  entry.box = null;
  forget(entry);
  const made = begin(item, kind, said_by);
  if (wasComposing) { composing = made; bind(box, made); }
  edit(made, said);
}

// -- Typing ------------------------------------------------------------------------------------------------------------

function begin(item, kind, saidBy) {
  return entryOf(crypto.randomUUID(), { item, kind, said_by: saidBy, author: me, ahead: false, isBegun: false, beginning: "" });
}

function bind(box, entry) {
  entry.box = box;
  box.value = textOf(entry);
  box.entry = entry;
}

function typed(event) {
  if (event.target.matches?.("[data-minutes] textarea")) takeUp(event.target);
}

// What a box says, keyed or pasted, or typed before this page could share it: on a slow line that is some seconds.
function takeUp(box) {
  if (!may) return;
  if (!box.entry && box.value) {
    composing = begin(itemShown(), box.form.elements.kind.value || "fact", box.form.elements.who.value);
    composing.box = box;
    box.entry = composing;
  }
  if (box.entry) edit(box.entry, box.value, box.selectionEnd);
}

// What kind of entry it is may be chosen after its first words.
function describe(entry) {
  if (!entry.wanted || !entry.isBegun) return;
  room.send({ type: "minutes.describe", entry: entry.id, ...entry.wanted });
}

function chosen(event) {
  const form = event.target.form;
  if (!composing || form !== composing.box?.form || !["kind", "who"].includes(event.target.name)) return;
  composing.wanted = { kind: form.elements.kind.value, said_by: form.elements.who.value };
  Object.assign(composing, composing.wanted);
  describe(composing);
}

// The buttons under the box. What was typed is there already: "Add to minutes" only makes room for the next entry.
function submitted(event) {
  const form = event.target;
  if (!form.matches("[data-minutes] form") || form.dataset.goesOn) return;
  const box = form.elements.text;
  if (!composing || composing.box !== box || !textOf(composing).trim()) return;
  event.preventDefault();
  const entry = composing;
  const isMinute = event.submitter?.value === "minute";
  composing = null;
  entry.box = null;
  box.entry = null;
  flush();
  if (isMinute) {
    describe(entry);
    box.value = "";
    form.elements.who.value = "";
    box.focus();
    draw();
    return;
  }
  edit(entry, ""); // it becomes a decision or an action, and is in the box until that is stored
  flush();
  const { submitter } = event;
  const until = Date.now() + 2000;
  const goOn = () => {
    if (pending.size && Date.now() < until) return setTimeout(goOn, 50);
    form.dataset.goesOn = "1";
    return form.requestSubmit(submitter);
  };
  goOn();
}

function tellCaret() {
  const entry = document.activeElement?.entry;
  const now = Date.now();
  if (!entry || !entry.isBegun || now - caretAt < CARET || entry.made.length) return;
  const caret = caretOf(Y, entry);
  const told = `${entry.id} ${caret}`;
  if (told === saidCaret) return;
  caretAt = now;
  saidCaret = told;
  room.send({ type: "minutes.caret", entry: entry.id, caret });
}

function touch(entry, who, caret) {
  if (who === me) return;
  for (const other of entries.values()) if (other !== entry) other.carets.delete(who);
  entry.carets.set(who, { caret, until: Date.now() + WRITING });
}

// -- The page ----------------------------------------------------------------------------------------------------------

function say() {
  if (!status) return;
  const waits = pending.size || [...entries.values()].some((entry) => entry.made.length);
  const bad = problem || (waits && !isReady ? "Not saved: no connection. Your words are kept on this page. Do not close it." : "");
  const words = bad || (waits ? "Saving" : savedAt && `All minutes saved ${savedAt}`);
  if (status.textContent !== words) status.textContent = words;
  status.classList.toggle("app-saved--problem", Boolean(bad));
  status.classList.toggle("app-saved--none", !bad && (Boolean(waits) || !savedAt));
}

// The meeting goes on to another item, or its minutes are closed: the list follows, and nobody's box is emptied.
let following = 0;
async function follow() {
  clearTimeout(following);
  const address = new URL(location.pathname, location.href);
  address.searchParams.set("part", "minutes");
  const item = new URLSearchParams(location.search).get("item");
  if (item) address.searchParams.set("item", item);
  try {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-minutes]");
    if (!next) {
      if (!pending.size) document.querySelector("[data-part=minutes]")?.replaceChildren();
      return;
    }
    if (next.dataset.item === place().dataset.item) return;
    place().dataset.item = next.dataset.item;
    place().querySelector(".app-card__head").replaceWith(document.importNode(next.querySelector(".app-card__head"), true));
    const field = place().querySelector("input[name=item]");
    if (field) field.value = next.dataset.item;
    draw();
  } catch {
    // No connection: it is asked again when that is back.
  }
}

// What the page still holds as it is left is sent by a request that outlives it.
function left() {
  flush();
  if (!pending.size) return;
  const typedHere = [];
  let size = 0;
  for (const [key, kept] of pending) {
    const message = words(key, kept);
    size += message.update.length + 300;
    if (size > ALIVE) break;
    typedHere.push(message);
  }
  const body = new URLSearchParams({
    csrfmiddlewaretoken: document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "",
    page_of: document.querySelector("[data-session]")?.dataset.pageOf || "",
    typed: JSON.stringify({ typed: typedHere }),
  });
  fetch(place().dataset.typed, { method: "POST", body, keepalive: true, credentials: "same-origin", redirect: "manual" }).catch(() => {});
}

document.addEventListener("input", typed);
document.addEventListener("change", chosen);
document.addEventListener("submit", submitted, true);
document.addEventListener("selectionchange", tellCaret);
document.addEventListener("compositionstart", (event) => { if (event.target.entry) event.target.entry.isComposed = true; });
document.addEventListener("compositionend", (event) => {
  const { entry } = event.target;
  if (!entry) return;
  edit(entry, event.target.value, event.target.selectionEnd);
  entry.isComposed = false;
  entry.waiting.splice(0).forEach((update) => hear(entry, update));
});
document.addEventListener("keydown", (event) => {
  const entry = event.target.entry;
  if (!entry || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  if (event.shiftKey) entry.undo.redo();
  else entry.undo.undo();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && flush());
addEventListener("pagehide", left);
addEventListener("beforeunload", (event) => { flush(); if (pending.size && !isReady) event.preventDefault(); });
setInterval(() => {
  const [oldest] = pending.values();
  if (room.isOpen && oldest && Date.now() - Math.max(oldest.since, room.heardAt) > DEAF) room.again();
  else if (room.isOpen && !isReady && Date.now() - askedAt > AGAIN) open(); // no answer came
  sendAll(AGAIN);
  say();
  draw();
  tellCaret();
}, 1000);
setInterval(check, CHECK);
room.handles("minutes", () => { clearTimeout(following); following = setTimeout(follow, 60); });
if (room.isOpen) open();
