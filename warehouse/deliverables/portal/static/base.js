// What every view uses: data loaded as scripts, labels, French formats, elements. Defines MRF and MRF_DATA.
"use strict";
window.MRF_DATA = {};
window.MRF = { views: {} };
{
  const isEnglish = document.documentElement.lang === "en", locale = isEnglish ? "en-GB" : "fr-FR";
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const fine = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const score = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const point = new Intl.NumberFormat(locale, { maximumFractionDigits: 5 });
  const date = text => text.slice(0, 10).split("-").reverse().join("/");

  // Texts are written in French: t`vu le ${day}`. The English page has each by its French, its places numbered: « seen on {0} ».
  MRF.said = text => (isEnglish ? MRF_DATA.anglais.texts[text.replaceAll("\u00a0", " ")] ?? text : text);
  MRF.t = (parts, ...values) => MRF.said(parts.reduce((text, part, place) => `${text}{${place - 1}}${part}`))
    .replace(/\{(\d)\}/g, (_, place) => values[place]);

  MRF.format = {
    number: value => fine.format(value),
    whole: value => whole.format(value),
    score: value => score.format(value),
    share: value => share.format(value),
    point: value => `${point.format(value)}°`,
    flag: value => (value ? MRF.t`oui` : MRF.t`non`),
    date,
    shortMonth: text => new Intl.DateTimeFormat(locale, { month: "short", year: "2-digit", timeZone: "UTC" }).format(new Date(text)),
    month: text => new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(text)),
  };
  // « 1 service », « 2 services »: French counts from two, English all but one.
  MRF.counted = (count, one, many) => `${whole.format(count)} ${(isEnglish ? count === 1 : count < 2) ? one : many}`;

  MRF.label = (list, code) => MRF_DATA.socle.codes[list]?.[code] ?? code;
  MRF.labels = (list, codes) => codes.split(";").map(code => MRF.label(list, code.trim()));

  // The same key as in the data: no accents, lower case, every run of other signs one space.
  MRF.fold = text => text.normalize("NFKD").toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/ß/g, "ss")
    .normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  const pending = new Map();
  // The content of portail/donnees/<name>.js; the promise fails where the file cannot be read.
  MRF.load = name => {
    if (name in MRF_DATA) return Promise.resolve(MRF_DATA[name]);
    if (!pending.has(name)) {
      pending.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = `portail/donnees/${name}.js`;
        script.onload = () => resolve(MRF_DATA[name]);
        script.onerror = () => {
          pending.delete(name);
          reject(new Error(MRF.t`Le fichier portail/donnees/${name}.js ne peut pas être lu : le dossier de la publication est-il entier ?`));
        };
        document.head.append(script);
      }));
    }
    return pending.get(name);
  };

  MRF.byId = id => document.getElementById(id);
  // An element: properties that start with aria-, data- or are role, scope, colspan become attributes.
  MRF.el = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === null || value === undefined) continue;
      if (/^(aria-|data-|role$|scope$|colspan$|tabindex$|for$|style$)/.test(name)) element.setAttribute(name, value);
      else element[name] = value;
    }
    element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== ""));
    return element;
  };
  MRF.empty = text => MRF.el("p", { className: "empty" }, text);

  // A table in a box of its own that scrolls; on a phone each row is a block, so roles say again what it is.
  // columns: [{ title, cell(row) → text or nodes, number, kind }].
  MRF.table = (label, columns, rows, rowClass = () => "") => MRF.el("div", { className: "wide", tabindex: "0", role: "region", "aria-label": label },
    MRF.el("table", { className: "stack", role: "table", "aria-label": label },
      MRF.el("thead", { role: "rowgroup" }, MRF.el("tr", { role: "row" }, columns.map(column =>
        MRF.el("th", { scope: "col", role: "columnheader", className: column.number ? "number" : "" }, column.title)))),
      MRF.el("tbody", { role: "rowgroup" }, rows.map(row => MRF.el("tr", { role: "row", className: rowClass(row) }, columns.map(column =>
        MRF.el("td", { role: "cell", className: column.number ? "number" : column.kind ?? "", "data-title": column.title }, MRF.el("div", {}, column.cell(row)))))))));

  // Codes as text; of many, how many, and which they are when opened.
  MRF.listed = (list, codes, many) => {
    if (!codes) return "—";
    const shown = MRF.labels(list, codes);
    return shown.length < 4 ? shown.join(", ") : MRF.el("details", {}, MRF.el("summary", {}, `${shown.length} ${many}`), shown.join(", "));
  };
  // Main text, and under it in soft what completes it.
  MRF.twofold = (main, below) => [main, below ? MRF.el("span", { className: "below soft" }, below) : null];

  // Fills a select: options [[value, text]], and [[group, options]] where grouped.
  MRF.options = (select, options) => select.replaceChildren(...options.map(([value, text]) => (Array.isArray(text)
    ? MRF.el("optgroup", { label: value }, text.map(([inner, shown]) => new Option(shown, inner)))
    : new Option(text, value))));

  // A form and the address follow each other: what is empty is left out of the address.
  MRF.parameters = form => new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  MRF.fill = (form, parameters) => {
    for (const field of form.elements) {
      if (!field.name) continue;
      field.value = parameters.get(field.name) ?? "";
      if (field.tagName === "SELECT" && field.selectedIndex < 0) field.selectedIndex = 0;
    }
  };
  MRF.address = (path, parameters) => {
    const query = parameters.toString();
    return `#/${path}${query ? `?${query}` : ""}`;
  };
  // The same view in another state: no step for the back button.
  MRF.replaceAddress = hash => {
    MRF.here = hash;
    if (location.hash !== hash) history.replaceState(null, "", hash);
  };
}
