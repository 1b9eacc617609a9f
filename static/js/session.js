// Warns before the session ends, and lets somebody sign in again where they are: what they typed stays in the page.
// Pages work without it: then what was sent too late is kept on the server until its writer has signed in again.
//   tells the document: "session:over" (nobody is signed in), "session:again" (the same person is, with a new token)
//   hears from the document: "session:used" (the server was just asked something), "session:ask" (an answer said "signed out")

const WARNING = 120; // seconds before the end
const HERE = 300; // seconds: somebody who typed within them is here and is not asked
const ROUND = 60; // seconds by which the server may be behind: it notes use once a minute

const place = document.querySelector("[data-session]");
const sameOrigin = { credentials: "same-origin", headers: { Accept: "text/html, application/json" } };
const now = () => Date.now() / 1000;

let idleEnd = now() + Number(place?.dataset.idle);
let dayEnd = now() + Number(place?.dataset.day);
let typedAt = 0;
let timer = 0;
let panel = null; // the dialog that is open: "warning", "sign-in", "other"
let dayWarned = false;
let hops = 0; // pages that followed each other without anybody pressing a button

const element = (name, words = "", facts = {}) => Object.assign(document.createElement(name), { textContent: words, ...facts });
const clock = (seconds) => {
  const at = new Date(seconds * 1000);
  return `${at.getHours() % 12 || 12}:${String(at.getMinutes()).padStart(2, "0")}${at.getHours() < 12 ? "am" : "pm"}`;
};
const tokens = () => document.querySelectorAll("input[name=csrfmiddlewaretoken]");
const tell = (what) => document.dispatchEvent(new CustomEvent(`session:${what}`));

// -- How long there is ---------------------------------------------------------------------------------------------

async function ask(method = "GET") {
  const body = method === "POST" ? new URLSearchParams({ csrfmiddlewaretoken: tokens()[0]?.value || "" }) : undefined;
  const answer = await fetch(place.dataset.session, { ...sameOrigin, method, body, cache: "no-store" });
  if (answer.status === 403) return ask(); // somebody signed in again in another tab: GET gives the new token
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function note(found) {
  idleEnd = now() + found.idle;
  dayEnd = now() + found.day;
}

// What the server says now, put into effect. True when the person who opened this page is signed in.
function settle(found) {
  if (!found.signed_in) {
    signIn();
    return false;
  }
  if (found.page_of !== place.dataset.pageOf) {
    somebodyElse();
    return false;
  }
  note(found);
  renew(found.token);
  const wasOver = panel && panel.dataset.kind !== "warning";
  close();
  if (wasOver) tell("again");
  plan();
  return true;
}

function renew(token) {
  tokens().forEach((field) => { field.value = token; });
}

async function look(method = "GET") {
  try {
    return settle(await ask(method));
  } catch {
    plan(10); // no network: ask again soon, and cover nothing on a guess
    return false;
  }
}

function plan(seconds) {
  clearTimeout(timer);
  const left = Math.min(idleEnd, dayEnd) - now();
  const warning = Math.min(WARNING, left / 3);
  timer = setTimeout(check, 1000 * Math.min(20 * 60, Math.max(1, seconds ?? left - warning)));
}

async function check() {
  const left = Math.min(idleEnd, dayEnd) - now();
  if (left > WARNING + 5) return plan();
  if (idleEnd <= dayEnd && left > 0 && now() - typedAt < HERE) return look("POST");
  if (panel) return plan(5);
  if (!await look()) return undefined; // another tab may have made it longer, or it is over
  const really = Math.min(idleEnd, dayEnd) - now();
  if (really > WARNING + 5) return undefined;
  if (dayEnd <= idleEnd && dayWarned) return plan(really + 1);
  return warn(dayEnd <= idleEnd);
}

// -- Dialogs -------------------------------------------------------------------------------------------------------

let focusBefore = null;

function open(kind, heading) {
  if (!panel) focusBefore = document.activeElement;
  close(false);
  panel = element("dialog", "", { className: "app-session" });
  panel.dataset.kind = kind;
  const title = element("h2", heading, { className: "govuk-heading-m", id: "session-heading", tabIndex: -1 });
  panel.setAttribute("aria-labelledby", "session-heading");
  panel.append(title);
  panel.addEventListener("cancel", (event) => { event.preventDefault(); if (kind === "warning") look("POST"); });
  document.body.append(panel);
  panel.showModal();
  title.focus();
  return panel;
}

function close(givesFocusBack = true) {
  if (!panel) return;
  panel.close();
  panel.remove();
  panel = null;
  if (givesFocusBack && focusBefore?.isConnected) focusBefore.focus();
}

const paragraph = (words) => element("p", words, { className: "govuk-body" });

function button(words, work, kind = "") {
  const made = element("button", words, { type: "button", className: `govuk-button${kind}` });
  made.addEventListener("click", work);
  return made;
}

function link(words, address, facts = {}) {
  return element("a", words, { className: "govuk-link", href: address, ...facts });
}

function warn(isDay) {
  const box = open("warning", isDay ? "You will need to sign in again soon" : "Are you still there?");
  const end = Math.min(idleEnd, dayEnd);
  if (isDay) {
    dayWarned = true;
    box.append(paragraph(`You signed in a long time ago. At ${clock(end)} we ask for your password and code again. You stay on this page, and what you typed stays with it.`));
    box.append(button("Go on", () => { close(); plan(dayEnd - now() + 1); }));
  } else {
    box.append(paragraph(`We sign you out at ${clock(end)}, because nothing has been done here for a while. What you typed stays on this page.`));
    box.append(button("Stay signed in", () => look("POST")));
  }
  clearTimeout(timer);
  timer = setTimeout(() => { close(); look(); }, Math.max(1, end - now() + 1) * 1000);
}

function somebodyElse() {
  if (panel?.dataset.kind === "other") return;
  const box = open("other", "Somebody else has signed in here");
  box.append(paragraph(`${place.dataset.name} opened this page. Only ${place.dataset.name} can go on with it, for the same agency.`));
  box.append(button(`Sign in as ${place.dataset.name}`, async () => {
    await fetch(place.dataset.signOut, { ...sameOrigin, method: "POST", body: new URLSearchParams({ csrfmiddlewaretoken: (await ask()).token }) });
    close(false);
    signIn();
  }));
  const away = paragraph("");
  away.append(link("Leave this page", "/"), document.createTextNode(". What was typed here and not saved is thrown away."));
  away.firstChild.addEventListener("click", () => tell("leave"));
  box.append(away);
  tell("over");
}

// -- Signing in again, with the site's own forms -------------------------------------------------------------------

async function signIn() {
  if (panel?.dataset.kind === "sign-in") return;
  const box = open("sign-in", "Sign in again to go on");
  box.append(paragraph(`You have been signed out, ${place.dataset.name}. This page and what you typed on it are still here.`));
  const forms = element("div", "Loading");
  forms.dataset.forms = "";
  const other = paragraph("");
  other.append(link("Sign in in another tab", place.dataset.signIn, { target: "_blank", rel: "noopener" }));
  const away = paragraph("");
  away.append(link("Leave this page", "/"), document.createTextNode(". What you typed and is not saved is thrown away."));
  away.firstChild.addEventListener("click", () => tell("leave"));
  box.append(forms, other, away);
  tell("over");
  clearTimeout(timer);
  hops = 0;
  await step(() => fetch(`${place.dataset.signIn}?next=${encodeURIComponent(place.dataset.session)}`, sameOrigin));
}

async function step(send) {
  const box = panel;
  const forms = box.querySelector("[data-forms]");
  let answer;
  let words;
  try {
    answer = await send();
    words = await answer.text();
  } catch {
    if (panel === box) forms.replaceChildren(paragraph("There is no connection. Try again."), button("Try again", () => step(send)));
    return;
  }
  if (panel !== box) return;
  if (answer.headers.get("Content-Type")?.includes("json")) return finish(JSON.parse(words));
  const page = new DOMParser().parseFromString(words, "text/html");
  const form = page.querySelector("main form[method=post]");
  if (!answer.url.startsWith(location.origin + place.dataset.signIn) && !page.querySelector("main [name=membership]")) return finish(await ask());
  if (!form) {
    forms.replaceChildren(paragraph(page.querySelector("main h1")?.textContent || "You cannot sign in at the moment."), button("Try again", () => { close(false); signIn(); }));
    return;
  }
  show(forms, page, form, answer.url);
}

function finish(found) {
  hops += 1;
  if (hops > 4) { // the sign-in wants something that has no place here, such as setting up the app for codes
    panel.querySelector("[data-forms]").replaceChildren(paragraph("Go on in another tab, then come back to this one."));
    return undefined;
  }
  if (!found.signed_in && found.first) return step(() => fetch(found.first, sameOrigin)); // which agency?
  if (!found.signed_in) return step(() => fetch(`${place.dataset.signIn}?next=${encodeURIComponent(place.dataset.session)}`, sameOrigin));
  return settle(found);
}

// One of the sign-in's forms. Its names get a prefix as ids, because this page may have the same ones.
function show(forms, page, form, address) {
  const mine = document.importNode(form, true);
  const prefix = (words) => words.split(" ").map((word) => `again-${word}`).join(" ");
  for (const each of mine.querySelectorAll("[id], [for], [aria-describedby]")) {
    for (const name of ["id", "for", "aria-describedby"]) if (each.hasAttribute(name)) each.setAttribute(name, prefix(each.getAttribute(name)));
  }
  const heading = page.querySelector("main h1");
  const title = element("h3", heading ? heading.textContent : "", { className: "govuk-heading-s", tabIndex: -1 });
  const summary = [...page.querySelectorAll(".govuk-error-summary li")].map((line) => element("p", line.textContent, { className: "govuk-error-message" }));
  mine.addEventListener("submit", (event) => {
    event.preventDefault();
    hops = 0;
    const body = new URLSearchParams(new FormData(mine, event.submitter));
    mine.querySelectorAll("button").forEach((each) => { each.disabled = true; });
    step(() => fetch(new URL(mine.getAttribute("action") || address, address), { ...sameOrigin, method: "POST", body }));
  });
  const alert = element("div");
  alert.setAttribute("role", "alert");
  forms.replaceChildren(title, alert, mine);
  alert.append(...summary);
  const wrong = mine.querySelector("[aria-invalid=true], .govuk-input--error");
  (wrong || mine.querySelector("input:not([type=hidden]), select") || title).focus();
}

if (place) {
  document.addEventListener("input", () => { typedAt = now(); }, { passive: true });
  document.addEventListener("session:used", () => { idleEnd = Math.max(idleEnd, now() + Number(place.dataset.idle) - ROUND); plan(); });
  document.addEventListener("session:ask", () => look());
  // Another tab, or a laptop that was asleep: whoever comes back meets the truth first.
  const back = () => { if (document.visibilityState === "visible") look(); };
  document.addEventListener("visibilitychange", back);
  addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  addEventListener("focus", () => { if (panel && panel.dataset.kind !== "warning") look(); });
  plan();
}
