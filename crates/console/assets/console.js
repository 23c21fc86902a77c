// What makes the pages quicker to use. Every page works without it; nothing here decides about anything.
"use strict";

document.documentElement.classList.add("scripted");

// Whatever is clicked, changed or shown again is found by its attributes: there is no script in the pages.
document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    navigator.clipboard.writeText(copy.dataset.copy).then(() => {
      const before = copy.textContent;
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = before; }, 1500);
    });
  }
  const all = event.target.closest("[data-tick-all]");
  if (all) {
    for (const box of all.form.querySelectorAll(`input[name="${CSS.escape(all.dataset.tickAll)}"]`)) box.checked = all.checked;
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

// What cannot be undone is asked about first.
document.addEventListener("submit", (event) => {
  const asked = event.submitter?.dataset.asks ?? event.target.dataset.asks;
  if (asked && !window.confirm(asked)) event.preventDefault();
});

// Keys: / looks for something, g and a letter goes to a page.
const PLACES = { h: "/", m: "/my-data", r: "/requests", d: "/data-sources", p: "/policies", t: "/tags", j: "/projects", u: "/people", i: "/integrations", w: "/webhooks", a: "/audit" };
let going = false;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (going && PLACES[event.key]) { window.location.href = PLACES[event.key]; event.preventDefault(); }
  going = event.key === "g";
  if (event.key === "/") { document.querySelector(".find input")?.focus(); event.preventDefault(); }
});

const prepare = (root) => {
  // Only where it can work.
  if (navigator.clipboard) for (const copy of root.querySelectorAll("[data-copy]")) copy.hidden = false;
  // On narrow screens what stands before the content begins folded.
  if (narrow.matches) fold(root);
};
const narrow = window.matchMedia("(max-width: 56rem)");
const fold = (root) => { for (const part of root.querySelectorAll("[data-folds]")) part.open = !narrow.matches; };
// And on wide ones it never is.
narrow.addEventListener("change", () => fold(document));
prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.target));

// What is wrong with a policy is told at its fields, too, which are not shown again while they are typed into.
const tell = (read) => {
  for (const before of document.querySelectorAll("#builder .wrong")) before.remove();
  for (const field of document.querySelectorAll("#builder [aria-describedby]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  for (const told of read.querySelectorAll("template[data-field]")) {
    const field = document.getElementById(told.dataset.field);
    if (!field || field.hasAttribute("aria-describedby")) continue;
    const said = told.content.firstElementChild.cloneNode(true);
    field.setAttribute("aria-describedby", said.id);
    if (field.matches("fieldset")) field.querySelector("legend").after(said);
    else { field.setAttribute("aria-invalid", "true"); field.after(said); }
  }
};
document.addEventListener("htmx:load", (event) => { if (event.target.id === "read") tell(event.target); });

// A part of a page that could not be fetched says so, where it would have stood.
const unfetched = (event, ...told) => {
  const notice = document.createElement("div");
  notice.className = "notice bad unfetched";
  notice.setAttribute("role", "alert");
  notice.append(...told);
  for (const before of event.detail.target.querySelectorAll(":scope > .notice.unfetched")) before.remove();
  event.detail.target.prepend(notice);
};
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status !== 401) return unfetched(event, `This could not be fetched (${status}). What you wrote is still here: try again.`);
  const way = Object.assign(document.createElement("a"), { href: "/sign-in", target: "_blank", textContent: "Sign in" });
  unfetched(event, "You are signed out. ", way, " in another tab, and go on here: what you wrote stays.");
});
document.addEventListener("htmx:sendError", (event) => {
  unfetched(event, "The service cannot be reached. What you wrote is still here: try again.");
});
