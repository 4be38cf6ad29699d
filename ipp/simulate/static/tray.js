// Keeps the page as it is at the printer: fetches it again and again and changes
// only what is different, so that sheets slide in one by one.
"use strict";
(function () {
  const pause = 600;

  function sync(now, next) {
    if (now.isEqualNode(next)) return;
    for (const a of [...now.attributes]) if (!next.hasAttribute(a.name)) now.removeAttribute(a.name);
    for (const a of next.attributes) if (now.getAttribute(a.name) !== a.value) now.setAttribute(a.name, a.value);
    if (!next.querySelector("[id]")) {
      now.replaceChildren(...next.childNodes);
      return;
    }
    let place = now.firstChild;
    for (const child of [...next.childNodes]) {
      const same = child.id && document.getElementById(child.id);
      if (same && now.contains(same)) {
        sync(same, child);
        while (place && place !== same) {
          const gone = place;
          place = place.nextSibling;
          gone.remove();
        }
        place = same.nextSibling;
      } else {
        now.insertBefore(child, place);
      }
    }
    while (place) {
      const gone = place;
      place = place.nextSibling;
      gone.remove();
    }
  }

  async function look() {
    try {
      const answer = await fetch("/", { cache: "no-store" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        sync(document.getElementById("live"), page.getElementById("live"));
        document.title = page.title;
        document.body.classList.remove("away");
      }
    } catch {
      document.body.classList.add("away");
    }
    setTimeout(look, pause);
  }

  // A button presses without leaving the page.
  document.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    try {
      await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    } catch {
      document.body.classList.add("away");
    }
  });

  setTimeout(look, pause);
})();
