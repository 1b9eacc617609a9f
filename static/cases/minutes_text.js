// How one text area and one shared text follow each other. See minutes.js.

const PIECE = 8000; // characters of one update: a paste comes in several

// Makes the text say `wanted`, by one deletion and one insertion; never between the two halves of a character.
export function edit(entry, wanted, near = wanted.length) {
  const was = entry.text.toString();
  if (was === wanted) return;
  const half = (text, at) => at > 0 && at < text.length && /[\uDC00-\uDFFF]/.test(text[at]) && /[\uD800-\uDBFF]/.test(text[at - 1]);
  const most = Math.min(was.length, wanted.length);
  let end = 0;
  while (end < most && end < wanted.length - near && was.at(-1 - end) === wanted.at(-1 - end)) end += 1;
  let start = 0;
  while (start < most - end && was[start] === wanted[start]) start += 1;
  while (end < most - start && was.at(-1 - end) === wanted.at(-1 - end)) end += 1;
  while (half(was, start) || half(wanted, start)) start -= 1;
  while (end && (half(was, was.length - end) || half(wanted, wanted.length - end))) end -= 1;
  const added = wanted.slice(start, wanted.length - end);
  if (was.length - end > start) entry.doc.transact(() => entry.text.delete(start, was.length - end - start), "here");
  for (let at = 0; at < added.length;) {
    let size = Math.min(PIECE, added.length - at);
    if (half(added, at + size)) size -= 1;
    const part = added.slice(at, at + size);
    const position = start + at;
    entry.doc.transact(() => entry.text.insert(position, part), "here");
    at += size;
  }
}

// Somebody else changed the text: the box follows, and its reader's caret stays beside the same letters.
export function changed(entry, event) {
  const { box } = entry;
  if (!box || event.transaction.origin === "here") return;
  let { selectionStart: start, selectionEnd: end } = box;
  const top = box.scrollTop;
  let at = 0;
  for (const step of event.delta) {
    if (step.retain) at += step.retain;
    else if (step.insert) {
      if (at < start) start += step.insert.length;
      if (at < end) end += step.insert.length;
      at += step.insert.length;
    } else {
      start -= Math.min(step.delete, Math.max(0, start - at));
      end -= Math.min(step.delete, Math.max(0, end - at));
    }
  }
  box.value = entry.text.toString();
  if (document.activeElement === box) box.setSelectionRange(start, end);
  box.scrollTop = top;
}

// Where its reader is, as [client, clock] of the character before it: a place that stays when others type.
export function caretOf(Y, entry) {
  const { box } = entry;
  if (!box || document.activeElement !== box || !box.selectionStart) return null;
  const found = Y.createRelativePositionFromTypeIndex(entry.text, box.selectionStart, -1).item;
  return found ? [found.client, found.clock] : null;
}

// Where somebody is, as a number of characters from the start.
export function indexOf(Y, entry, caret) {
  if (!caret) return 0;
  const [client, clock] = caret;
  const found = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON({ item: { client, clock }, assoc: -1 }), entry.doc);
  return found ? found.index : entry.text.toString().length;
}
