// Saves what is typed three seconds after the last key and on leaving a box. The page works without it.
// What was typed is never thrown away here: it stays in the page until the server says that it is stored.

const form = document.querySelector("form[data-part]");
const status = form?.querySelector("[data-autosave-status]");
const WAIT = 3000; // milliseconds after the last key
const RETRY = 8000; // milliseconds before a failed save is tried again
const dirty = new Set(); // keys of questions with something not stored yet
let timer = 0;
let saving = false;
let leaving = false;

const questionOf = (element) => element.closest("[data-question]");
const boxes = (question) => [...form.querySelectorAll(`[data-question="${question}"] :is(input, textarea, select)[name]`)];

function say(words, bad = false) {
  if (!status) return;
  status.textContent = words;
  status.classList.toggle("app-unsaved", bad);
  status.classList.toggle("app-saved--none", words === "");
}

function plan(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function changed(event) {
  const question = questionOf(event.target);
  if (!question || event.target.name === "settle") return;
  dirty.add(question.dataset.question);
  say("Not saved yet", true);
  plan(event.type === "change" ? 300 : WAIT);
}

function body(questions) {
  const data = new FormData();
  for (const name of ["csrfmiddlewaretoken", "base", "writer"]) data.append(name, form.elements[name].value);
  for (const question of questions) {
    data.append("question", question);
    for (const box of boxes(question)) {
      if ((box.type === "checkbox" || box.type === "radio") && !box.checked) continue;
      data.append(box.name, box.value);
    }
  }
  return data;
}

const post = (questions) => fetch(form.dataset.saveUrl, {
  method: "POST", body: body(questions), keepalive: leaving, redirect: "manual", headers: { Accept: "application/json" },
});

// Somebody who signed in again has a new token: take it from a fresh copy of this page. False if there is no form any more.
async function renewToken() {
  const fresh = new DOMParser().parseFromString(await (await fetch(window.location.href)).text(), "text/html");
  const token = fresh.querySelector("form[data-part] [name=csrfmiddlewaretoken]");
  if (token) form.elements.csrfmiddlewaretoken.value = token.value;
  return Boolean(token);
}

async function save() {
  clearTimeout(timer);
  if (saving || dirty.size === 0) return;
  const sent = [...dirty];
  dirty.clear();
  saving = true;
  let answer;
  try {
    let response = await post(sent);
    if (response.status === 403 && !leaving && await renewToken()) response = await post(sent);
    if (!response.ok) throw new Error(response.type === "opaqueredirect" ? "signed out" : String(response.status));
    answer = await response.json();
  } catch (problem) {
    sent.forEach((question) => dirty.add(question));
    say(problem.message === "signed out"
      ? "Not saved: you have been signed out. Sign in again in another tab. What you typed stays here."
      : problem.message === "403"
        ? "Not saved: this part cannot be changed any more. Copy what you typed."
        : "Not saved: no connection. We will try again. Do not close this page.", true);
    plan(RETRY);
    return;
  } finally {
    saving = false;
  }
  stored(answer);
  if (dirty.size) plan(WAIT);
}

function stored(answer) {
  const shown = JSON.parse(form.elements.base.value || "{}");
  for (const [box, pair] of Object.entries(answer.bases)) {
    if (!dirty.has(box.split("__")[0]) || !(box in answer.newer)) shown[box] = pair;
  }
  for (const [box, values] of Object.entries(answer.newer)) {
    if (!dirty.has(box.split("__")[0])) show(box, values);
  }
  form.elements.base.value = JSON.stringify(shown);
  for (const place of form.querySelectorAll("[data-versions]")) {
    const found = Object.entries(answer.versions).filter(([box]) => box.split("__")[0] === place.dataset.versions);
    if (!place.querySelector("[name=settle]:checked")) place.innerHTML = found.map(([, html]) => html).join("");
  }
  const errors = Object.entries(answer.errors);
  for (const box of form.querySelectorAll("[data-autosave-error]")) box.remove();
  for (const [name, words] of errors) {
    const question = form.querySelector(`[data-question="${name.split("__")[0]}"]`);
    const note = document.createElement("p");
    note.className = "govuk-error-message";
    note.dataset.autosaveError = "";
    note.textContent = words;
    question?.prepend(note);
  }
  if (errors.length) say("One answer needs correcting. The others are saved.", true);
  else if (answer.kept.length) say(`Saved ${answer.saved}. Somebody else changed this too: both are kept.`, false);
  else if (answer.notice) say(`Saved ${answer.saved}. ${answer.notice}`, true);
  else if (!dirty.size) say(`Saved ${answer.saved}`);
}

// Shows what somebody else wrote in a box that nobody touched here.
function show(box, values) {
  const question = box.split("__")[0];
  for (const element of boxes(question)) {
    const same = element.name === box || element.name.startsWith(`${box}__nk`) || element.name.startsWith(`${box}_`);
    if (!same || (element.name !== box && !(element.name in values) && element.name.includes("__p"))) continue;
    const wanted = values[element.name] ?? [];
    if (element.type === "checkbox" || element.type === "radio") element.checked = wanted.includes(element.value);
    else element.value = wanted[0] ?? "";
  }
}

// A question that depends on another is shown when it applies, or when something stands in it already.
function reveal() {
  for (const place of form.querySelectorAll("[data-shown-when]")) {
    const rule = JSON.parse(place.dataset.shownWhen);
    const chosen = [...form.querySelectorAll(`[name="${rule.name}"]:checked`)].map((box) => box.value);
    const filled = [...place.querySelectorAll("textarea, input")].some((box) => (
      box.type === "checkbox" || box.type === "radio" ? box.checked : box.value !== ""
    ));
    place.hidden = !filled && !chosen.some((value) => rule.any.includes(value));
  }
}

if (form) {
  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => { changed(event); reveal(); });
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); dirty.clear(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") { leaving = true; save(); leaving = false; }
  });
  window.addEventListener("online", () => plan(0));
  window.addEventListener("beforeunload", (event) => { if (dirty.size) { save(); event.preventDefault(); } });
  reveal();
}
