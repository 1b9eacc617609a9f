// How the shared minutes look: the entries of the item, and where the others are in them. See minutes.js.

const COLOURS = 6;
const KINDS = { fact: "fact", said: "what was said", view: "professional view" };

const element = (name, className = "", words = "") => Object.assign(document.createElement(name), { className, textContent: words });
const colour = (who) => (who % COLOURS) + 1;

export function makeLook({ entries, people, place, textOf, itemShown, indexOf, bind, composing, mayWrite }) {
  let drawing = 0;
  const nameOf = (who) => people.get(who) || "Somebody";
  const now = (entry) => [...entry.carets].filter(([, { until }]) => until > Date.now());

  function draw() {
    if (!drawing) drawing = requestAnimationFrame(() => { drawing = 0; drawNow(); });
  }

  function drawNow() {
    const list = place()?.querySelector("[data-entries]");
    if (!list) return;
    const ofItem = [...entries.values()].filter((entry) => !entry.ahead && (entry.item || null) === itemShown() && entry !== composing());
    const shown = ofItem.filter((entry) => textOf(entry).trim() || entry.box).sort((a, b) => (a.place ?? Infinity) - (b.place ?? Infinity));
    list.querySelectorAll(".app-minute").forEach((node) => { if (!shown.some((entry) => entry.node === node)) node.remove(); });
    shown.forEach((entry, number) => {
      entry.node ||= made(entry);
      show(entry);
      if (list.children[number] !== entry.node) list.insertBefore(entry.node, list.children[number] || null);
    });
    const none = place().querySelector("[data-entries-none]");
    if (none) none.hidden = shown.length > 0;
    const writing = new Set([...entries.values()].flatMap((entry) => now(entry).map(([who]) => who)));
    const count = place().querySelector("[data-writing]");
    const words = writing.size ? `${writing.size} ${writing.size === 1 ? "other person" : "others"} writing` : "";
    if (count && count.textContent !== words) count.textContent = words;
    if (composing()?.box) overlay(composing().box, composing());
  }

  function made(entry) {
    const node = element("div", "app-minute");
    const by = element("span", "app-minute__by");
    const text = element("p", "app-minute__text");
    by.append(element("strong"), element("span"));
    node.append(by, text);
    if (mayWrite(entry)) {
      const button = element("button", "app-link-button app-minute__change", "Write here");
      button.type = "button";
      button.append(element("span", "govuk-visually-hidden", `, in what ${nameOf(entry.author)} began`));
      button.addEventListener("click", () => open(entry));
      by.append(button);
      text.addEventListener("click", () => document.getSelection().isCollapsed && open(entry));
    }
    return node;
  }

  function show(entry) {
    const writers = now(entry);
    const author = nameOf(entry.author);
    const [strong, facts] = entry.node.querySelector(".app-minute__by").children;
    const others = entry.with.filter((who) => who !== entry.author && people.has(who)).map(nameOf);
    const by = entry.kind === "said" && entry.said_by ? `${entry.said_by}, written down by ${author}` : author;
    put(strong, by + (others.length ? `, with ${others.join(" and ")}` : ""));
    put(facts, `, ${KINDS[entry.kind]}${entry.clock ? `, ${entry.clock}` : ""}${writers.length ? ", writing now" : ""} `);
    entry.node.className = `app-minute${writers.length ? ` app-minute--${colour(writers[0][0])}` : ""}`;
    const text = entry.node.querySelector(".app-minute__text");
    text.hidden = Boolean(entry.box);
    if (entry.box) overlay(entry.box, entry);
    else text.replaceChildren(...withCarets(entry));
  }

  function put(node, words) {
    if (node.textContent !== words) node.textContent = words;
  }

  function withCarets(entry) {
    const said = textOf(entry);
    const marks = now(entry).map(([who, { caret }]) => [indexOf(entry, caret), who]).sort((a, b) => a[0] - b[0]);
    const parts = [];
    let at = 0;
    for (const [index, who] of marks) {
      parts.push(said.slice(at, index));
      at = index;
      const mark = element("span", `app-caret app-caret--${colour(who)}`);
      mark.setAttribute("aria-hidden", "true");
      mark.append(element("b", "", nameOf(who).split(" ")[0]));
      parts.push(mark);
    }
    return [...parts, said.slice(at)];
  }

  // Others in the same entry while somebody types there: who they are stands under the box.
  function overlay(box, entry) {
    const line = box.parentElement.querySelector("[data-others]") || box.insertAdjacentElement("afterend", element("p", "app-minute__others"));
    line.dataset.others = "";
    const names = now(entry).map(([who]) => nameOf(who));
    put(line, names.length ? `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} writing here too` : "");
    line.hidden = !names.length;
  }

  function open(entry) {
    if (!entry.box) {
      const box = element("textarea", "govuk-textarea app-minute__box");
      box.rows = 2;
      box.setAttribute("aria-label", `Minutes, begun by ${nameOf(entry.author)}`);
      const frame = element("div", "app-minute__frame");
      frame.append(box);
      entry.node.append(frame);
      bind(box, entry);
      box.addEventListener("blur", () => { entry.box = null; frame.remove(); draw(); });
      box.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        box.blur();
        entry.node.querySelector("button")?.focus();
      });
    }
    show(entry);
    entry.box.focus();
    entry.box.setSelectionRange(entry.box.value.length, entry.box.value.length);
  }

  return { draw };
}
