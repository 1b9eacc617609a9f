// Advice about vague words while somebody types a plan: the same list and the same sentences as cases/vague.py.
// Each field with data-plain gets a list under it; what was advised is noted in the hidden field, so that the check on
// the server does not say it again.
const list = JSON.parse(document.getElementById("vague-words")?.textContent ?? "null");
const noted = document.querySelector("input[name=advised]");
const FEW_WORDS = 2;

function holds(text, word) {
  const edge = (c) => c === undefined || !/[\p{L}\p{N}_]/u.test(c);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (edge(text[at - 1]) && edge(text[at + word.length])) return true;
  }
  return false;
}

function withWord(word, tip) {
  const said = tip.startsWith("“{word}") ? word[0].toUpperCase() + word.slice(1) : word;
  return tip.replaceAll("{word}", said);
}

function tipsFor(text, counted) {
  const plain = text.toLowerCase().trim().split(/\s+/).filter(Boolean).join(" ");
  if (!plain) return [];
  const found = [];
  for (const group of list.words) {
    const word = group.of.find((each) => holds(plain, each));
    if (word) found.push([group.code, withWord(word, group.tip)]);
  }
  if (counted && !/\d/.test(plain) && !list.numbers.some((n) => holds(plain, n))) found.push(["count", list.count.tip]);
  if (!counted && plain.split(" ").length < FEW_WORDS) found.push(["short", list.short.tip]);
  return found;
}

function begin(field) {
  const box = document.createElement("div");
  box.className = "app-tips";
  box.setAttribute("role", "status");
  field.insertAdjacentElement("afterend", box);
  let timer;
  const say = () => {
    const tips = tipsFor(field.value, field.dataset.plain === "counted");
    const words = tips.map(([, tip]) => tip).join("\n");
    if (box.dataset.words === words) return;
    box.dataset.words = words;
    box.replaceChildren(...tips.map(([, tip]) => {
      const line = document.createElement("p");
      line.textContent = tip;
      return line;
    }));
    if (noted) {
      const said = new Set(noted.value.split(" ").filter(Boolean));
      for (const [code] of tips) said.add(`${field.name}:${code}`);
      noted.value = [...said].sort().join(" ");
    }
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(say, 600); });
  field.addEventListener("change", say);
  say();
}

if (list) for (const field of document.querySelectorAll("[data-plain]")) begin(field);
