// The views that are tables: calendar, mechanisms, quality of the data.
"use strict";
{
  const { el, byId, label, format, listed, twofold } = MRF;
  const date = value => (value ? format.date(value) : "—");
  const yes = value => (value === null ? "inconnu" : format.flag(value));
  const codes = list => Object.entries(MRF_DATA.socle.codes[list]);
  const zones = () => [["", "Toutes"], ...MRF_DATA.socle.zones.map(zone => [zone.code, zone.name])];

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
    { title: "état", kind: "whole", cell: row => twofold(el("strong", {}, label("opportunity_state", row.state)), `vu le ${date(row.last_seen_on)}`) },
    { title: "possibilité", kind: "long", cell: row => twofold(el("a", { href: `#/preuves/opportunity/${row.opportunity_id}/${row.occurrence}` }, label("opportunity_type", row.opportunity_type_code)), row.title) },
    { title: "structure", kind: "long", cell: row => row.organization_name ?? "non dite" },
    { title: "zone", cell: row => (row.zone_code ? label("zone", row.zone_code) : "non dite") },
    { title: "du – au", kind: "whole", cell: row => twofold(`${date(row.starts_on)} –`, date(row.ends_on)) },
    { title: "date limite", kind: "whole", cell: row => twofold(date(row.deadline_on), row.days_left === null ? null : `dans ${MRF.counted(row.days_left, "jour", "jours")}`) },
    { title: "quota par mois", number: true, cell: row => (row.quota_per_month === null ? "—" : format.whole(row.quota_per_month)) },
    { title: "part des coûts", number: true, cell: row => (row.cost_share === null ? "—" : format.share(row.cost_share)) },
    { title: "services", kind: "long", cell: row => listed("type_service", row.service_type_codes, "types") },
    { title: "groupes", kind: "long", cell: row => listed("popgr", row.population_group_codes, "groupes") },
  ];
  const calendar = listing({
    name: "calendrier", prefix: "cal", data: "calendrier", one: "ligne (possibilité × zone)", many: "lignes (possibilité × zone)",
    prepare() {
      MRF.options(byId("cal-etat"), [["", "Tous"], ...codes("opportunity_state")]);
      MRF.options(byId("cal-zone"), zones());
      MRF.options(byId("cal-type"), [["", "Tous"], ...MRF_DATA.socle.types.map(type => [type.code, type.name])]);
    },
    rows: (data, wanted) => data.opportunities.filter(row => (!wanted.get("etat") || row.state === wanted.get("etat"))
      && (!wanted.get("zone") || row.zone_code === wanted.get("zone"))
      && (!wanted.get("type") || row.service_type_codes?.split(";").includes(wanted.get("type")))),
    body: rows => MRF.table("Calendrier des possibilités", OPPORTUNITY, rows),
    none: data => (data.opportunities.length ? "Aucune possibilité ne répond à ces critères."
      : "Aucune possibilité dans cette publication : aucune source n’en a donné. Les prestataires les disent dans l’enquête (formulaire prestataires)."),
  });

  const TOOLS = { has_sop: "procédures", has_form: "formulaire", has_data_protocol: "protocole de données" };
  const count = value => (value === null ? "?" : format.whole(value));
  const MECHANISM = [
    { title: "mécanisme", kind: "long", cell: row => twofold(el("a", { href: `#/preuves/mechanism/${row.mechanism_id}/${row.zone_code ?? ""}/${row.wave}` }, row.name), row.mechanism_type_code && label("meca_type", row.mechanism_type_code)) },
    { title: "état", kind: "whole", cell: row => twofold(el("strong", {}, row.state_code ? label("meca_statut", row.state_code) : "inconnu"), `vu le ${date(row.last_seen_on)}`) },
    { title: "zone", cell: row => twofold(row.zone_code ? label("zone", row.zone_code) : "non dite", `vague ${row.wave}`) },
    { title: "fonctionnalité", number: true, cell: row => (row.functionality === null ? "inconnue" : format.share(row.functionality)) },
    { title: "outils", kind: "long", cell: row => el("ul", { className: "plain" }, Object.entries(TOOLS).map(([name, title]) => el("li", {}, `${title} : ${yes(row[name])}`))) },
    { title: "dernière réunion", kind: "whole", cell: row => twofold(date(row.last_meeting_on), row.meeting_frequency && label("freq", row.meeting_frequency)) },
    { title: "abouties ÷ émises", number: true, cell: row => twofold(row.completion_rate === null ? "—" : format.share(row.completion_rate), row.issued_count === null ? null : `${count(row.completed_count)} ÷ ${count(row.issued_count)}`) },
    { title: "participation", kind: "long", cell: row => twofold(row.participation_level === null ? "inconnue" : label("particip", row.participation_level), row.participation_evidence) },
    { title: "pilote", kind: "long", cell: row => twofold(row.lead_organization_name ?? "—", row.member_count === null ? null : `${MRF.counted(row.member_count, "membre", "membres")}, dont État : ${count(row.state_member_count)}`) },
    { title: "freins", kind: "long", cell: row => row.bottlenecks ?? "—" },
  ];
  const mechanisms = listing({
    name: "mecanismes", prefix: "mec", data: "mecanismes", one: "ligne (mécanisme × zone × vague)", many: "lignes (mécanisme × zone × vague)",
    prepare() {
      MRF.options(byId("mec-zone"), zones());
      MRF.options(byId("mec-etat"), [["", "Tous"], ...codes("meca_statut")]);
    },
    rows: (data, wanted) => data.mechanisms.filter(row => (!wanted.get("zone") || row.zone_code === wanted.get("zone"))
      && (!wanted.get("etat") || row.state_code === wanted.get("etat"))),
    body: rows => MRF.table("Mécanismes", MECHANISM, rows),
    none: data => (data.mechanisms.length ? "Aucun mécanisme ne répond à ces critères."
      : "Aucun mécanisme dans cette publication : aucune enquête auprès d’informateurs clés n’a été reçue."),
  });

  // Nobody reads how many persons answered.
  const counted = count => (count === null ? "non publié" : format.whole(count));
  const SOURCE = [
    { title: "source", cell: row => el("strong", {}, row.source_id) },
    { title: "état", kind: "long", cell: row => twofold(label("delivery", row.state), row.error) },
    { title: "fichiers", kind: "long", cell: row => (row.files.length ? el("span", { className: "wraps" }, row.files.join(", ")) : "aucun") },
    { title: "lignes lues", number: true, cell: row => counted(row.read) },
    { title: "acceptées", number: true, cell: row => counted(row.accepted) },
    { title: "rejetées", number: true, cell: row => counted(row.rejected) },
    { title: "publiées", number: true, cell: row => (row.published === 0 ? el("strong", {}, "aucune") : counted(row.published)) },
    { title: "acceptées, non publiées", kind: "long", cell: row => row.unpublished },
    { title: "observations du", kind: "whole", cell: row => date(row.first_on) },
    { title: "au", kind: "whole", cell: row => date(row.last_on) },
    { title: "affirmations publiées", number: true, cell: row => format.whole(row.claim_count) },
  ];
  const CHECK = [
    { title: "source", cell: row => row.source_id },
    { title: "contrôle", kind: "long", cell: row => row.check_name },
    { title: "gravité", cell: row => label("severity", row.severity) },
    { title: "résultat", cell: row => (row.passed ? "réussi" : el("strong", {}, "en défaut")) },
    { title: "lignes", number: true, cell: row => counted(row.failed_count) },
    { title: "exemple ou explication", kind: "long wraps", cell: row => row.examples ?? "" },
  ];
  const DOCUMENT = [
    { title: "titre", kind: "long", cell: row => [row.title ?? "sans titre", row.withdrawn_on ? el("span", { className: "flag" }, ` retiré le ${date(row.withdrawn_on)}`) : ""] },
    { title: "éditeur", kind: "long", cell: row => row.publisher ?? "—" },
    { title: "nature", cell: row => (row.kind ? label("document_kind", row.kind) : "—") },
    { title: "fichier", kind: "long", cell: row => twofold(el("span", { className: "wraps" }, row.file_name ?? "—"), row.is_landed ? null : "au registre seulement") },
    { title: "publié le", kind: "whole", cell: row => date(row.published_on) },
    { title: "période", kind: "whole", cell: row => (row.period_start || row.period_end ? `${date(row.period_start)} – ${date(row.period_end)}` : "—") },
    { title: "classe de preuve", cell: row => (row.source_class ? label("evidence_class", row.source_class) : "—") },
    { title: "licence", cell: row => row.license ?? "—" },
    { title: "sensibilité", cell: row => (row.sensitivity ? label("sensitivity", row.sensitivity) : "—") },
    { title: "enregistrements tirés", number: true, cell: row => counted(row.extracted_count) },
    { title: "examiné le", kind: "whole", cell: row => date(row.reviewed_on) },
    { title: "note de lecture", kind: "long", cell: row => twofold(row.review_note ?? "", [row.derived_from && `tiré de : ${row.derived_from}`, ["not_landed", "unknown"].includes(row.origin_state) && "original non reçu : dates de cette copie"].filter(Boolean).join(" · ")) },
  ];
  const quality = listing({
    name: "qualite", prefix: "qua", data: "qualite", one: "contrôle", many: "contrôles",
    prepare(data) {
      MRF.options(byId("qua-source"), [["", "Toutes"], ...data.sources.map(row => [row.source_id, row.source_id])]);
      byId("qua-sources").replaceChildren(data.sources.length ? MRF.table("Sources", SOURCE, data.sources) : MRF.empty("Aucune source dans le manifeste."));
      byId("qua-documents").replaceChildren(data.documents.length ? MRF.table("Documents lus et examinés", DOCUMENT, data.documents)
        : MRF.empty("Aucun document : aucun fichier reçu, et le registre (mrf_documents) est vide."));
    },
    rows: (data, wanted) => data.checks.filter(row => (wanted.get("reussi") || !row.passed) && (!wanted.get("source") || row.source_id === wanted.get("source"))),
    body: rows => MRF.table("Contrôles et avertissements", CHECK, rows),
    none: () => "Aucun contrôle en défaut ni avertissement pour ce choix.",
  });

  MRF.views.calendrier = { show: calendar };
  MRF.views.mecanismes = { show: mechanisms };
  MRF.views.qualite = { show: quality };
}
