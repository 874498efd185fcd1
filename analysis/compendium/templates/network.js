// A picture of a network that can be worked with. Everything it shows stands in the page; it only shows, hides
// and marks. Without it the still picture stands there, as it does in print.
for (const figure of document.querySelectorAll("figure.network")) {
  const net = JSON.parse(figure.querySelector("script.network").textContent);
  const person = net.unit === "person";
  const head = person ? Math.max(3, Math.min(6, 600 / net.nodes.length)) : 9;
  const [width, height, edge] = [760, 560, person ? 24 : 115];
  const svg = (name, given = {}, ...inside) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const html = (name, given = {}, ...inside) => {
    const made = Object.assign(document.createElement(name), given);
    made.append(...inside);
    return made;
  };
  const number = [...document.querySelectorAll("figure.network")].indexOf(figure);
  const relations = [...new Set(net.layers.map(layer => layer.relation))];
  const waves = [...new Set(net.layers.map(layer => layer.wave))];
  // Places fill the picture in both directions.
  const xs = net.nodes.map(node => node.x), ys = net.nodes.map(node => node.y);
  const across = value => edge + (value - Math.min(...xs)) / (Math.max(...xs) - Math.min(...xs) || 1) * (width - 2 * edge);
  const down = value => edge + (value - Math.min(...ys)) / (Math.max(...ys) - Math.min(...ys) || 1) * (height - 2 * edge);
  const at = net.nodes.map(node => [across(node.x), down(node.y)]);
  const called = place => person ? `Person ${net.nodes[place].name}` : net.nodes[place].name;

  const choice = (words, name, options) => html("label", {}, words, html("select", {name},
    ...options.map(([value, text]) => html("option", {value, textContent: text}))));
  const tick = (words, name, checked) => html("label", {className: "tick"}, html("input", {type: "checkbox", name, checked}), ` ${words}`);
  const slider = html("input", {type: "range", name: "wave", min: 0, max: waves.length - 1, value: waves.length - 1, step: 1});
  const said = html("output", {name: "which"});
  const form = html("form", {className: "filters"},
    choice("Relation", "relation", relations.map(one => [one, one])),
    ...waves.length > 1 ? [html("label", {}, `${net.wave[0].toUpperCase()}${net.wave.slice(1)}`, slider)] : [],
    ...person && net.groups.length > 1 ? [choice("School or group", "group", [["", "all"], ...net.groups.map((group, place) => [place, group.name])])] : [],
    ...person ? [tick("returned ties only", "mutual", false), tick("size by ties", "size", true)] : [],
    tick("arrows", "arrows", true), said);
  form.setAttribute("aria-label", "What the picture shows");
  const told = html("p", {className: "told"});
  told.setAttribute("aria-live", "polite");
  const marker = (id, colour) => svg("marker", {id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: head, markerHeight: head, markerUnits: "userSpaceOnUse", orient: "auto"},
    svg("path", {d: "M0 0 8 4 0 8z", class: colour}));
  const lines = svg("g", {class: "ties"}), points = svg("g", {class: "nodes"});
  const picture = svg("svg", {viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `Network: ${net.nodes.length} ${person ? "people" : "schools"}. Tab to it, then use the arrow keys.`},
    svg("defs", {}, marker(`end-${number}`, "end"), marker(`marked-${number}`, "marked end")), lines, points);
  const legend = html("ul", {className: "groups"});

  const shape = (kind, size) => {
    const r = size, s = size * 0.9;
    if (kind === "s") return svg("rect", {x: -s, y: -s, width: 2 * s, height: 2 * s});
    if (kind === "^") return svg("path", {d: `M0 ${-1.2 * r} ${1.15 * r} ${0.9 * r} ${-1.15 * r} ${0.9 * r}z`});
    if (kind === "v") return svg("path", {d: `M0 ${1.2 * r} ${1.15 * r} ${-0.9 * r} ${-1.15 * r} ${-0.9 * r}z`});
    if (kind === "D") return svg("path", {d: `M0 ${-1.25 * r} ${1.25 * r} 0 0 ${1.25 * r} ${-1.25 * r} 0z`});
    if (kind === "P") return svg("path", {d: `M${-r / 2.4} ${-r}h${r / 1.2}v${r / 1.7}h${r / 1.7}v${r / 1.2}h${-r / 1.7}v${r / 1.7}h${-r / 1.2}v${-r / 1.7}h${-r / 1.7}v${-r / 1.2}h${r / 1.7}z`});
    return svg("circle", {r});
  };
  for (const group of person && net.groups.length > 1 ? net.groups : []) {
    const key = svg("svg", {viewBox: "-10 -10 20 20", width: 16, height: 16, "aria-hidden": "true"}, shape(group.shape, 7));
    key.firstChild.setAttribute("fill", group.colour);
    legend.append(html("li", {}, key, ` ${group.name}`));
  }

  let layer, ties, current = -1;
  const people = Math.max(...net.nodes.map(node => node.people));
  // The more there are, the smaller each.
  const crowd = Math.min(1, Math.sqrt(90 / net.nodes.length));
  const radius = place => {
    if (!person) return 16 + 26 * Math.sqrt(net.nodes[place].people / people);
    const ends = ties.filter(([from, to]) => from === place || to === place).length;
    return crowd * (form.size.checked ? Math.min(5 + 1.6 * Math.sqrt(ends), 16) : 7);
  };
  const about = net.step > 1 ? "about " : "";
  const concealed = (from, to) => layer.hidden.some(([one, other]) => one === from && other === to);
  const tell = place => {
    if (layer.absent.includes(place)) return "";
    const [sent, received] = [0, 1].map(end => ties.filter(tie => tie[end] === place && tie[0] !== tie[1]));
    const sum = list => list.reduce((total, tie) => total + tie[2], 0);
    const unheard = layer.unheard.includes(place);
    const within = sum(ties.filter(([from, to]) => from === place && to === place));
    const back = sent.filter(([, to]) => received.some(([from]) => from === to)).length;
    // What is not shown of a school is counted in none of its sums.
    const some = layer.hidden.some(pair => pair.includes(place)) ? " Some are not shown." : "";
    if (!person) return `${called(place)} (${net.nodes[place].people} people): ` + (unheard ? "answers not shown; " : `${about}${concealed(place, place) ? "–" : within} ties within, ${about}${sum(sent)} to other schools, `) + `${about}${sum(received)} from them.${some}`;
    const group = net.groups.length > 1 ? ` (${net.groups[net.nodes[place].group].name})` : "";
    return `${called(place)}${group}: ` + (unheard ? "did not answer; " : `names ${sent.length}, ${back} of them in return; `) + `named by ${received.length}.`;
  };
  const mark = place => {
    current = place;
    picture.classList.toggle("marking", place >= 0);
    const near = new Set([place]);
    for (const line of lines.children) {
      const here = place >= 0 && (+line.dataset.from === place || +line.dataset.to === place);
      line.classList.toggle("marked", here);
      if (here) { near.add(+line.dataset.from); near.add(+line.dataset.to); }
      if (line.hasAttribute("marker-end")) line.setAttribute("marker-end", `url(#${here ? "marked" : "end"}-${number})`);
    }
    for (const point of points.children) point.classList.toggle("near", near.has(+point.dataset.place));
    told.textContent = place >= 0 ? tell(place) : `Point at a ${net.unit}, or tab to the picture and use the arrow keys, to see its ties.`;
  };
  const draw = () => {
    const wave = waves[+slider.value], relation = form.relation.value;
    layer = net.layers.find(one => one.relation === relation && one.wave === wave)
      ?? {ties: [], absent: net.nodes.map((_, place) => place), unheard: [], hidden: []};
    const group = form.group?.value ?? "";
    const kept = place => group === "" || net.nodes[place].group === +group;
    const all = new Set(layer.ties.map(([from, to]) => `${from}-${to}`));
    const back = ([from, to]) => all.has(`${to}-${from}`);
    ties = layer.ties.filter(tie => (kept(tie[0]) || kept(tie[1])) && (!form.mutual?.checked || back(tie)));
    const most = Math.max(1, ...ties.filter(([from, to]) => from !== to).map(tie => tie[2]));
    const size = net.nodes.map((_, place) => radius(place));
    const drawn = [...ties, ...layer.hidden.map(pair => [...pair, 0])].filter(([from, to]) => from !== to);
    lines.replaceChildren(...drawn.map(tie => {
      const [[x1, y1], [x2, y2]] = [at[tie[0]], at[tie[1]]];
      const long = Math.hypot(x2 - x1, y2 - y1) || 1;
      const [ux, uy] = [(x2 - x1) / long, (y2 - y1) / long];
      // The two ways between schools stand side by side; a returned tie between people is one line.
      const aside = person ? 0 : 5;
      const [start, end] = [size[tie[0]], size[tie[1]] + 2];
      const line = svg("line", {x1: x1 + ux * start - uy * aside, y1: y1 + uy * start + ux * aside, x2: x2 - ux * end - uy * aside, y2: y2 - uy * end + ux * aside,
        "stroke-width": person ? (back(tie) ? 1.8 : 1) : 1 + 6 * tie[2] / most, class: back(tie) ? "mutual" : "single", "data-from": tie[0], "data-to": tie[1]});
      if (!tie[2]) line.setAttribute("stroke-dasharray", "2 6");
      if (form.arrows.checked) line.setAttribute("marker-end", `url(#end-${number})`);
      return line;
    }));
    // Names stand outside, where no line runs.
    const middle = at.reduce((total, [, y]) => total + y, 0) / at.length;
    points.replaceChildren(...net.nodes.flatMap((node, place) => {
      if (layer.absent.includes(place)) return [];
      const point = svg("g", {class: `node${kept(place) ? "" : " faint"}${layer.unheard.includes(place) ? " unheard" : ""}`, transform: `translate(${at[place][0].toFixed(1)} ${at[place][1].toFixed(1)})`,
        tabindex: -1, role: "img", "aria-label": tell(place), "data-place": place}, shape(person ? net.groups[node.group].shape : "o", size[place]));
      const colour = person ? net.groups[node.group].colour : net.groups[0].colour;
      point.firstChild.setAttribute("fill", layer.unheard.includes(place) ? "var(--paper)" : colour);
      point.firstChild.setAttribute("stroke", layer.unheard.includes(place) ? colour : "var(--paper)");
      if (!person) {
        const within = layer.ties.find(([from, to]) => from === place && to === place)?.[2] ?? 0;
        point.append(svg("text", {y: 5, class: "within"}, layer.unheard.includes(place) || concealed(place, place) ? "–" : `${within}`), svg("text", {y: at[place][1] > middle ? size[place] + 24 : -size[place] - 8}, node.name));
      }
      return [point];
    }));
    points.firstChild?.setAttribute("tabindex", 0);
    const count = ties.reduce((total, tie) => total + tie[2], 0);
    said.value = `${net.wave} ${wave}${person ? `: ${count} ties` : ""}`;
    slider.setAttribute("aria-valuetext", `${net.wave} ${wave}`);
    mark(-1);
  };
  const place = event => { const node = event.target.closest?.(".node"); return node ? +node.dataset.place : -1; };
  // Listened to from around the picture: within SVG, what listens for focus takes it.
  const live = html("div", {className: "live"}, form, picture, legend, told);
  live.addEventListener("pointerover", event => mark(place(event) >= 0 || !points.contains(document.activeElement) ? place(event) : +document.activeElement.dataset.place));
  live.addEventListener("pointerleave", () => mark(points.contains(document.activeElement) ? +document.activeElement.dataset.place : -1));
  live.addEventListener("focusin", event => mark(place(event)));
  live.addEventListener("focusout", event => { if (!points.contains(event.relatedTarget)) mark(-1); });
  // The nearest in the direction of the key; Home goes to the first.
  const ways = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
  live.addEventListener("keydown", event => {
    if (!points.contains(event.target)) return;
    if (event.key === "Escape") { event.target.blur(); return; }
    const way = ways[event.key];
    if (current < 0 || (!way && event.key !== "Home")) return;
    event.preventDefault();
    const [x, y] = at[current];
    let best = event.key === "Home" ? points.firstChild : null, least = Infinity;
    for (const point of way ? points.children : []) {
      const [dx, dy] = [at[+point.dataset.place][0] - x, at[+point.dataset.place][1] - y];
      const along = dx * way[0] + dy * way[1], off = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (along > 1 && along + 2 * off < least) [best, least] = [point, along + 2 * off];
    }
    if (!best) return;
    for (const point of points.children) point.setAttribute("tabindex", point === best ? 0 : -1);
    best.focus();
  });
  form.addEventListener("input", draw);
  form.addEventListener("submit", event => event.preventDefault());
  draw();
  figure.querySelector(".still").before(live);
  figure.classList.add("working");
}
