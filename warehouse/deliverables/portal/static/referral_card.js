// A service on one sheet of A5 for who is sent there: where, when, for whom, what to bring, how to be referred, whom to call.
// In French with English below; of a victims' shelter there is none.
"use strict";
{
  const { el, byId, format, t } = MRF;
  const label = (list, code) => MRF.french[list]?.[code] ?? code;
  const english = (list, code) => MRF_DATA.socle.english[list]?.[code] ?? label(list, code);
  const both = (list, codes) => codes && [
    codes.split(";").map(code => label(list, code.trim())).join(", "),
    codes.split(";").map(code => english(list, code.trim())).join(", "),
  ];
  const same = text => text && [text, null];
  const joined = (...parts) => parts.filter(Boolean).join(", ");
  // [French, English], or nothing where neither part is known.
  const beside = (...parts) => {
    const known = parts.filter(Boolean);
    return known.length && [known.map(part => part[0]).join(" · "), known.map(part => part[1] ?? part[0]).join(" · ")];
  };
  const ages = ({ min_age: least, max_age: most }) => {
    if (least === null && most === null) return null;
    if (most === null) return [`dès ${least} ans`, `from age ${least}`];
    if (least === null) return [`jusqu’à ${most} ans`, `up to age ${most}`];
    return [`de ${least} à ${most} ans`, `age ${least} to ${most}`];
  };
  const cost = service => beside(both("cout", service.cost_code), same(service.cost_xof !== null && `${format.number(service.cost_xof)} {currency:fr}`));
  const wait = days => days !== null && [`attente : ${MRF.counted(days, "jour", "jours")}`, `wait: ${days} ${days === 1 ? "day" : "days"}`];
  const NOBODY = "aucun"; // of the criteria: none excludes
  const excluded = service => beside(both("popgr", service.excluded_groups), service.exclusion_criteria !== NOBODY && both("exclu", service.exclusion_criteria));

  const lines = service => [
    ["Où", "Where", same(joined(service.site_name, service.admin3_name, service.admin2_name, service.zone_code && label("zone", service.zone_code)))],
    ["Quand", "When", beside(same(service.hours), service.ends_on && [`jusqu’au ${format.date(service.ends_on)}`, `until ${format.date(service.ends_on)}`])],
    ["Pour qui", "For whom", beside(both("popgr", service.admitted_groups), ages(service))],
    ["Pas pour", "Not for", excluded(service)],
    ["À apporter", "Bring", same(service.required_documents)],
    ["Coût", "Cost", cost(service)],
    ["Comment y accéder", "How to get in", beside(both("acces", service.access_modes), wait(service.wait_days))],
    ["Langues", "Languages", both("langue", service.languages)],
    ["Appeler", "Call", same(service.public_phone)],
  ];
  const ASK = ["à demander avant d’orienter", "ask before referring"];
  const CAUTION = {
    unverified: ["Fonctionnement non vérifié : appeler avant d’orienter.", "Not verified to be open: call before referring."],
    not_operational: ["Non opérationnel à la date de référence : ne pas orienter sans nouvelle vérification.", "Not operational at the date of reference: do not refer unless checked again."],
  };
  const inEnglish = (text, className) => (text ? el("span", { lang: "en", className }, text) : null);

  const card = service => {
    const caution = CAUTION[service.operational_state];
    return [
      MRF_DATA.socle.notice ? el("p", { className: "card-caution" }, MRF_DATA.socle.notice) : null,
      el("p", { className: "card-kind" }, "Fiche d’orientation ", inEnglish("Referral card", "en")),
      el("p", { className: "card-type" }, service.service_type_code ? label("type_service", service.service_type_code) : "Type de service non précisé",
        inEnglish(service.service_type_code && english("type_service", service.service_type_code), "en")),
      el("p", { className: "card-name" }, service.organization_name),
      caution ? el("p", { className: "card-caution" }, caution[0], inEnglish(caution[1], "en")) : null,
      el("dl", {}, lines(service).filter(([, , value], place) => value || place !== 3).map(([french, name, value]) => el("div", { className: value ? "" : "unknown" },
        el("dt", {}, french, inEnglish(name, "en")),
        el("dd", {}, (value || ASK)[0], (value || ASK)[1] && (value || ASK)[1] !== (value || ASK)[0] ? inEnglish((value || ASK)[1], "en") : null)))),
      el("p", { className: "card-foot" }, `Situation au ${format.date(MRF_DATA.socle.as_of)} ; dernière observation le ${format.date(service.last_seen_on)}`
        + (service.has_conflict ? " ; les sources ne s’accordent pas sur tout" : "") + `. Publication ${MRF_DATA.socle.publication}. L’accès n’est pas garanti : vérifier avant de s’y rendre.`),
    ];
  };

  MRF.views.fiche = {
    async show(parameters, [id]) {
      const service = await MRF.service(id);
      if (!service || service.is_masked) return false;
      byId("t-fiche").replaceChildren(`${t`Fiche d’orientation`} — `, service.organization_name);
      byId("card").replaceChildren(...card(service).filter(Boolean));
      byId("card-back").href = `#/service/${id}`;
      return true;
    },
  };
  // One page whatever the texts: the letters shrink until the card fits the sheet.
  const MM = 96 / 25.4, SHEET = { width: 130, height: 190 }, LARGEST = 10, SMALLEST = 6;
  addEventListener("beforeprint", () => {
    const { style } = byId("card");
    style.width = `${SHEET.width}mm`;
    for (let size = LARGEST; size >= SMALLEST; size -= 0.5) {
      style.fontSize = `${size}pt`;
      if (byId("card").offsetHeight <= SHEET.height * MM) break;
    }
  });
  addEventListener("afterprint", () => byId("card").removeAttribute("style"));
  byId("card-print").addEventListener("click", () => print());
}
