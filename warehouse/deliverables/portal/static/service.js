// A service at a place: every attribute, and behind each the claims that it comes from.
"use strict";
{
  const { el, byId, label, labels, format, t } = MRF;
  const MASKED = t`lieu masqué pour protection`, UNKNOWN = t`non renseigné`;
  let opened; // the line of the value that the address names

  // The row of a service; null where there is none of this id.
  MRF.service = async id => {
    const index = await MRF.directory.indexOf(id);
    if (index < 0) return null;
    const leaf = MRF.directory.leafOf(index), content = await MRF.load(leaf.name), row = content.rows[leaf.place];
    return Object.fromEntries(content.columns.map((name, position) => [name, row[position]]));
  };

  const shown = (field, service) => {
    const value = service[field.name];
    if (field.place && service.is_masked) return MASKED;
    if (value === null) return UNKNOWN;
    if (field.many) return labels(field.codes, value).join(", ");
    if (field.codes) return label(field.codes, value);
    const text = field.format ? format[field.format](value) : value;
    return field.unit ? `${text} ${field.unit}` : text;
  };

  const badges = service => el("div", { className: "badges" },
    el("span", { className: `state state-${service.operational_state}` }, label("operational_state", service.operational_state)),
    el("span", {}, [service.admin2_name, service.zone_code && label("zone", service.zone_code)].filter(Boolean).join(" · ")),
    service.is_masked ? el("span", { className: "mask" }, MASKED) : null,
    service.has_conflict ? el("span", { className: "flag" }, t`Sources en désaccord`) : null,
    el("span", { className: "soft" }, t`confiance ${format.score(service.confidence)} · fraîcheur ${format.score(service.freshness)} · à vérifier avant le ${format.date(service.next_check_on)}`));

  // What a person does with a service: call it, find the way there. Both open in the telephone, not on the network.
  const actions = service => {
    const calls = (service.public_phone ?? "").split(" / ").filter(Boolean)
      .map(number => el("a", { href: `tel:${number.replaceAll(" ", "")}` }, t`Appeler le ${number}`));
    const way = service.is_masked || service.latitude === null ? []
      : [el("a", { href: `geo:${service.latitude},${service.longitude}` }, t`Voir le lieu sur la carte du téléphone`)];
    const card = service.is_masked ? [] : [el("a", { href: `#/fiche/${service.service_at_location_id}` }, t`Fiche d’orientation à imprimer`)];
    const all = [...calls, ...way, ...card, ...share(service), el("a", { href: report(service) }, t`Signaler une erreur`)];
    return el("p", { className: "actions" }, ...all.flatMap((one, place) => (place ? [" · ", one] : [one])));
  };
  const nameOf = service => `${service.organization_name} — ${service.service_type_code ? label("type_service", service.service_type_code) : t`type de service non précisé`}`;
  // The portal may lie on a disk: what is shared is text, the address only where it is on a site.
  const share = service => {
    if (service.is_masked || !(navigator.share || navigator.clipboard)) return [];
    const text = [nameOf(service), service.admin2_name, service.public_phone, location.protocol.startsWith("http") ? location.href : null].filter(Boolean).join("\n");
    const button = el("button", { type: "button", className: "link" }, navigator.share ? t`Partager` : t`Copier`);
    button.addEventListener("click", async () => {
      try {
        if (navigator.share) await navigator.share({ text });
        else { await navigator.clipboard.writeText(text); button.textContent = t`Copié`; }
      } catch { /* the reader closed the dialog */ }
    });
    return [button];
  };
  // A message of one's own mail program, with what tells the service; to the address of the settings, if they name one.
  const report = service => {
    const body = t`Service : ${nameOf(service)}\nIdentifiant : ${service.service_at_location_id}\nPublication : ${MRF_DATA.socle.publication}\n\nCe qui est faux, et ce qui est juste :\n\nComment je le sais (date, visite, document) :\n`;
    return `mailto:${MRF_DATA.socle.reply_to}?subject=${encodeURIComponent(t`Erreur dans la cartographie : ${nameOf(service)}`)}&body=${encodeURIComponent(body)}`;
  };

  // Claims of the three entities that a service's values come from.
  const gather = async service => {
    const ids = { service_at_location: service.service_at_location_id, organization: service.organization_id, program: service.program_id };
    const known = Object.entries(ids).filter(([, id]) => id);
    const found = await Promise.all(known.map(([entity, id]) => MRF.claims.of(entity, id)));
    return Object.fromEntries(known.map(([entity], place) => [entity, found[place]]));
  };

  const render = (service, claims, wanted) => {
    const follow = name => MRF.replaceAddress(`#/service/${service.service_at_location_id}${name ? `/${name}` : ""}`);
    const used = new Set(), lines = new Map();
    const lineOf = field => {
      const behind = (field.evidence ?? []).map(path => {
        used.add(path);
        const [entity, attribute] = path.split("/");
        return [attribute, claims[entity]?.get(attribute) ?? []];
      });
      const value = shown(field, service);
      const line = MRF.claims.field({
        name: field.name, title: field.label, value, isNone: value === UNKNOWN || value === MASKED, claims: behind,
        computed: field.place && service.is_masked ? t`Hébergement de victimes : rien ne le situe sous {admin2:the}, ni ici ni dans les preuves.` : field.computed, onToggle: follow,
      });
      lines.set(field.name, line);
      return line;
    };
    const sections = MRF_DATA.socle.sections.map(section => {
      const all = section.fields.map(field => lineOf(field));
      const unknown = all.filter(line => line.querySelector(".value").textContent === UNKNOWN);
      return el("section", {}, el("h2", {}, section.title), el("dl", { className: "fields" }, all.filter(line => !unknown.includes(line))),
        unknown.length ? el("details", { className: "unknown-values" }, el("summary", {}, t`${MRF.counted(unknown.length, t`valeur`, t`valeurs`)} sans réponse des sources`), el("dl", { className: "fields" }, unknown)) : null);
    });
    const others = Object.entries(claims).flatMap(([entity, found]) =>
      MRF.claims.lines(entity, found, [...found.keys()].filter(name => !used.has(`${entity}/${name}`)), follow));
    for (const line of others) lines.set(line.dataset.field, line);
    if (others.length) sections.push(el("section", {}, el("h2", {}, t`Autres affirmations des sources`), el("dl", { className: "fields" }, others)));
    byId("t-service").replaceChildren(nameOf(service));
    byId("service-body").replaceChildren(badges(service), actions(service), el("p", { className: "soft" }, t`« Preuves » ouvre les affirmations des sources sur une valeur ; « Calcul » dit comment elle est faite.`), ...sections);
    opened = lines.get(wanted);
    const fold = opened?.closest("details");
    if (fold) fold.open = true;
    opened?.open();
  };

  MRF.views.service = {
    async show(parameters, [id, attribute]) {
      const service = await MRF.service(id);
      if (!service) return false;
      render(service, await gather(service), attribute);
      byId("service-back").href = MRF.previousDirectory || "#/annuaire";
      return true;
    },
    after: () => opened?.scrollIntoView(),
  };
}
