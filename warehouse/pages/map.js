const data = JSON.parse(document.getElementById("data").textContent);
const by = id => document.getElementById(id);
const svg = by("svg"), tip = by("tip"), details = by("details");
const group = by("group"), type = by("type"), zone = by("zone");
const codes = Object.keys(data.types);
const figure = number => number.toLocaleString("fr-FR");
const several = (number, one, many) => figure(number) + " " + (number < 2 ? one : many);
const drawn = (name, attributes = {}) => {
  const made = document.createElementNS(svg.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
const element = (name, text = "", attributes = {}) => {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

// What a cercle is for the group and type chosen.
const classOf = code => type.value ? data.cercles[code].classes[group.value][codes.indexOf(type.value)] : share(code);
// Over all types: the share of them that are served, or that none is known to be (as CercleFacts.share).
const share = code => {
  if (unsurveyed(code) === codes.length) return "NS";
  if (!served(code)) return unverified(code) && !having(code, "G4") ? "UV" : "P0";
  return served(code) === codes.length ? "P4" : "P" + (1 + Math.floor((3 * served(code) - 1) / codes.length));
};
const served = code => data.cercles[code].admitting[group.value].filter(count => count > 0).length;
const having = (code, found) => data.cercles[code].classes[group.value].filter(one => one === found).length;
const unsurveyed = code => having(code, "NS"), unverified = code => having(code, "UV");
const isKnown = code => served(code) > 0 || unverified(code) + unsurveyed(code) === 0;
const meaning = code => type.value ? data.classes[classOf(code)]
  : isKnown(code) ? several(served(code), "type de services assuré", "types de services assurés") + " sur " + codes.length
  : data.shares[classOf(code)];
const sign = code => {
  const box = drawn("svg", { class: "sign", viewBox: "0 0 22 14", "aria-hidden": "true" });
  box.append(drawn("rect", { class: code + " edge", x: 1, y: 1, width: 20, height: 12 }));
  return box;
};

// The services, each where it stands.
const marks = data.services.map((service, number) => {
  const mark = drawn("use", { href: "#" + service.domain, class: service.state, "data-number": number });
  mark.style.setProperty("--x", service.x + "px");
  mark.style.setProperty("--y", service.y + "px");
  by("services").append(mark);
  return mark;
});
const chosen = name => new Set([...document.querySelectorAll("input[name=" + name + "]:checked")].map(box => box.value));
function layers() {
  const domains = chosen("domain"), states = chosen("state");
  data.services.forEach((service, number) => {
    const is_shown = domains.has(service.domain) && states.has(service.state) && (!type.value || service.type === type.value);
    marks[number].toggleAttribute("hidden", !is_shown);
    marks[number].style.display = is_shown ? "" : "none";
  });
}

const within = code => !zone.value || data.cercles[code].zone === zone.value;
function colour() {
  const counts = {}, shown = Object.keys(data.cercles).filter(within);
  for (const path of document.querySelectorAll(".cercle")) {
    const code = path.dataset.code, found = classOf(code);
    path.setAttribute("class", "cercle " + found + (within(code) ? "" : " apart"));
    path.setAttribute("aria-label", data.cercles[code].name + " : " + meaning(code));
    if (within(code)) counts[found] = (counts[found] || 0) + 1;
  }
  for (const path of document.querySelectorAll(".veil")) {
    const code = path.dataset.code;
    path.style.display = !type.value && unsurveyed(code) < codes.length && unsurveyed(code) * 2 > codes.length ? "inline" : "none";
  }
  for (const cell of document.querySelectorAll("[data-count]")) cell.textContent = counts[cell.dataset.count] || "";
  for (const line of document.querySelectorAll("[data-for]")) line.hidden = (line.dataset.for === "type") !== Boolean(type.value);
  const cases = found => type.value ? counts[found] || 0 : shown.reduce((sum, code) => sum + having(code, found), 0);
  const all = type.value ? shown.length : shown.length * codes.length;
  by("summary").textContent = group.selectedOptions[0].text + ", " + (type.value ? data.types[type.value] : "tous les types")
    + " : sur " + several(shown.length, "{admin2:word}", "{admin2:plural}")
    + (type.value ? ", " : " et " + codes.length + " types, soit " + figure(all) + " cas, ")
    + several(all - cases("G4") - cases("UV") - cases("NS"), "assuré", "assurés") + ", "
    + figure(cases("G4")) + " sans service opérationnel qui admette ce groupe, "
    + several(cases("UV"), "non vérifié", "non vérifiés") + ", " + several(cases("NS"), "non enquêté", "non enquêtés") + ".";
}

function table() {
  const rows = Object.entries(data.cercles).filter(([code]) => within(code)).map(([code, cercle]) => {
    const row = element("tr"), found = classOf(code), name = element("th", "", { scope: "row" });
    const told = element("td", "", { class: "class" });
    const button = element("button", cercle.name, { type: "button", class: "link" });
    button.addEventListener("click", () => select(code));
    name.append(button);
    told.append(sign(found), (type.value ? data.classes : data.shares)[found]);
    row.append(element("td", data.zones[cercle.zone]), name, told);
    const located = data.services.filter(service => service.cercle === code).length;
    // no service is verified, and some wait to be: that is no zero
    row.append(element("td", isKnown(code) ? figure(served(code)) : "—", { class: "number" }));
    for (const number of [unverified(code), unsurveyed(code), located, cercle.shelters])
      row.append(element("td", figure(number), { class: "number" }));
    return row;
  });
  document.querySelector("#table tbody").replaceChildren(...rows);
}

// Details: of a cercle, or of the services that stand at one point.
let selected = "";
function select(code) {
  selected = code;
  for (const path of document.querySelectorAll(".cercle")) path.setAttribute("aria-pressed", path.dataset.code === code);
  const cercle = data.cercles[code], types = element("ul"), found = classOf(code);
  codes.forEach((one, number) => {
    const line = element("li"), gap = cercle.classes[group.value][number];
    const count = cercle.admitting[group.value][number];
    line.append(sign(gap), data.types[one] + " : " + data.classes[gap].toLowerCase()
      + (count ? " (" + several(count, "service", "services") + ")" : ""));
    types.append(line);
  });
  details.replaceChildren(
    element("h3", cercle.name + ", " + data.zones[cercle.zone]),
    element("p", meaning(code) + "."),
    element("p", (isKnown(code)
      ? several(served(code), "type de services", "types de services") + " sur " + codes.length + " où un service opérationnel admet ce groupe"
      : "Aucun service n’est vérifié") + " ; " + several(unverified(code), "type non vérifié", "types non vérifiés") + ", " + several(unsurveyed(code), "type non enquêté", "types non enquêtés") + "."),
    folded("Par type, pour : " + group.selectedOptions[0].text, types, true),
    listed("Services situés", data.services.filter(service => service.cercle === code)),
  );
  if (cercle.unlocated) details.append(element("p", several(cercle.unlocated, "autre service", "autres services") + " sans coordonnées."));
  if (cercle.shelters) details.append(element("p", several(cercle.shelters, "hébergement de victimes, jamais situé.", "hébergements de victimes, jamais situés.")));
}
function folded(title, content, is_open) {
  const made = element("details");
  made.open = is_open;
  made.append(element("summary", title), content);
  return made;
}
function listed(title, services, is_open = false) {
  if (!services.length) return element("p", "Aucun service situé.");
  const list = element("ul");
  for (const service of services) {
    const line = element("li"), box = drawn("svg", { class: "sign", viewBox: "-7 -7 14 14", "aria-hidden": "true" });
    box.append(drawn("use", { href: "#" + service.domain, class: service.state + " edge" }));
    line.append(box, told(service));
    list.append(line);
  }
  return folded(title + " (" + figure(services.length) + ")", list, is_open);
}
const told = service => service.organization + (service.site ? ", " + service.site : "") + " — " + data.types[service.type]
  + " (" + data.states[service.state].toLowerCase() + ")";
function point(number) {
  const here = data.services[number];
  details.replaceChildren(listed("Services en ce lieu", data.services.filter(one => one.x === here.x && one.y === here.y), true));
}

// The window on the map: x, y, width, height in the units of the drawing.
const whole = svg.getAttribute("viewBox").split(" ").map(Number);
let view = [...whole];
function look(next) {
  const width = Math.min(whole[2] * 1.5, Math.max(12, next[2])), height = width * whole[3] / whole[2];
  const kept = (start, size, low, span) => Math.min(low + span - size * .2, Math.max(low - size * .8, start));
  view = [kept(next[0] + (next[2] - width) / 2, width, whole[0], whole[2]), kept(next[1] + (next[3] - height) / 2, height, whole[1], whole[3]), width, height];
  svg.setAttribute("viewBox", view.join(" "));
  scale();
}
function scale() {
  const k = Math.max(view[2] / svg.clientWidth, view[3] / svg.clientHeight);
  svg.style.setProperty("--k", k);
  for (const name of ["hatch", "veil"]) by(name).setAttribute("patternTransform", "rotate(45) scale(" + k + ")");
  by("services").style.setProperty("--k", k * (k > 1.2 ? .7 : 1));
  for (const name of document.querySelectorAll("#names text"))  // a name where its cercle is wide enough for it
    name.style.display = data.cercles[name.dataset.code].width / k > name.textContent.length * 6.5 ? "" : "none";
}
function zoom(factor, x = view[0] + view[2] / 2, y = view[1] + view[3] / 2) {
  look([x - (x - view[0]) * factor, y - (y - view[1]) * factor, view[2] * factor, view[3] * factor]);
}
const move = (right, down) => look([view[0] + right * view[2], view[1] + down * view[3], view[2], view[3]]);
function frame([left, top, right, bottom]) {
  const width = Math.max(right - left, (bottom - top) * whole[2] / whole[3]) * 1.15, height = width * whole[3] / whole[2];
  look([(left + right - width) / 2, (top + bottom - height) / 2, width, height]);
}
const acts = {
  in: () => zoom(.7), out: () => zoom(1 / .7), all: () => { zone.value = ""; changed(); look(whole); },
  left: () => move(-.2, 0), right: () => move(.2, 0), up: () => move(0, -.2), down: () => move(0, .2),
};
const keys = { "+": "in", "=": "in", "-": "out", 0: "all", ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => acts[button.dataset.act]());
by("map").addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const path = event.target.closest(".cercle");
  if (path && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); select(path.dataset.code); return; }
  if (event.key === "Escape") tip.hidden = true;
  if (keys[event.key]) { event.preventDefault(); acts[keys[event.key]](); }
});

// One pointer drags, two pinch; what does not move is a click.
const pointers = new Map();
let dragged = false;
const at = event => {
  const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [spot.x, spot.y];
};
svg.addEventListener("pointerdown", event => { pointers.set(event.pointerId, [event.clientX, event.clientY]); dragged = false; });
addEventListener("pointermove", event => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const now = [event.clientX, event.clientY], other = [...pointers].find(([id]) => id !== event.pointerId);
  if (!dragged && !other && Math.hypot(now[0] - before[0], now[1] - before[1]) < 5) return;
  dragged = true;
  tip.hidden = true;
  const k = Math.max(view[2] / svg.clientWidth, view[3] / svg.clientHeight);
  if (other) {
    const far = Math.hypot(now[0] - other[1][0], now[1] - other[1][1]), near = Math.hypot(before[0] - other[1][0], before[1] - other[1][1]);
    if (far > 0) zoom(near / far, ...at(event));
  } else look([view[0] - (now[0] - before[0]) * k, view[1] - (now[1] - before[1]) * k, view[2], view[3]]);
  pointers.set(event.pointerId, now);
});
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, event => pointers.delete(event.pointerId));
svg.addEventListener("wheel", event => {
  if (!event.ctrlKey && !by("map").contains(document.activeElement)) return;  // the page scrolls until the map is clicked
  event.preventDefault();
  zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, ...at(event));
}, { passive: false });
svg.addEventListener("click", event => {
  if (dragged) return;
  const mark = event.target.closest("use"), path = event.target.closest(".cercle");
  if (mark) point(Number(mark.dataset.number));
  else if (path) select(path.dataset.code);
});

// A hint beside what is pointed at or has the focus.
function hint(target, x, y) {
  const mark = target.closest && target.closest("#services use"), path = target.closest && target.closest(".cercle");
  tip.hidden = !mark && !path;
  if (tip.hidden) return;
  tip.textContent = mark ? told(data.services[Number(mark.dataset.number)]) : path.getAttribute("aria-label");
  const box = by("map").getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(x - box.left + 12, box.width - tip.offsetWidth - 4)) + "px";
  tip.style.top = Math.max(4, Math.min(y - box.top + 12, box.height - tip.offsetHeight - 4)) + "px";
}
svg.addEventListener("pointermove", event => { if (!pointers.size) hint(event.target, event.clientX, event.clientY); });
svg.addEventListener("pointerleave", () => { tip.hidden = true; });
svg.addEventListener("focusin", event => {
  const box = event.target.getBoundingClientRect();
  hint(event.target, box.left + box.width / 2, box.top + box.height / 2);
});
svg.addEventListener("focusout", () => { tip.hidden = true; });

const changed = () => { colour(); layers(); table(); if (selected) select(selected); };
group.addEventListener("change", changed);
type.addEventListener("change", changed);
zone.addEventListener("change", () => { changed(); zone.value ? frame(data.frames[zone.value]) : look(whole); });
for (const box of document.querySelectorAll("input[type=checkbox]")) box.addEventListener("change", layers);
addEventListener("resize", scale);
// Beside the portal there is a way back; sent alone, the page has none.
by("portal").hidden = !location.pathname.endsWith("/cartes/carte.html");
changed();
look(view);
