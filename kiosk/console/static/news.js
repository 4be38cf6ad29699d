// A page that looks again once something on it has changed. While its reader has something open or in
// hand it only says so, where it has a place for that. Looking keeps nobody signed in.
(() => {
  "use strict";
  const page = document.querySelector("[data-news]");
  if (!page) return;
  const told = document.querySelector("[data-told]");
  const busy = () => document.querySelector("details[open], :is(input, select, textarea):focus, :is(a, button):focus-visible, form[data-sending]");
  const look = async () => {
    try {
      const answer = await fetch(page.dataset.look, { redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401) return; // signed out
      if (answer.ok && (await answer.text()) !== page.dataset.news) {
        if (!busy()) {
          location.replace(location.pathname);
          return;
        }
        if (told) told.hidden = false;
      }
    } catch { /* the next look may find more */ }
    setTimeout(look, 3000);
  };
  setTimeout(look, 1000);
})();
