// The grid of gaps: zone × service type for one group, in one reading of the zones.
"use strict";
{
  const { el, byId, format, label, t } = MRF;
  let cells, columns, basis;

  const keyOf = (...parts) => parts.join("/");
  const short = name => name.replace(/^{zones:prefix}| (?:{admin1:en}|District)$/, "");
  const classOf = code => basis.classes.find(one => one.code === code);

  const prepare = async () => {
    if (cells) return;
    basis = MRF_DATA.socle;
    const data = await MRF.load("lacunes");
    columns = data.columns;
    cells = new Map(data.rows.map(row => [keyOf(...row.slice(0, 4)), Object.fromEntries(columns.map((name, position) => [name, row[position]]))]));
    byId("gap-month").textContent = data.month ? format.month(data.month) : t`aucun`;
    MRF.options(byId("gap-groupe"), basis.groups.map(group => [group.code, group.name]));
    byId("gap-legend").replaceChildren(...basis.classes.map(one => el("li", {}, el("span", { className: `class class-${one.code}` }, one.code), el("span", {}, one.sentence))));
    byId("gap-form").addEventListener("input", () => { MRF.replaceAddress(address()); draw(); });
    byId("gap-table").addEventListener("keydown", move);
  };

  let chosen = { zone: null, type: null };
  const address = () => {
    const parameters = MRF.parameters(byId("gap-form"));
    if (parameters.get("lecture") === "HISTORICAL") parameters.delete("lecture");
    if (chosen.zone) { parameters.set("zone", chosen.zone); parameters.set("type", chosen.type); }
    return MRF.address("lacunes", parameters);
  };
  const cellOf = (zone, type) => cells.get(keyOf(byId("gap-lecture").value, zone, type, byId("gap-groupe").value));

  const button = (type, zone) => {
    const cell = cellOf(zone.code, type.code);
    const code = cell?.gap_class ?? "NS", isChosen = chosen.zone === zone.code && chosen.type === type.code;
    return el("button", {
      type: "button", className: `class-${code}`, tabindex: "-1", "aria-pressed": String(isChosen), title: classOf(code).sentence,
      "aria-label": t`${code}, ${type.name}, ${short(zone.name)} : ${classOf(code).sentence}`, "data-zone": zone.code, "data-type": type.code,
      onclick: () => choose(zone.code, type.code),
    }, el("span", {}, code));
  };

  const draw = () => {
    const table = byId("gap-table"), body = [];
    table.tHead.replaceChildren(el("tr", {}, el("th", { scope: "col" }, t`Type de service`), basis.zones.map(zone => el("th", { scope: "col", title: zone.name }, short(zone.name)))));
    for (const domain of Object.keys(basis.codes.domaine)) {
      body.push(el("tr", { className: "domain" }, el("th", { scope: "colgroup", colspan: String(basis.zones.length + 1) }, label("domaine", domain))));
      for (const type of basis.types.filter(one => one.domain_code === domain)) {
        body.push(el("tr", {}, el("th", { scope: "row" }, type.name), basis.zones.map(zone => el("td", {}, button(type, zone)))));
      }
    }
    table.tBodies[0].replaceChildren(...body);
    byId("gap-whom").textContent = t`${label("popgr", byId("gap-groupe").value)}, lecture ${label("reading", byId("gap-lecture").value).toLowerCase()}.`;
    (table.querySelector("[aria-pressed=true]") ?? table.querySelector("button")).tabIndex = 0;
    panel();
  };

  const choose = (zone, type) => {
    chosen = { zone, type };
    MRF.replaceAddress(address());
    for (const one of byId("gap-table").querySelectorAll("button")) {
      const isChosen = one.dataset.zone === zone && one.dataset.type === type;
      one.setAttribute("aria-pressed", String(isChosen));
      one.tabIndex = isChosen ? 0 : -1;
    }
    panel();
    if (matchMedia("(max-width: 62rem)").matches) byId("gap-panel").scrollIntoView({ block: "start" });
  };

  const move = event => {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const from = event.target.closest("button");
    if (!from || !(event.key in steps)) return;
    event.preventDefault();
    const buttons = [...byId("gap-table").querySelectorAll("button")], width = basis.zones.length;
    const place = buttons.indexOf(from), [down, right] = steps[event.key];
    const column = (place % width) + right, to = place + down * width + right;
    if (column < 0 || column >= width || !buttons[to]) return;
    from.tabIndex = -1;
    buttons[to].tabIndex = 0;
    buttons[to].focus();
  };

  const people = (value, unit) => (value === null ? t`inconnu` : `${format.whole(value)}${unit}`);
  const panel = () => {
    const target = byId("gap-panel"), cell = chosen.zone && cellOf(chosen.zone, chosen.type);
    if (!cell) {
      target.replaceChildren(el("p", { className: "soft" }, t`Aucune cellule choisie : ses chiffres, et les services derrière eux, paraîtront ici.`));
      return;
    }
    // A zero among services of which none, or not all, was verified is not an established one.
    const verified = count => (count === 0 && cell.unverified_count > 0 ? t`n. v. (non vérifié)` : format.whole(count));
    const measures = [
      [t`Services connus`, format.whole(cell.known_count)],
      [t`dont opérationnels`, verified(cell.operational_count)],
      [t`dont non vérifiés`, format.whole(cell.unverified_count)],
      [t`Opérationnels qui admettent le groupe`, verified(cell.admitting_count)],
      [t`dont sous condition`, verified(cell.conditional_count)],
      [t`dont gratuits`, verified(cell.free_count)],
      [t`Besoin (personnes par mois)`, people(cell.need, "")],
      [t`Capacité pour ce groupe (personnes par mois)`, people(cell.capacity, "")],
      [t`Services sans capacité connue`, format.whole(cell.capacity_missing_count)],
      [t`Couverture`, cell.coverage === null ? t`inconnue` : format.share(cell.coverage)],
      [t`Personnes non couvertes par mois`, people(cell.gap_people, "")],
      [t`{admin2:Plural} où le terrain a cherché`, format.whole(cell.searched_cercle_count)],
    ];
    const isNotSurveyed = cell.gap_class === "NS";
    target.replaceChildren(
      el("h2", {}, `${basis.types.find(one => one.code === chosen.type)?.name}, ${label("zone", chosen.zone)}`),
      el("p", { className: "soft" }, t`${label("popgr", cell.population_group_code)} · lecture ${label("reading", cell.reading).toLowerCase()}`),
      el("p", {}, el("span", { className: `class class-${cell.gap_class}` }, cell.gap_class), " ", classOf(cell.gap_class).sentence, "."),
      isNotSurveyed ? el("p", {}, t`Personne n’a cherché ce type de service dans cette zone : on ne peut pas dire qu’il n’y en a pas.`)
        : el("dl", { className: "pairs" }, measures.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
      trend(cell),
      links(cell),
    );
  };
  // The class of each month, the last one last; one line where it never changed.
  const trend = cell => {
    const { months } = MRF_DATA.lacunes, classes = cell.classes.split(" ");
    if (months.length < 2) return "";
    const badge = code => el("span", { className: `class class-${code}`, title: classOf(code).sentence }, code);
    const told = new Set(classes).size === 1 ? el("p", { className: "trend" }, badge(classes[0]), " ", t`la même depuis ${format.month(months[0])}`)
      : el("ol", { className: "trend" }, classes.map((code, place) => el("li", {}, badge(code), el("span", { className: "soft" }, format.shortMonth(months[place])))));
    return el("div", {}, el("h3", {}, t`Mois par mois`), told);
  };
  const links = cell => {
    const { needs, searches } = MRF_DATA.lacunes, place = keyOf(cell.zone_code, cell.service_type_code);
    const parameters = new URLSearchParams({ zone: cell.zone_code, type: cell.service_type_code });
    if (cell.reading === "STRICT") parameters.set("lecture", "STRICT");
    const figures = needs[keyOf(place, cell.population_group_code)] ?? [];
    return el("ul", {},
      cell.known_count ? el("li", {}, el("a", { href: MRF.address("annuaire", parameters) }, cell.known_count < 2 ? t`Voir le service dans l’annuaire` : t`Voir les ${format.whole(cell.known_count)} services dans l’annuaire`)) : null,
      searches.includes(place) ? el("li", {}, el("a", { href: `#/preuves/search/${place}` }, t`Recherches de terrain de ce type dans cette zone`)) : null,
      figures.map(({ id, title }) => el("li", {}, el("a", { href: `#/preuves/need/${encodeURIComponent(id)}` }, t`Chiffre du besoin : ${title}`))));
  };

  MRF.views.lacunes = {
    async show(parameters) {
      await prepare();
      MRF.fill(byId("gap-form"), parameters);
      chosen = { zone: parameters.get("zone"), type: parameters.get("type") };
      draw();
      return true;
    },
  };
}
