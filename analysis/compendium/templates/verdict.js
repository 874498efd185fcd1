// Filter and sort the verdict table; without this script the whole table stands there.
const form = document.querySelector("form.filters");
const body = document.querySelector(".verdicts tbody");
const rows = [...body.rows];
const filter = () => {
  const words = form.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    const kept = ["verdict", "study", "source", "kind"].every(name => !form[name].value || row.dataset[name] === form[name].value)
      && words.every(word => text.includes(word));
    row.hidden = !kept;
    shown += kept;
  }
  form.shown.value = `${shown} of ${rows.length} claims`;
};
form.addEventListener("input", filter);
form.addEventListener("submit", event => event.preventDefault());
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
