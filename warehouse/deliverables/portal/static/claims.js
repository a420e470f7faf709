// The claims behind a value, weighed openly, and the view of all claims of one entity.
"use strict";
{
  const { el, label, labels, format, t } = MRF;
  const ENTITIES = {
    service_at_location: t`Service en un lieu`, organization: t`Structure`, program: t`Programme`, opportunity: t`Possibilité`,
    mechanism: t`Mécanisme`, need: t`Chiffre de personnes`, search: t`Recherche de terrain`,
  };
  const SHOWN = 20;

  // All claims of an entity, by attribute, the value in force first.
  const of = async (entity, id) => {
    const { firsts, claim: ofClaim, ground: ofGround, texts } = MRF_DATA.socle.evidence, key = `${entity}/${id}`;
    const leaves = firsts.map((first, index) => index)
      .filter(index => firsts[index] <= key && (index + 1 === firsts.length || firsts[index + 1] >= key));
    const found = new Map();
    for (const leaf of await Promise.all(leaves.map(index => MRF.load(`preuves_${index}`)))) {
      const named = (row, names) => names.map((name, place) => [name, place < texts ? (leaf.texts[row[place]] ?? null) : row[place]]);
      for (const row of leaf.entities[key] ?? []) {
        const claim = Object.fromEntries([...named(row, ofClaim), ...named(leaf.grounds[row.at(-1)], ofGround)]);
        if (!found.has(claim.attribute)) found.set(claim.attribute, []);
        found.get(claim.attribute).push(claim);
      }
    }
    return found;
  };

  const attributeOf = name => MRF_DATA.socle.attributes[name] ?? { label: name, codes: null };
  const shown = (attribute, value) => {
    if (value === null) return "—";
    const { codes } = attributeOf(attribute);
    if (codes) return labels(codes, value).join(", ");
    return /^\d{4}-\d\d-\d\d$/.test(value) ? format.date(value) : value;
  };

  // Agreement = the share of the counted weight that supports the value; confidence = agreement × (1 − ∏(1 − wᵢ)).
  const weighed = claims => {
    const counted = claims.filter(claim => claim.standing === "counted" && claim.weight !== null);
    const total = counted.reduce((sum, claim) => sum + claim.weight, 0);
    const sides = new Map();
    for (const claim of counted) {
      const side = sides.get(claim.value) ?? { value: claim.value, isKept: false, weight: 0, doubt: 1 };
      side.weight += claim.weight;
      side.doubt *= 1 - Math.min(claim.weight, 1);
      side.isKept ||= Boolean(claim.is_winner);
      sides.set(claim.value, side);
    }
    return [...sides.values()].sort((one, other) => other.isKept - one.isKept || other.weight - one.weight)
      .map(side => ({ ...side, share: total ? side.weight / total : 0, confidence: total ? (side.weight / total) * (1 - side.doubt) : 0 }));
  };
  // The same threshold as in the marts: below it the value is published with its conflict flag.
  const isContested = claims => {
    const kept = weighed(claims).find(side => side.isKept);
    return Boolean(kept) && kept.share < MRF_DATA.socle.agreement_threshold;
  };

  const source = claim => {
    if (claim.standing === "override") return t`Décision d’une personne`;
    const known = MRF_DATA.socle.documents[claim.document];
    return MRF.twofold(known?.title ?? claim.source_id,
      t`fichier ${known?.file ?? claim.document.slice(0, 12)} · source ${claim.source_id}` + (known?.class ? ` · ${label("evidence_class", known.class).toLowerCase()}` : ""));
  };
  const weight = claim => (claim.weight === null ? "—" : MRF.twofold(el("strong", {}, format.score(claim.weight)),
    `${format.number(claim.class_weight)} × ${format.score(claim.freshness)} × ${format.number(claim.extraction_confidence)}`));

  const COLUMNS = [
    { title: t`valeur`, kind: "long", cell: claim => [claim.is_winner ? el("span", { className: "kept-mark" }, t`✓ retenue `) : null, shown(claim.attribute, claim.value)] },
    { title: t`écrit dans le document`, kind: "long", cell: claim => claim.raw_value ?? "—" },
    { title: t`poids = classe × fraîcheur × lecture`, number: true, cell: weight },
    { title: t`observé le`, kind: "whole", cell: claim => (claim.observed_on ? format.date(claim.observed_on) : "—") },
    { title: t`source et fichier`, kind: "longer", cell: source },
    { title: t`place`, kind: "long", cell: claim => el("span", { className: "locator" }, claim.locator ?? "—") },
    { title: t`compte ?`, cell: claim => label("standing", claim.standing) },
  ];

  const bars = (attribute, sides) => el("ul", { className: "weights" }, sides.map(side => el("li", { className: side.isKept ? "kept" : "" },
    el("span", {}, `${shown(attribute, side.value)}${side.isKept ? t` (retenue)` : ""}`),
    el("span", { className: "bar", "aria-hidden": "true" }, el("i", { style: `width:${(side.share * 100).toFixed(1)}%` })),
    el("span", {}, t`poids ${format.score(side.weight)}, soit ${format.share(side.share)}`))));

  // The claims on one attribute: sides and their weights, then each claim with its place.
  const weighing = (attribute, claims) => {
    const sides = weighed(claims), kept = sides.find(side => side.isKept);
    const decided = claims.some(claim => claim.standing === "override");
    return el("div", { className: "weighing", "data-attribute": attribute },
      el("h3", {}, attributeOf(attribute).label),
      sides.length ? bars(attribute, sides) : null,
      kept ? el("p", { className: "soft" }, t`Accord ${format.share(kept.share)}, confiance ${format.score(kept.confidence)} = accord × (1 − ∏(1 − poids)).`) : null,
      decided ? el("p", {}, t`Une personne a tranché : sa décision l’emporte, ce qu’elle contredit reste montré.`) : null,
      table(attribute, claims));
  };
  // A structure known from a thousand records has a thousand claims on its name: the first, and the others on demand.
  const table = (attribute, claims) => {
    const made = some => MRF.table(t`Preuves : ${attributeOf(attribute).label}`, COLUMNS, some, claim => (claim.is_winner ? "" : "lost"));
    if (claims.length <= SHOWN) return made(claims);
    const more = el("button", { type: "button" }, t`Montrer les ${format.whole(claims.length - SHOWN)} autres preuves`);
    const box = el("div", {}, made(claims.slice(0, SHOWN)), more);
    more.addEventListener("click", () => { box.replaceChildren(made(claims)); box.querySelector(".wide").focus(); });
    return box;
  };

  // One line with a button that opens what stands behind the value; `open` is called when it opens.
  const field = ({ name, title, value, isNone, claims, computed, onToggle }) => {
    const lists = claims.filter(([, found]) => found.length), count = lists.reduce((sum, [, found]) => sum + found.length, 0);
    const isDisputed = !computed && lists.some(([, found]) => isContested(found));
    const proof = el("dd", { className: "proof", id: `preuve-${name}`, hidden: true });
    const text = count ? t`Preuves (${count})` : computed ? t`Calcul` : "";
    const button = text && el("button", { type: "button", "aria-expanded": "false", "aria-controls": proof.id, "aria-label": t`${text} : ${title}` }, text);
    const toggle = isOpen => {
      if (isOpen && !proof.childElementCount) {
        proof.append(...[computed && el("p", {}, el("strong", {}, t`Comment : `), computed), ...lists.map(([attribute, found]) => weighing(attribute, found))].filter(Boolean));
      }
      proof.hidden = !isOpen;
      button.setAttribute("aria-expanded", String(isOpen));
    };
    if (button) button.addEventListener("click", () => { toggle(proof.hidden); onToggle?.(proof.hidden ? "" : name); });
    const line = el("div", { className: "field", "data-field": name }, el("dt", {}, title),
      el("dd", { className: isNone ? "value none" : "value" }, value, isDisputed ? [" ", el("span", { className: "flag" }, t`sources en désaccord`)] : null),
      el("dd", { className: "open" }, button || ""), proof);
    line.open = () => { if (button) toggle(true); };
    return line;
  };

  // Attributes of an entity as lines: for claims that are no field of a page of their own.
  const lines = (entity, found, names, onToggle) => names.map(name => {
    const whose = entity === "organization" || entity === "program" ? ` (${ENTITIES[entity].toLowerCase()})` : "";
    const claims = found.get(name), winner = claims.find(claim => claim.is_winner);
    return field({ name: `${entity}-${name}`, title: attributeOf(name).label + whose, value: winner ? shown(name, winner.value) : "—", isNone: !winner, claims: [[name, claims]], onToggle });
  });

  const titleOf = (entity, id, found) => {
    if (entity === "search") return t`Recherche : ${label("type_service", id.split("/")[1])}, ${label("zone", id.split("/")[0])}`;
    const named = ["mechanism_name", "title", "organization_name", "program_name"].map(name => found.get(name)?.find(claim => claim.is_winner)?.value);
    return t`${ENTITIES[entity] ?? entity} : ${named.find(Boolean) ?? id}`;
  };

  MRF.claims = { of, field, lines };
  MRF.views.preuves = {
    async show(parameters, [entity, ...rest]) {
      const id = rest.join("/"), found = await of(entity, id);
      if (!found.size) return false;
      MRF.byId("t-preuves").textContent = titleOf(entity, id, found);
      const fields = lines(entity, found, [...found.keys()]);
      MRF.byId("claims-body").replaceChildren(el("p", { className: "soft wraps" }, `${ENTITIES[entity] ?? entity} · ${id}`), el("dl", { className: "fields" }, fields));
      if (fields.length === 1) fields[0].open();
      const back = MRF.byId("claims-back");
      back.href = MRF.previous || "#/";
      return true;
    },
  };
}
