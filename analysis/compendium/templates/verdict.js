// Filter and sort the claims; without this script the whole table stands there.
const form = document.querySelector("form.filters");
const body = document.querySelector(".verdicts tbody");
const rows = [...body.rows];
// What a claim can be filtered by stands in its cells.
const held = new Map(rows.map(row => [row, {
  study: row.dataset.study ?? row.querySelector("a").getAttribute("href").split("/")[0],
  source: row.cells[1].textContent, kind: row.cells[2].firstChild.textContent.trim(),
  data: row.cells[2].querySelector("b")?.textContent ?? "REAL", verdict: row.cells[5].querySelector("b").textContent,
}]));
// A thousand claims name some hundred sources: listed here, not twice in the file.
for (const source of new Set([...held.values()].map(one => one.source))) form.source.append(new Option(source));
const fields = [...form.elements].filter(field => field.name && field.name !== "shown");
const chosen = () => fields.filter(field => field.value).map(field => [field.name, field.value]);
const filter = () => {
  const words = form.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const kept = fields.every(({name, value}) => name === "words" || !value || held.get(row)[name] === value)
      && (!words.length || words.every(word => row.textContent.toLowerCase().includes(word)));
    row.hidden = !kept;
    shown += kept;
  }
  form.shown.value = `${shown} of ${rows.length} claims`;
};
// What is chosen stands in the address behind the #, which works from a file too.
const told = () => history.replaceState(null, "", `#${new URLSearchParams(chosen())}`);
const read = () => {
  const given = new URLSearchParams(location.hash.slice(1));
  if (location.hash && ![...given.keys()].some(name => fields.some(field => field.name === name))) return;
  for (const field of fields) field.value = given.get(field.name) ?? "";
  filter();
  if ([...given].length) form.scrollIntoView();
};
form.addEventListener("input", () => { filter(); told(); });
form.addEventListener("reset", () => setTimeout(() => { filter(); told(); }));
form.addEventListener("submit", event => event.preventDefault());
addEventListener("hashchange", read);
const numeric = text => parseFloat(text.replace("−", "-"));
document.querySelectorAll(".verdicts th button").forEach((button, column) => {
  button.addEventListener("click", () => {
    const header = button.parentElement;
    const descending = header.getAttribute("aria-sort") === "ascending";
    document.querySelectorAll(".verdicts th").forEach(other => other.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const value = row => row.cells[column].textContent.trim();
    rows.sort((first, second) => {
      const [a, b] = [value(first), value(second)];
      const [x, y] = [numeric(a), numeric(b)];
      const order = isNaN(x) || isNaN(y) ? a.localeCompare(b) : x - y;
      return descending ? -order : order;
    });
    body.append(...rows);
  });
});
filter();
read();
