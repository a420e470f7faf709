// One address, one view: #/annuaire?zone=Z_GAO, #/service/<id>/<value>. Loaded last: it shows the first view.
"use strict";
{
  const { byId } = MRF;
  const site = document.title;
  const sections = [...document.querySelectorAll("main > section[data-view]")];
  const STATIC = new Set(["accueil", "livrables"]);
  let current = null, visit = 0;

  const decoded = text => {
    try { return decodeURIComponent(text); } catch { return text; }
  };
  const parse = () => {
    const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
    const [view, ...rest] = path.split("/").map(decoded);
    return { view: view || "accueil", rest, parameters: new URLSearchParams(query) };
  };

  const display = view => {
    for (const section of sections) section.hidden = section.dataset.view !== view;
    const section = byId(`vue-${view}`), title = section.querySelector("h1");
    document.title = view === "accueil" ? site : `${title.textContent} — ${site}`;
    for (const link of document.querySelectorAll("header nav a")) {
      // The map is a page of its own: its address has no view.
      const isView = link.getAttribute("href").startsWith("#/");
      const isHere = isView && link.hash.replace("#/", "") === (view === "accueil" ? "" : view === "service" ? "annuaire" : view);
      if (isHere) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    return title;
  };
  // Focus follows the view, so that the keyboard and screen readers start where the page changed.
  const focus = (title, from, { view }) => {
    const back = view === "annuaire" && from.view === "service" && MRF.views.annuaire.focusOn(from.rest[0]);
    if (back) { back.focus(); return; }
    title.focus({ preventScroll: true });
    scrollTo(0, 0);
  };

  // One deliverable among all, its list of files opened.
  const reveal = heading => {
    if (!heading) return;
    if (heading.nextElementSibling.tagName === "DETAILS") heading.nextElementSibling.open = true;
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  };

  const route = async () => {
    if (location.hash && !location.hash.startsWith("#/")) return;
    const now = parse(), number = (visit += 1), from = current;
    if (from && MRF.here !== location.hash) MRF.previous = MRF.here;
    if (from?.view === "annuaire") MRF.previousDirectory = MRF.here;
    MRF.here = location.hash || "#/";
    current = now;
    byId("trouble").hidden = true;
    let view = now.view;
    try {
      const isThere = STATIC.has(view) || (Object.hasOwn(MRF.views, view) && await MRF.views[view].show(now.parameters, now.rest));
      if (number !== visit) return; // another address was asked for meanwhile
      if (!isThere) view = "perdue";
    } catch (error) {
      byId("trouble").textContent = error.message;
      byId("trouble").hidden = false;
      return;
    }
    const title = display(view);
    if (from) focus(title, from, now);
    MRF.views[view]?.after?.();
    if (view === "livrables" && now.rest[0]) reveal(byId(`livrable-${now.rest[0]}`));
    document.documentElement.dataset.ready = String(number);
  };

  // The same view in the other language.
  byId("other-language").addEventListener("click", event => { event.currentTarget.hash = location.hash; });
  byId("skip").addEventListener("click", event => { event.preventDefault(); byId("contenu").focus(); });
  addEventListener("hashchange", route);
  route();
}
