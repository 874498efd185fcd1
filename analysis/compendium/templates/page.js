// A link to a number opens what it is folded in and brings it into view under its header.
const show = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const box = target.closest(".scroll");
  // A table higher than the window scrolls by itself, so that its header stays.
  if (box && box.offsetHeight > innerHeight - 60) box.classList.add("tall");
  target.scrollIntoView({block: "center", inline: "center"});
  box?.scrollIntoView({block: "nearest"});
};
addEventListener("hashchange", show);
addEventListener("load", show);
// The switch for code is remembered by nobody: a page begins with its results.
const code = document.getElementById("show-code");
const codes = document.querySelectorAll("details.code");
code?.addEventListener("change", () => codes.forEach(fold => { fold.open = code.checked; }));
// What is wider than the page says so, and can be scrolled from the keyboard.
const boxes = document.querySelectorAll(".scroll");
const measure = () => boxes.forEach(box => {
  const wider = box.scrollWidth > box.clientWidth + 1;
  box.classList.toggle("wider", wider);
  if (wider || box.scrollHeight > box.clientHeight + 1) {
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", box.querySelector("table")?.getAttribute("aria-label") ?? "Picture, wider than the page");
  }
});
addEventListener("resize", measure);
document.addEventListener("toggle", measure, true);
measure();
// A long table can be searched; without this script the whole table stands there.
for (const table of document.querySelectorAll("details table")) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 20 || table.tBodies[0].querySelector("[rowspan]")) continue;
  const field = Object.assign(document.createElement("input"), {type: "search", placeholder: "rows with these words"});
  field.setAttribute("aria-label", "Show only rows with these words");
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) row.hidden = !words.every(word => row.textContent.toLowerCase().includes(word));
  });
  table.parentElement.before(field);
}
