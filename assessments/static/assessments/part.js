// Saves what is typed at the latest three seconds after the first key, and on leaving a box. The page works without it.
// What was typed is never thrown away here: it stays in the page until the server says that it is stored. Nothing is
// kept on the device. Tells the document "part:saved"; hears "part:look" (somebody else has saved) and the session's words.

const form = document.querySelector("form[data-part]");
const status = form?.querySelector("[data-autosave-status]");
const WAIT = 3000; // milliseconds from the first key that is not saved
const AFTERWARDS = [1000, 2000, 4000, 8000, 15000, 30000]; // milliseconds before a failed save is tried again; the last repeats
const PATIENCE = 15000; // milliseconds that an answer may take
const ALIVE = 60000; // bytes that a browser sends for a page that has gone
const QUIET = 20000; // milliseconds between two times that "Saved" is read aloud
const dirty = new Set(); // keys of questions with something not stored yet
const spoken = document.createElement("p"); // what a screen reader hears: not each of the many times that it is saved
let timer = 0;
let due = Infinity;
let sending = null; // the save that is under way
let tries = 0;
let turn = 0;
let over = false; // nobody is signed in, or somebody else is
let leaving = false;
let said = { problem: false, at: 0 };

// -- Which box belongs to which question ---------------------------------------------------------------------------

const bases = () => JSON.parse(form.elements.base.value || "{}");
let slots = {};
const panels = new Map(); // what the server last said of an answer's versions, by the place where they stand

function slotOf(name) {
  if (name in slots) return name;
  const found = /^(.+?)(__nk|__still|__offer|_day|_month|_year)$/.exec(name);
  return found && found[1] in slots ? found[1] : "";
}

const questionOf = (name) => slotOf(name).split("__")[0];
const boxes = (question) => [...form.elements].filter((box) => box.name && questionOf(box.name) === question);
const isTick = (box) => box.type === "checkbox" || box.type === "radio";

// -- Saying --------------------------------------------------------------------------------------------------------

function say(words, problem = false) {
  status.textContent = words;
  status.classList.toggle("app-unsaved", problem);
  status.classList.toggle("app-saved--none", words === "" || words === "Not saved yet");
}

function speak(words, problem) {
  const now = Date.now();
  if (!problem && !said.problem && now - said.at < QUIET) return;
  if (problem && said.problem && spoken.textContent === words) return;
  spoken.textContent = words;
  said = { problem, at: now };
}

function tell(words, problem = false) {
  say(words, problem);
  if (words !== "Not saved yet") speak(words, problem);
}

// -- Saving --------------------------------------------------------------------------------------------------------

function plan(wait, { later = false } = {}) {
  const at = Date.now() + wait;
  if (!later && at >= due) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(save, wait);
}

function changed(event) {
  const question = event.target.name && questionOf(event.target.name);
  if (!question) return;
  dirty.add(question);
  if (over || tries) return; // what is wrong is being said already
  say("Not saved yet");
  plan(event.type === "change" ? 0 : WAIT);
}

function body(questions) {
  turn = Math.max(turn + 1, Date.now());
  form.elements.turn.value = turn;
  const data = new FormData();
  for (const name of ["csrfmiddlewaretoken", "page_of", "base", "writer", "turn"]) data.append(name, form.elements[name]?.value ?? "");
  for (const question of questions) {
    data.append("question", question);
    for (const box of boxes(question)) {
      if (box.disabled || (isTick(box) && !box.checked)) continue;
      data.append(box.name, box.value);
    }
  }
  return data;
}

function post(questions) {
  const data = body(questions);
  const size = [...data.values()].reduce((sum, value) => sum + 3 * value.length + 120, 0);
  return fetch(form.dataset.saveUrl, {
    method: "POST", body: data, keepalive: leaving && size < ALIVE, redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE), headers: { Accept: "application/json" },
  });
}

// Sends what is not stored yet. Gives true when everything is.
async function save() {
  clearTimeout(timer);
  due = Infinity;
  if (sending) return sending;
  if (over || dirty.size === 0) return dirty.size === 0;
  sending = send([...dirty]);
  const isStored = await sending;
  sending = null;
  if (isStored && dirty.size) plan(WAIT);
  return isStored && dirty.size === 0;
}

async function send(questions) {
  questions.forEach((question) => dirty.delete(question));
  try {
    const response = await post(questions);
    if (!response.ok) throw response;
    stored(await response.json());
    tries = 0;
    document.dispatchEvent(new CustomEvent("session:used"));
    document.dispatchEvent(new CustomEvent("part:saved"));
    return true;
  } catch (problem) {
    questions.forEach((question) => dirty.add(question));
    failed(problem);
    return false;
  }
}

function failed(problem) {
  const code = problem.type === "opaqueredirect" ? 401 : problem.status;
  if (code === 401 || code === 403 || code === 409) document.dispatchEvent(new CustomEvent("session:ask"));
  if (code === 401) tell("Not saved: you have been signed out. What you typed stays here. Sign in again to save it.", true);
  else if (code === 409) tell("Not saved: somebody else has signed in here.", true);
  else if (code === 403 && tries > 1) tell("Not saved: this part cannot be changed any more. Copy what you typed.", true);
  else if (code === 404) tell("Not saved: you cannot see this part any more.", true);
  else if (!navigator.onLine || !code) tell("Not saved: no connection. It is sent when the connection is back. Do not close this page.", true);
  else tell("Not saved: the service does not answer. We try again by ourselves. Do not close this page.", true);
  const wait = AFTERWARDS[Math.min(tries, AFTERWARDS.length - 1)];
  tries += 1;
  plan(wait * (0.8 + 0.4 * Math.random()), { later: true });
}

const againAtOnce = () => { if (dirty.size && !over) plan(0, { later: true }); };

// -- What the server answered --------------------------------------------------------------------------------------

function stored(answer) {
  const before = bases();
  const shown = { ...before };
  for (const [box, pair] of Object.entries(answer.bases)) {
    if (!dirty.has(questionOf(box)) || !(box in answer.newer)) shown[box] = pair;
  }
  const newer = Object.entries(answer.newer).filter(([box]) => !dirty.has(questionOf(box)));
  for (const [box, values] of newer) show(box, values);
  for (const place of form.querySelectorAll("[data-versions]")) {
    const found = Object.entries(answer.versions).filter(([box]) => questionOf(box) === place.dataset.versions);
    const html = found.map(([, words]) => words).join("");
    if (html === (panels.get(place) ?? "")) continue;
    if (place.querySelector("[name=settle]:checked")) { // somebody decides: what they have not seen is not decided on
      for (const [box] of found) shown[box] = [shown[box][0], before[box][1]];
      continue;
    }
    place.innerHTML = html;
    panels.set(place, html);
  }
  form.elements.base.value = JSON.stringify(shown);
  if (newer.length) form.dispatchEvent(new Event("change")); // what depends on an answer follows it
  for (const box of form.querySelectorAll("[data-autosave-error]")) box.remove();
  for (const [name, words] of Object.entries(answer.errors)) mark(name, words);
  if (Object.keys(answer.errors).length) tell("One answer needs correcting. The others are saved.", true);
  else if (dirty.size) say("Not saved yet");
  else if (answer.kept.length) tell(`Saved ${answer.saved}. Somebody else, or you in another window, changed this too: both are kept.`);
  else if (answer.notice) tell(`Saved ${answer.saved}. ${answer.notice}`, true);
  else if (answer.saved) tell(`Saved ${answer.saved}`);
}

function mark(name, words) {
  const note = document.createElement("p");
  note.className = "govuk-error-message";
  note.dataset.autosaveError = "";
  note.textContent = words;
  const box = boxes(questionOf(name)).find((each) => slotOf(each.name) === name);
  const group = box?.closest(".govuk-form-group");
  if (group) group.prepend(note);
}

// Shows what somebody else wrote in a box that nobody touched here.
function show(box, values) {
  for (const element of boxes(questionOf(box))) {
    if (slotOf(element.name) !== box || /__(still|offer)$/.test(element.name)) continue;
    const wanted = values[element.name] ?? [];
    if (isTick(element)) element.checked = wanted.includes(element.value);
    else element.value = wanted[0] ?? "";
    grow(element);
  }
}

// Somebody else has saved: asks for what is newer, and touches no box that has something unsaved.
async function look() {
  if (over || sending || dirty.size || document.visibilityState === "hidden") return;
  try {
    const response = await post([]);
    if (response.ok) stored(await response.json());
  } catch { /* the next save brings it */ }
}

// -- The look of the page ------------------------------------------------------------------------------------------

// A question that depends on another is shown when it applies, or when something stands in it already.
function reveal() {
  for (const place of form.querySelectorAll("[data-shown-when]")) {
    const rule = JSON.parse(place.dataset.shownWhen);
    const chosen = [...form.querySelectorAll(`[name="${rule.name}"]:checked`)].map((box) => box.value);
    const filled = [...place.querySelectorAll("textarea, input")].some((box) => (isTick(box) ? box.checked : box.value !== ""));
    place.hidden = !filled && !chosen.some((value) => rule.any.includes(value));
  }
}

// Text areas are as high as their text. New browsers do it by themselves (field-sizing in app.css).
const growsItself = CSS.supports("field-sizing", "content");
function grow(element) {
  if (growsItself || element.tagName !== "TEXTAREA") return;
  element.style.height = "auto";
  element.style.height = `${element.scrollHeight + 4}px`;
}

// A link out of the page is followed when everything is stored.
async function followed(event) {
  const to = event.target.closest?.("a[href]");
  if (!to || to.target || !(dirty.size || sending) || over || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (to.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  while (dirty.size || sending) if (!await save() && tries) break;
  window.location.assign(to.href); // the browser asks first while something is not stored
}

// The button goes on when everything is stored: a service that does not answer must not cost what stands in the page.
async function submitted(event) {
  if (over) return event.preventDefault();
  if (dirty.size || sending) {
    event.preventDefault();
    while (dirty.size || sending) if (!await save() && tries) return undefined;
    return form.requestSubmit(event.submitter);
  }
  leaving = true;
  clearTimeout(timer);
  form.elements.turn.value = Math.max(turn + 1, Date.now());
  return undefined;
}

if (form) {
  slots = bases();
  status.removeAttribute("role");
  spoken.className = "govuk-visually-hidden";
  spoken.setAttribute("role", "status");
  form.prepend(spoken);
  form.addEventListener("input", (event) => { changed(event); grow(event.target); });
  form.addEventListener("change", (event) => { changed(event); reveal(); });
  form.addEventListener("submit", submitted);
  document.addEventListener("click", followed);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") { leaving = true; save(); leaving = false; }
  });
  document.addEventListener("session:over", () => { over = true; });
  document.addEventListener("session:again", () => { over = false; tries = 0; againAtOnce(); });
  document.addEventListener("session:leave", () => { dirty.clear(); over = true; });
  document.addEventListener("part:look", look);
  window.addEventListener("pageshow", (event) => { if (event.persisted) leaving = false; });
  window.addEventListener("online", againAtOnce);
  window.addEventListener("beforeunload", (event) => { if (dirty.size || (sending && !leaving)) { save(); event.preventDefault(); } });
  form.querySelectorAll("textarea").forEach(grow);
  reveal();
}
