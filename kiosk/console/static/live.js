// What is happening now: the whole state comes over a websocket each time, and is filled in as
// text. A connection that breaks comes back by itself, each time a little later and never with all
// the others; until then the page says that it stands still.
(() => {
  "use strict";

  const page = document.querySelector("[data-socket]");
  const word = (name) => document.querySelector(`[data-live=${name}]`);
  const link = document.querySelector(".live__link");
  let tries = 0;

  const say = (state, words) => {
    link.dataset.state = state;
    if (word("link").textContent !== words) word("link").textContent = words;
  };

  const blank = (name) => document.getElementById(name).content.firstElementChild.cloneNode(true);

  const fillRow = (row, one) => {
    row.querySelector(".live__name").textContent = one.name;
    row.querySelector(".live__note").textContent = one.note;
    const state = row.querySelector(".live__state");
    state.textContent = one.state;
    state.hidden = one.state === "";
    state.className = `live__state badge ${one.look}`;
    const bar = row.querySelector(".live__bar");
    bar.hidden = one.all === 0;
    if (one.all > 0) {
      bar.max = one.all;
      bar.value = one.done;
    }
  };

  const fillFigure = (figure, one) => {
    figure.querySelector(".figure__number").textContent = one.number;
    figure.querySelector(".figure__label").textContent = one.label;
  };

  // A list keeps its lines, and gets or loses as many as there are more or fewer.
  const fill = (name, all, template, each) => {
    const list = document.querySelector(`[data-list=${name}]`);
    while (list.children.length > all.length) list.lastElementChild.remove();
    while (list.children.length < all.length) list.append(blank(template));
    all.forEach((one, i) => each(list.children[i], one));
    const none = list.nextElementSibling;
    if (none && none.classList.contains("live__none")) none.hidden = all.length > 0;
  };

  const show = (state) => {
    fill("figures", state.figures, "live-figure", fillFigure);
    for (const name of ["latest", "printing", "printers", "kiosks"]) fill(name, state[name] || [], "live-row", fillRow);
    word("at").textContent = state.at;
  };

  const again = () => {
    tries += 1;
    say("lost", "Connection lost: as it was at");
    const most = Math.min(30000, 500 * 2 ** tries);
    setTimeout(open, most / 2 + (Math.random() * most) / 2);
  };

  // Whoever is signed out is led to the sign-in by the page itself.
  const check = async () => {
    try {
      const answer = await fetch(location.href, { method: "HEAD", redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 404) location.reload();
    } catch { /* the server is away: the next try may find it */ }
  };

  const open = () => {
    const url = new URL(page.dataset.socket, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    socket.onmessage = (event) => {
      tries = 0;
      say("live", "Live, last changed");
      show(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (event.code === 4401) {
        location.reload();
        return;
      }
      if (event.code === 4429) {
        document.getElementById("live-full").hidden = false;
        say("lost", "Stands still, as it was at");
        return;
      }
      if (tries > 0) check();
      again();
    };
  };

  say("joining", "As it was at");
  open();
})();
