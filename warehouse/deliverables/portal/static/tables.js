// The views that are tables: calendar, mechanisms, quality of the data.
"use strict";
{
  const { el, byId, label, format, listed, twofold, t } = MRF;
  const date = value => (value ? format.date(value) : "—");
  const yes = value => (value === null ? t`inconnu` : format.flag(value));
  const codes = list => Object.entries(MRF_DATA.socle.codes[list]);
  const zones = () => [["", t`Toutes`], ...MRF_DATA.socle.zones.map(zone => [zone.code, zone.name])];

  // A view whose rows a form chooses: `rows(parameters)` and `body(rows)` say which and how.
  const listing = ({ name, prefix, data, prepare, rows, body, one, many, none }) => {
    let isReady = false;
    const form = byId(`${prefix}-form`);
    const draw = () => {
      const matches = rows(MRF_DATA[data], MRF.parameters(form));
      byId(`${prefix}-count`).textContent = MRF.counted(matches.length, one, many);
      byId(`${prefix}-body`)?.replaceChildren(matches.length ? body(matches) : MRF.empty(none(MRF_DATA[data])));
      return matches;
    };
    return async parameters => {
      await MRF.load(data);
      if (!isReady) {
        prepare(MRF_DATA[data]);
        form.addEventListener("input", () => { MRF.replaceAddress(MRF.address(name, MRF.parameters(form))); draw(); });
        isReady = true;
      }
      MRF.fill(form, parameters);
      draw();
      return true;
    };
  };

  const OPPORTUNITY = [
    { title: t`état`, kind: "whole", cell: row => twofold(el("strong", {}, label("opportunity_state", row.state)), t`vu le ${date(row.last_seen_on)}`) },
    { title: t`possibilité`, kind: "long", cell: row => twofold(el("a", { href: `#/preuves/opportunity/${row.opportunity_id}/${row.occurrence}` }, label("opportunity_type", row.opportunity_type_code)), row.title) },
    { title: t`structure`, kind: "long", cell: row => row.organization_name ?? t`non dite` },
    { title: t`zone`, cell: row => (row.zone_code ? label("zone", row.zone_code) : t`non dite`) },
    { title: t`du – au`, kind: "whole", cell: row => twofold(`${date(row.starts_on)} –`, date(row.ends_on)) },
    { title: t`date limite`, kind: "whole", cell: row => twofold(date(row.deadline_on), row.days_left === null ? null : t`dans ${MRF.counted(row.days_left, t`jour`, t`jours`)}`) },
    { title: t`quota par mois`, number: true, cell: row => (row.quota_per_month === null ? "—" : format.whole(row.quota_per_month)) },
    { title: t`part des coûts`, number: true, cell: row => (row.cost_share === null ? "—" : format.share(row.cost_share)) },
    { title: t`services`, kind: "long", cell: row => listed("type_service", row.service_type_codes, t`types`) },
    { title: t`groupes`, kind: "long", cell: row => listed("popgr", row.population_group_codes, t`groupes`) },
  ];
  const calendar = listing({
    name: "calendrier", prefix: "cal", data: "calendrier", one: t`ligne (possibilité × zone)`, many: t`lignes (possibilité × zone)`,
    prepare() {
      MRF.options(byId("cal-etat"), [["", t`Tous`], ...codes("opportunity_state")]);
      MRF.options(byId("cal-zone"), zones());
      MRF.options(byId("cal-type"), [["", t`Tous`], ...MRF_DATA.socle.types.map(type => [type.code, type.name])]);
    },
    rows: (data, wanted) => data.opportunities.filter(row => (!wanted.get("etat") || row.state === wanted.get("etat"))
      && (!wanted.get("zone") || row.zone_code === wanted.get("zone"))
      && (!wanted.get("type") || row.service_type_codes?.split(";").includes(wanted.get("type")))),
    body: rows => MRF.table(t`Calendrier des possibilités`, OPPORTUNITY, rows),
    none: data => (data.opportunities.length ? t`Aucune possibilité ne répond à ces critères.`
      : t`Aucune possibilité dans cette publication : aucune source n’en a donné. Les prestataires les disent dans l’enquête (formulaire prestataires).`),
  });

  const TOOLS = { has_sop: t`procédures`, has_form: t`formulaire`, has_data_protocol: t`protocole de données` };
  const count = value => (value === null ? "?" : format.whole(value));
  const MECHANISM = [
    { title: t`mécanisme`, kind: "long", cell: row => twofold(el("a", { href: `#/preuves/mechanism/${row.mechanism_id}/${row.zone_code ?? ""}/${row.wave}` }, row.name), row.mechanism_type_code && label("meca_type", row.mechanism_type_code)) },
    { title: t`état`, kind: "whole", cell: row => twofold(el("strong", {}, row.state_code ? label("meca_statut", row.state_code) : t`inconnu`), t`vu le ${date(row.last_seen_on)}`) },
    { title: t`zone`, cell: row => twofold(row.zone_code ? label("zone", row.zone_code) : t`non dite`, t`vague ${row.wave}`) },
    { title: t`fonctionnalité`, number: true, cell: row => (row.functionality === null ? t`inconnue` : format.share(row.functionality)) },
    { title: t`outils`, kind: "long", cell: row => el("ul", { className: "plain" }, Object.entries(TOOLS).map(([name, title]) => el("li", {}, t`${title} : ${yes(row[name])}`))) },
    { title: t`dernière réunion`, kind: "whole", cell: row => twofold(date(row.last_meeting_on), row.meeting_frequency && label("freq", row.meeting_frequency)) },
    { title: t`abouties ÷ émises`, number: true, cell: row => twofold(row.completion_rate === null ? "—" : format.share(row.completion_rate), row.issued_count === null ? null : `${count(row.completed_count)} ÷ ${count(row.issued_count)}`) },
    { title: t`participation`, kind: "long", cell: row => twofold(row.participation_level === null ? t`inconnue` : label("particip", row.participation_level), row.participation_evidence) },
    { title: t`pilote`, kind: "long", cell: row => twofold(row.lead_organization_name ?? "—", row.member_count === null ? null : t`${MRF.counted(row.member_count, t`membre`, t`membres`)}, dont État : ${count(row.state_member_count)}`) },
    { title: t`freins`, kind: "long", cell: row => row.bottlenecks ?? "—" },
  ];
  const mechanisms = listing({
    name: "mecanismes", prefix: "mec", data: "mecanismes", one: t`ligne (mécanisme × zone × vague)`, many: t`lignes (mécanisme × zone × vague)`,
    prepare() {
      MRF.options(byId("mec-zone"), zones());
      MRF.options(byId("mec-etat"), [["", t`Tous`], ...codes("meca_statut")]);
    },
    rows: (data, wanted) => data.mechanisms.filter(row => (!wanted.get("zone") || row.zone_code === wanted.get("zone"))
      && (!wanted.get("etat") || row.state_code === wanted.get("etat"))),
    body: rows => MRF.table(t`Mécanismes`, MECHANISM, rows),
    none: data => (data.mechanisms.length ? t`Aucun mécanisme ne répond à ces critères.`
      : t`Aucun mécanisme dans cette publication : aucune enquête auprès d’informateurs clés n’a été reçue.`),
  });

  // Nobody reads how many persons answered.
  const counted = count => (count === null ? t`non publié` : format.whole(count));
  const SOURCE = [
    { title: t`source`, cell: row => el("strong", {}, row.source_id) },
    { title: t`état`, kind: "long", cell: row => twofold(label("delivery", row.state), row.error) },
    { title: t`fichiers`, kind: "long", cell: row => (row.files.length ? el("span", { className: "wraps" }, row.files.join(", ")) : t`aucun`) },
    { title: t`lignes lues`, number: true, cell: row => counted(row.read) },
    { title: t`acceptées`, number: true, cell: row => counted(row.accepted) },
    { title: t`rejetées`, number: true, cell: row => counted(row.rejected) },
    { title: t`publiées`, number: true, cell: row => (row.published === 0 ? el("strong", {}, t`aucune`) : counted(row.published)) },
    { title: t`acceptées, non publiées`, kind: "long", cell: row => Object.entries(row.unpublished).map(([fate, count]) => `${label("fate", fate)} ${format.whole(count)}`).join(", ") },
    { title: t`observations du`, kind: "whole", cell: row => date(row.first_on) },
    { title: t`au`, kind: "whole", cell: row => date(row.last_on) },
    { title: t`affirmations publiées`, number: true, cell: row => format.whole(row.claim_count) },
  ];
  const CHECK = [
    { title: t`source`, cell: row => row.source_id },
    { title: t`contrôle`, kind: "long", cell: row => row.check_name },
    { title: t`gravité`, cell: row => label("severity", row.severity) },
    { title: t`résultat`, cell: row => (row.passed ? t`réussi` : el("strong", {}, t`en défaut`)) },
    { title: t`lignes`, number: true, cell: row => counted(row.failed_count) },
    { title: t`exemple ou explication`, kind: "long wraps", cell: row => row.examples ?? "" },
  ];
  const DOCUMENT = [
    { title: t`titre`, kind: "long", cell: row => [row.title ?? t`sans titre`, row.withdrawn_on ? el("span", { className: "flag" }, t` retiré le ${date(row.withdrawn_on)}`) : ""] },
    { title: t`éditeur`, kind: "long", cell: row => row.publisher ?? "—" },
    { title: t`nature`, cell: row => (row.kind ? label("document_kind", row.kind) : "—") },
    { title: t`fichier`, kind: "long", cell: row => twofold(el("span", { className: "wraps" }, row.file_name ?? "—"), row.is_landed ? null : t`au registre seulement`) },
    { title: t`publié le`, kind: "whole", cell: row => date(row.published_on) },
    { title: t`période`, kind: "whole", cell: row => (row.period_start || row.period_end ? `${date(row.period_start)} – ${date(row.period_end)}` : "—") },
    { title: t`classe de preuve`, cell: row => (row.source_class ? label("evidence_class", row.source_class) : "—") },
    { title: t`licence`, cell: row => row.license ?? "—" },
    { title: t`sensibilité`, cell: row => (row.sensitivity ? label("sensitivity", row.sensitivity) : "—") },
    { title: t`enregistrements tirés`, number: true, cell: row => counted(row.extracted_count) },
    { title: t`examiné le`, kind: "whole", cell: row => date(row.reviewed_on) },
    { title: t`note de lecture`, kind: "long", cell: row => twofold(row.review_note ?? "", [row.derived_from && t`tiré de : ${row.derived_from}`, ["not_landed", "unknown"].includes(row.origin_state) && t`original non reçu : dates de cette copie`].filter(Boolean).join(" · ")) },
  ];
  const quality = listing({
    name: "qualite", prefix: "qua", data: "qualite", one: t`contrôle`, many: t`contrôles`,
    prepare(data) {
      MRF.options(byId("qua-source"), [["", t`Toutes`], ...data.sources.map(row => [row.source_id, row.source_id])]);
      byId("qua-sources").replaceChildren(data.sources.length ? MRF.table(t`Sources`, SOURCE, data.sources) : MRF.empty(t`Aucune source dans le manifeste.`));
      byId("qua-documents").replaceChildren(data.documents.length ? MRF.table(t`Documents lus et examinés`, DOCUMENT, data.documents)
        : MRF.empty(t`Aucun document : aucun fichier reçu, et le registre (mrf_documents) est vide.`));
    },
    rows: (data, wanted) => data.checks.filter(row => (wanted.get("reussi") || !row.passed) && (!wanted.get("source") || row.source_id === wanted.get("source"))),
    body: rows => MRF.table(t`Contrôles et avertissements`, CHECK, rows),
    none: () => t`Aucun contrôle en défaut ni avertissement pour ce choix.`,
  });

  MRF.views.calendrier = { show: calendar };
  MRF.views.mecanismes = { show: mechanisms };
  MRF.views.qualite = { show: quality };
}
