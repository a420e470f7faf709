// The directory: filters on dictionaries of distinct values, so that 20 000 services take milliseconds.
"use strict";
{
  const { el, byId, label, labels, format, t } = MRF;
  const PAGE = 25, NONE = "aucun", ALL = "tout";
  const SEARCHED = ["organization", "site", "program", "cercle", "commune", "type", "zone"];
  // Services that differ by their commune alone are one entry: a list of places names a structure forty times.
  const SHOWN = ["organization", "type", "cercle", "zone", "program", "site", "state", "cost", "band", "groups", "masked", "conflict"];
  let data, form, addressTimer, page = 0, matches = [], outside = 0;

  const prepare = async () => {
    if (data) return;
    data = await MRF.load("annuaire");
    for (const [name, texts] of Object.entries(data.dictionaries)) {
      // The position after the last stands for « none »: every filter is then one look into a table of 0 and 1.
      data.columns[name] = Int32Array.from(data.columns[name], place => (place < 0 ? texts.length : place));
    }
    form = byId("dir-form");
    byId("dir-more").open = !matchMedia("(max-width: 46rem)").matches;
    choices();
    form.addEventListener("input", changed);
    form.addEventListener("submit", event => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => { changed(); byId("dir-q").focus(); }));
    byId("dir-before").addEventListener("click", () => turn(-1));
    byId("dir-after").addEventListener("click", () => turn(1));
    byId("dir-list").addEventListener("click", settle);
    byId("dir-cercle").addEventListener("input", () => communesOf(byId("dir-cercle").value));
    byId("dir-outside").addEventListener("click", () => { byId("dir-perimetre").value = ALL; changed(); byId("dir-q").focus(); });
  };

  const choices = () => {
    const basis = MRF_DATA.socle, codes = list => Object.entries(basis.codes[list]);
    MRF.options(byId("dir-zone"), [["", t`Toutes`], ...basis.zones.map(zone => [zone.code, zone.name]), [NONE, t`Hors des zones ou inconnue`]]);
    MRF.options(byId("dir-cercle"), [["", t`Tous`], ...sorted(data.dictionaries.cercle), [NONE, t`{admin2:Unknown}`]]);
    communesOf("");
    MRF.options(byId("dir-structure"), [["", t`Toutes`], ...sorted(data.dictionaries.organization)]);
    MRF.options(byId("dir-type"), [["", t`Tous`], ...codes("domaine").map(([code, name]) => [t`Domaine ${name.toLowerCase()}`,
      [[code, t`${name} : tous les types`], ...basis.types.filter(type => type.domain_code === code).map(type => [type.code, type.name])]]), [NONE, t`Type non précisé`]]);
    MRF.options(byId("dir-groupe"), [["", t`Tous`], ...basis.groups.map(group => [group.code, group.name])]);
    MRF.options(byId("dir-etat"), [["", t`Tous`], ...codes("operational_state")]);
    MRF.options(byId("dir-cout"), [["", t`Tous`], ["libre", t`Gratuit, pour tous ou sur orientation`], ...codes("cout"), [NONE, t`Non renseigné`]]);
    MRF.options(byId("dir-bande"), [["", t`Toutes`], ...codes("quality_band"), [NONE, t`Pas assez de réponses`]]);
  };

  const sorted = names => [...names].sort((one, other) => one.localeCompare(other, "fr")).map(name => [name, name]);
  // The communes of a cercle, of all without one: names recur from one cercle to the other.
  const communesOf = cercle => {
    const place = data.dictionaries.cercle.indexOf(cercle), { cercle: cercles, commune } = data.columns;
    const kept = new Set(commune.filter((_, row) => place < 0 || cercles[row] === place));
    MRF.options(byId("dir-commune"), [["", t`Toutes`], ...sorted(data.dictionaries.commune.filter((_, number) => kept.has(number))), [NONE, t`{admin3:Unknown}`]]);
  };

  // [column, table of what passes] for each filter in use, but for the scope.
  const tests = parameters => {
    const wanted = [];
    const keep = (name, passes) => {
      const texts = data.dictionaries[name], table = new Uint8Array(texts.length + 1);
      texts.forEach((text, place) => { table[place] = passes(text) ? 1 : 0; });
      table[texts.length] = passes(null) ? 1 : 0;
      wanted.push([data.columns[name], table]);
    };
    const equal = (name, value) => value && keep(name, text => (value === NONE ? text === null : text === value));
    equal(parameters.get("lecture") === "STRICT" ? "zone_strict" : "zone", parameters.get("zone"));
    const type = parameters.get("type");
    equal(type in MRF_DATA.socle.codes.domaine ? "domain" : "type", type);
    equal("state", parameters.get("etat"));
    equal("cercle", parameters.get("cercle"));
    equal("commune", parameters.get("commune"));
    equal("organization", parameters.get("structure"));
    equal("band", parameters.get("bande"));
    const cost = parameters.get("cout");
    if (cost === "libre") keep("cost", text => text === "gratuit" || text === "gratuit_ref");
    else equal("cost", cost);
    const group = parameters.get("groupe");
    if (group) keep("groups", text => text?.split(";").includes(group));
    if (parameters.get("conflit")) wanted.push([data.columns.conflict, Uint8Array.of(0, 1)]);
    return wanted;
  };
  // For each word, by searched column, which of its distinct values hold it.
  const words = query => MRF.fold(query ?? "").split(" ").filter(Boolean).map(word => SEARCHED.map(name => {
    const texts = data.folded[name], table = new Uint8Array(texts.length + 1);
    for (let place = 0; place < texts.length; place += 1) table[place] = texts[place].includes(word) ? 1 : 0;
    return [data.columns[name], table];
  }));

  const select = parameters => {
    const all = tests(parameters), any = words(parameters.get("q")), rows = [];
    // Who asks for what has no zone or no type looks beyond the scope.
    const isWithin = !parameters.get("perimetre") && ![parameters.get("zone"), parameters.get("type")].includes(NONE);
    outside = 0;
    for (let row = 0; row < data.ids.length; row += 1) {
      if (all.every(([column, table]) => table[column[row]]) && any.every(one => one.some(([column, table]) => table[column[row]]))) {
        if (isWithin && !data.columns.scope[row]) outside += 1;
        else rows.push(row);
      }
    }
    return rows;
  };

  const grouped = rows => {
    const groups = [];
    for (const row of rows) {
      const last = groups.at(-1)?.[0];
      if (last !== undefined && !data.columns.masked[row] && SHOWN.every(name => data.columns[name][row] === data.columns[name][last])) groups.at(-1).push(row);
      else groups.push([row]);
    }
    return groups;
  };

  const valueOf = (name, row) => data.dictionaries[name][data.columns[name][row]] ?? null;
  const communes = rows => {
    const links = rows.map(row => el("a", { href: `#/service/${data.ids[row]}` }, valueOf("commune", row) ?? t`{admin3:unknown}`));
    return el("span", { className: "soft" }, t`${format.whole(rows.length)} lieux : `, ...links.flatMap((link, place) => (place ? [", ", link] : [link])));
  };
  const item = rows => {
    const [row] = rows;
    const type = valueOf("type", row), state = valueOf("state", row), cost = valueOf("cost", row), band = valueOf("band", row), groups = valueOf("groups", row);
    const isMasked = data.columns.masked[row], site = valueOf("site", row), program = valueOf("program", row), organization = valueOf("organization", row);
    const commune = rows.length === 1 ? valueOf("commune", row) : null, cercle = valueOf("cercle", row);
    const area = commune && commune !== cercle ? [commune, cercle].filter(Boolean).join(", ") : cercle;
    const place = [area, label("zone", valueOf("zone", row) ?? t`hors des zones ou lieu inconnu`)].filter(Boolean).join(" · ");
    return el("li", {},
      el("div", { className: "who" }, el("a", { href: `#/service/${data.ids[row]}` }, organization),
        el("span", { className: "what" }, type ? label("type_service", type) : t`Type non précisé`),
        program ? el("span", { className: "soft" }, program) : null),
      el("div", { className: "where" }, place, el("span", { className: "soft" }, isMasked ? el("span", { className: "mask" }, t`lieu masqué pour protection`) : site === organization ? "" : site ?? ""),
        rows.length > 1 ? communes(rows) : null,
        groups ? el("span", { className: "soft" }, t`Admet : ${labels("popgr", groups).join(", ")}`) : el("span", { className: "soft" }, t`Groupes admis non précisés`)),
      el("div", { className: "how" }, el("span", { className: `state state-${state}` }, label("operational_state", state)),
        el("span", { className: "soft" }, [cost ? label("cout", cost) : t`Coût non renseigné`, band ? t`qualité ${band}` : null].filter(Boolean).join(" · ")),
        data.columns.conflict[row] ? el("span", { className: "flag" }, t`Sources en désaccord`) : null));
  };

  const render = () => {
    const groups = grouped(matches), pages = Math.ceil(groups.length / PAGE);
    page = Math.max(0, Math.min(page, pages - 1));
    const first = page * PAGE, rows = groups.slice(first, first + PAGE);
    byId("dir-count").textContent = t`${MRF.counted(matches.length, t`service`, t`services`)} sur ${format.whole(data.ids.length)}`;
    byId("dir-outside").hidden = !outside;
    byId("dir-outside").textContent = t`Voir aussi ${MRF.counted(outside, t`service`, t`services`)} hors des zones ou des types de la mission`;
    const list = byId("dir-list");
    list.start = first + 1;
    list.replaceChildren(...rows.map(item));
    if (!rows.length) {
      list.append(el("li", { className: "empty", style: "display:block" }, data.ids.length
        ? t`Aucun service ne répond à ces critères. Cela ne veut pas dire qu’il n’y en a pas : retirer un critère, ou voir dans la grille des lacunes si la zone a été enquêtée.`
        : t`Aucun service dans cette publication : aucune source n’en a donné.`));
    }
    byId("dir-pages").hidden = pages < 2;
    byId("dir-page").textContent = t`Page ${format.whole(page + 1)} sur ${format.whole(pages)}`;
    byId("dir-before").disabled = page === 0;
    byId("dir-after").disabled = page >= pages - 1;
  };

  const address = () => {
    const parameters = MRF.parameters(form);
    if (page) parameters.set("page", String(page + 1));
    return MRF.address("annuaire", parameters);
  };
  // The address follows after a pause: browsers refuse a new one for every key.
  const settle = () => { clearTimeout(addressTimer); if (location.hash.startsWith("#/annuaire")) MRF.replaceAddress(address()); };
  const changed = () => {
    page = 0;
    matches = select(MRF.parameters(form));
    render();
    clearTimeout(addressTimer);
    addressTimer = setTimeout(settle, 300);
  };
  const turn = step => {
    page += step;
    render();
    settle();
    byId("t-annuaire").scrollIntoView();
    byId("dir-list").querySelector("a")?.focus({ preventScroll: true });
  };

  MRF.directory = {
    // The place of a service in the list, or -1.
    async indexOf(id) {
      await prepare();
      return data.ids.indexOf(id);
    },
    leafOf: index => ({ name: `fiches_${Math.floor(index / data.leaf)}`, place: index % data.leaf }),
  };
  MRF.views.annuaire = {
    async show(parameters) {
      await prepare();
      communesOf(parameters.get("cercle") ?? "");
      MRF.fill(form, parameters);
      clearTimeout(addressTimer);
      page = (Number(parameters.get("page")) || 1) - 1;
      matches = select(MRF.parameters(form));
      render();
      return true;
    },
    focusOn: id => byId("dir-list").querySelector(`a[href="#/service/${CSS.escape(id)}"]`),
  };
}
