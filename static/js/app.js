// Improves pages that already work without it: autosave, date picker, type-ahead. No text is kept in the browser's
// storage, because the computer may be shared; what is not sent yet stays in the page.

const WAIT = 3000; // milliseconds after the last key
const RETRIES = [5000, 15000, 30000]; // milliseconds between attempts; the last one repeats

function clock(now) {
  const hour = now.getHours();
  return `${hour % 12 || 12}:${String(now.getMinutes()).padStart(2, "0")}${hour < 12 ? "am" : "pm"}`;
}

// Sends the changed fields of a form to data-autosave-url and says in words what became of them.
//   sent:     the values of the changed fields, every hidden field, and autosave_fields=<their names, comma between>
//   answered: 200 {"saved_at": "10:42am", "version": 4}; 409 or 422 {"message": "what to do"}; 401 or a redirect when
//             the person has been signed out
class Autosave {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector("[data-autosave-status]") || document.querySelector("[data-autosave-status]") || this.addStatus();
    this.changed = new Set();
    this.busy = false;
    this.tries = 0;
    this.leaving = false;
    form.addEventListener("input", (event) => this.mark(event.target, WAIT));
    form.addEventListener("change", (event) => this.mark(event.target, 0));
    form.addEventListener("focusout", () => this.changed.size && !this.tries && this.plan(0));
    form.addEventListener("submit", () => { this.leaving = true; clearTimeout(this.timer); });
    addEventListener("pageshow", () => { this.leaving = false; });
    addEventListener("online", () => this.changed.size && this.plan(0));
    addEventListener("beforeunload", (event) => {
      if (!this.leaving && (this.changed.size || this.busy)) event.preventDefault();
    });
  }

  addStatus() {
    const status = document.createElement("p");
    status.className = "app-saved app-saved--none";
    status.setAttribute("role", "status");
    this.form.prepend(status);
    return status;
  }

  mark(field, wait) {
    if (!field.name || field.type === "hidden" || field.type === "file" || field.type === "password") return;
    const date = field.closest(".govuk-date-input");
    const together = date ? [...date.querySelectorAll("input")] : [field];
    together.forEach((each) => this.changed.add(each.name));
    this.plan(wait);
  }

  plan(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }

  say(words, kind) {
    this.status.textContent = words;
    this.status.classList.toggle("app-saved--none", kind === "wait");
    this.status.classList.toggle("app-saved--problem", kind === "problem");
  }

  body(names) {
    const all = new FormData(this.form);
    const body = new FormData();
    for (const [name, value] of all) {
      const hidden = this.form.querySelector(`input[type="hidden"][name="${CSS.escape(name)}"]`);
      if (hidden || names.includes(name)) body.append(name, value);
    }
    body.append("autosave_fields", names.join(","));
    return body;
  }

  async send() {
    if (this.busy || !this.changed.size || this.leaving) return;
    const names = [...this.changed];
    this.changed.clear();
    this.busy = true;
    this.say("Saving", "wait");
    try {
      const answer = await fetch(this.form.dataset.autosaveUrl, {
        method: "POST", body: this.body(names), redirect: "manual", credentials: "same-origin",
        headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" },
      });
      await this.read(answer, names);
    } catch {
      this.again(names, "Not saved: no connection. Your words are still on this page. Trying again.");
    }
    this.busy = false;
    if (this.changed.size && !this.tries && !this.stopped) this.plan(WAIT);
  }

  async read(answer, names) {
    if (answer.ok) {
      const data = await answer.json().catch(() => ({}));
      const version = this.form.querySelector('input[type="hidden"][name="version"]');
      if (version && data.version !== undefined) version.value = data.version;
      this.tries = 0;
      this.stopped = false;
      this.say(`Saved ${data.saved_at || clock(new Date())}`, "good");
    } else if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      this.keep(names, "Not saved: you have been signed out. Sign in again in another tab, then come back. Your words are still on this page.");
    } else if (answer.status === 409 || answer.status === 422) {
      const data = await answer.json().catch(() => ({}));
      this.keep(names, data.message || "Not saved. Use the button at the end of the page to see what to change.");
    } else {
      this.again(names, "Not saved. Your words are still on this page. Trying again.");
    }
  }

  keep(names, words) {
    names.forEach((name) => this.changed.add(name));
    this.stopped = true;
    this.tries = 0;
    this.say(words, "problem");
  }

  again(names, words) {
    this.keep(names, words);
    this.stopped = false;
    const wait = RETRIES[Math.min(this.tries, RETRIES.length - 1)];
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }
}

// The library puts a suggestion into the page as markup, and a suggestion may hold a name that somebody typed.
function asWords(words) {
  const holder = document.createElement("span");
  holder.textContent = words || "";
  return holder.innerHTML;
}

// A long list becomes a box to type in. Without this script it is an ordinary list.
function typeAhead(lists, { autocomplete, autocompleteStyle }) {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = autocompleteStyle;
  const script = document.createElement("script");
  script.src = autocomplete;
  script.addEventListener("load", () => lists.forEach((list) => {
    const described = list.getAttribute("aria-describedby");
    accessibleAutocomplete.enhanceSelectElement({
      selectElement: list, defaultValue: list.value ? undefined : "", showAllValues: true, autoselect: false,
      confirmOnBlur: false, inputClasses: `govuk-input${list.classList.contains("govuk-select--error") ? " govuk-input--error" : ""}`, tNoResults: () => "Nothing found",
      templates: { inputValue: (words) => words || "", suggestion: asWords },
      // What was typed and never chosen must not be sent as the earlier choice
      onConfirm: (words) => {
        const found = [...list.options].find((option) => option.text === words);
        if (found) { found.selected = true; list.dispatchEvent(new Event("change", { bubbles: true })); }
      },
    });
    const box = document.getElementById(list.id.replace(/-select$/, ""));
    if (box && described) box.setAttribute("aria-describedby", `${described} ${box.getAttribute("aria-describedby") || ""}`.trim());
    box?.addEventListener("input", () => { list.value = ""; });
  }));
  document.head.append(style, script);
}

// A question that belongs to one answer is shown with that answer. (The design system's own script marks radios with
// aria-expanded, which ARIA does not allow on a radio.) Without this script the question is always shown.
function reveal(form) {
  for (const answer of form.querySelectorAll("[data-reveals]")) {
    const inner = document.getElementById(answer.dataset.reveals);
    const kind = answer.type === "radio" ? "radios" : "checkboxes";
    inner?.classList.toggle(`govuk-${kind}__conditional--hidden`, !answer.checked);
  }
}

export function start({ moj, autocomplete, autocompleteStyle, root = document }) {
  root.querySelectorAll("form[data-autosave-url]").forEach((form) => new Autosave(form));
  new Set([...root.querySelectorAll("[data-reveals]")].map((each) => each.form || document)).forEach((form) => {
    form.addEventListener("change", () => reveal(form));
    reveal(form);
  });
  if (root.querySelector('[data-module^="moj-"]')) import(moj).then((module) => module.initAll());
  const lists = [...root.querySelectorAll("select[data-search]")];
  if (lists.length) typeAhead(lists, { autocomplete, autocompleteStyle });
  root.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
}
