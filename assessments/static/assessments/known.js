// "Still right?": what stands in a box again when "Yes" is chosen, and the one click for all, without loading the page anew.
const offers = [...document.querySelectorAll("[data-offer]")];

// What was changed after "No" goes back to the words that were confirmed.
function putBack(offer) {
  for (const box of offer.querySelectorAll(".app-offer__change :is(input, textarea)")) {
    if (box.type === "checkbox" || box.type === "radio") box.checked = box.defaultChecked;
    else box.value = box.defaultValue;
  }
}

for (const offer of offers) {
  offer.addEventListener("change", (event) => {
    if (event.target.name.endsWith("__still") && event.target.value === "yes") putBack(offer);
  });
}

document.querySelector("[data-all-still-right]")?.addEventListener("click", (event) => {
  event.preventDefault();
  let count = 0;
  for (const offer of offers) {
    if (offer.querySelector("input[name$='__still']:checked")) continue;
    const yes = offer.querySelector("input[name$='__still'][value=yes]");
    yes.checked = true;
    yes.dispatchEvent(new Event("change", { bubbles: true }));
    count += 1;
  }
  const said = document.querySelector("[data-still-right-said]");
  said.textContent = count === 1 ? "1 answer confirmed" : `${count} answers confirmed`;
});
