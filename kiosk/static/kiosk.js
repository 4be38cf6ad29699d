'use strict';
// The page shows exactly the view it is sent and sends back what is pressed. It
// decides nothing and keeps nothing: when the socket is lost the screen is wiped.
(() => {
  const root = document.getElementById('kiosk');
  const live = document.getElementById('say');
  const soon = document.getElementById('soon');
  let socket = null;
  let view = null;
  let face = '';
  let losses = 0;
  let watchdog = 0;
  let retry = 0;
  let answer = 0;
  let touched = 0;
  let hush = 0;
  let warning = 0;
  let kept = null;
  let tap = null;

  // Every act is answered by a view. One that is not means that the connection is
  // gone, whatever the socket believes; it is not sent again.
  const send = (act) => {
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify(act));
    if (!answer) answer = setTimeout(drop, 5000);
  };

  // A badge that was read has a number, under which it is sent until a view says that it was taken: once
  // more after the connection was lost, if that was for a moment, and never again after that.
  const KEPT = 10000;
  const read = (badge) => {
    if (['pair', 'paired', 'over', 'full'].includes(face)) return;
    if (tap) clearTimeout(tap.end);
    const number = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    tap = { act: { do: 'tap', badge, tap: number }, over: null, end: setTimeout(forget, KEPT) };
    give();
    if (face !== 'offline') return;
    away();
    if (!socket) connect();
  };
  const give = () => {
    if (!tap || !socket || socket.readyState !== WebSocket.OPEN || tap.over === socket || face === 'offline') return;
    tap.over = socket;
    send(tap.act);
  };
  const taken = () => {
    if (tap) clearTimeout(tap.end);
    tap = null;
  };
  const forget = () => {
    taken();
    if (face === 'offline') away(true);
  };
  const away = (late) => show({ face: 'offline', read: tap && !late, late });

  const forms = {
    keypad: (name, code) => send({ do: 'submit', name, code }),
    theircode: (code) => send({ do: 'submit', code }),
    locked: (code) => send({ do: 'unlock', job: view.locked.id, code }),
  };

  // ---- what is shown
  const show = (next) => {
    const at = root.contains(document.activeElement) ? document.activeElement : kept;
    const near = at && (at.closest('li') || at.parentElement);
    const fresh = Words.use(next.lang, next.young) || face !== next.face;
    view = next;
    if (fresh) {
      face = next.face;
      root.replaceChildren(Words.turn(document.importNode(document.getElementById(`face-${face}`).content, true)));
      root.dataset.face = face;
      Sound.cue(face);
      if (forms[face]) Keypad.build(root, forms[face]);
    }
    Bind.fill(root, { ...next, sound: String(Sound.on()) });
    if (!fresh) stay(at, near);
    else {
      kept = null;
      if (!forms[face]) root.querySelector('h1').focus({ preventScroll: true });
    }
    say(next);
    clearTimeout(warning);
    if (soon.textContent) soon.textContent = '';
  };

  // Whoever goes by keys or a switch stays where they are: what waits for an answer has the focus again
  // after it, and what is gone leaves it to its neighbour, or to the heading.
  const open = (el) => el.isConnected && !el.closest('[hidden]');
  const stay = (at, near) => {
    kept = null;
    if (!at) return;
    if (open(at) && at.disabled && view.busy) kept = at;
    else if (!open(at) || at.disabled) {
      const next = [...near.querySelectorAll('button, input')].find((el) => open(el) && !el.disabled);
      (next || root.querySelector('h1')).focus({ preventScroll: true });
    } else if (document.activeElement !== at) at.focus({ preventScroll: true });
  };

  const say = (next) => {
    const print = next.print || {};
    const sponsor = (next.class || {}).sponsor || {};
    const words = ['idle', 'offline', 'over'].includes(next.face) ? [] : [next.title, (next.change || {}).sum, print.sum || next.text, (next.change || {}).saves, print.after, print.detail && print.label, print.detail, (next.class || {}).done, sponsor.costs, sponsor.after, sponsor.short, next.note];
    // A face that names itself in the page alone, such as that of a lost connection.
    if (!next.title && !['idle', 'over'].includes(next.face)) words.unshift(...[...root.querySelectorAll('h1, .lead')].filter(open).map((el) => el.textContent));
    // What an alert on the screen says, it says by itself.
    const alerts = [...root.querySelectorAll('[role="alert"]')].filter(open).map((el) => el.textContent);
    const text = [...new Set(words)].filter((one) => one && !alerts.includes(one)).join(' ');
    if (live.textContent !== text) live.textContent = text;
  };

  // A network can go without a word: after a silence the page asks whether anybody is there.
  const HUSH = 10000;
  const ask = () => send({ do: 'here' });

  // The server ends a visit; should it fall silent, the page wipes itself.
  const watch = () => {
    clearTimeout(watchdog);
    clearTimeout(answer);
    clearTimeout(hush);
    answer = 0;
    if (view.pair) hush = setTimeout(drop, (view.pair.left.left || 30000) + 15000);
    else if (!['offline', 'paired', 'over', 'full'].includes(face)) hush = setTimeout(ask, HUSH * (0.8 + Math.random() * 0.4));
    if (!view.idle) return;
    watchdog = setTimeout(drop, view.idle.left + 3000);
    if (!['keypad', 'theircode', 'newbadge', 'message'].includes(face)) warning = setTimeout(warn, Math.max(view.idle.left - 10000, 1000));
  };

  // The bar that shrinks is not seen by everybody.
  const warn = () => { soon.textContent = Words.of('Signing out soon. Tap to stay.'); };

  // Another build on the server: load its page, once, when nobody is here.
  const renew = () => {
    if (tap || !['idle', 'pair'].includes(view.face) || view.build === root.dataset.build || sessionStorage.getItem('build') === view.build) return;
    sessionStorage.setItem('build', view.build);
    location.reload();
  };

  // ---- the socket
  const device = root.dataset.device === 'yes';
  const dial = (query) => {
    hangUp();
    clearTimeout(answer); // of a call that another one has overtaken
    socket = new WebSocket(location.origin.replace(/^http/, 'ws') + root.dataset.socket + query);
    answer = setTimeout(drop, tap ? 4000 : 15000);
    socket.onclose = drop;
    socket.onmessage = (event) => hear(socket, JSON.parse(event.data));
  };
  const connect = () => {
    clearTimeout(retry);
    if (device) Device.ready().then(() => dial(Device.query())).catch(drop);
    else dial('');
  };
  const hear = (from, said) => {
    if (said.challenge) Device.answer(said.challenge).then((proof) => from.send(JSON.stringify(proof))).catch(drop);
    else if (said.over) over();
    else {
      losses = 0;
      if (tap && tap.act.tap === said.tap) taken();
      show(said);
      watch();
      give();
      if (tap && !answer) answer = setTimeout(drop, 5000); // this view is older than the tap
      renew();
      if (face === 'paired') pause(2000);
      if (face === 'full') pause(20000 * (0.75 + Math.random() / 2));
    }
  };
  const hangUp = () => {
    if (!socket) return;
    socket.onclose = socket.onmessage = null;
    socket.close();
    socket = null;
  };
  // Whoever retired this screen wants nothing left on it.
  const over = () => {
    hangUp();
    taken();
    show({ face: 'over' });
    watch();
    Device.wipe().catch(() => {});
  };
  const pause = (wait) => {
    hangUp();
    clearTimeout(retry);
    retry = setTimeout(connect, wait);
  };
  const drop = () => {
    away();
    watch();
    const most = Math.min(tap ? 1500 : 15000, 500 * 2 ** losses++);
    pause(most * (0.5 + Math.random() / 2));
  };
  // All screens behind one switch hear of it at the same moment.
  window.addEventListener('online', () => { if (face === 'offline') pause(Math.random() * 1500); });
  window.addEventListener('offline', ask);

  // ---- what is pressed
  const acts = {
    speak: (el, tongue) => ({ language: tongue.id }),
    select: (el, job) => ({ job: job.id, on: el.checked }),
    release: () => ({ jobs: view.print.jobs, units: view.print.units }),
    pay: (el, payer) => ({ jobs: view.print.jobs, payer: payer.id }),
    delete: (el, job) => ({ job: job.id }),
    sure: () => ({ jobs: view.really.jobs }),
    'ask-teacher': (el, job) => ({ job: job.id }),
    'not-mine': (el, job) => ({ job: job.id }),
    place: (el, place) => ({ printer: place.id }),
    'print-at': (el, job) => ({ job: job.id, printer: job.offer.printer }),
    undo: (el, job) => ({ job: job.id }),
    ask: (el, job) => ({ job: job.id }),
    answer: (el) => ({ job: view.question.id, came: el.dataset.came === 'yes' }),
    part: () => ({ job: view.question.id }),
    count: (el, leaf) => ({ page: leaf ? leaf.id : view.count.pages + Number(el.dataset.step) }),
    counted: () => ({ job: view.count.id, pages: view.count.pages }),
    move: () => ({ jobs: view.move.jobs, printer: view.move.printer }),
    'keep-one': () => ({ jobs: view.same.jobs }),
    'keep-all': () => ({ jobs: view.same.jobs }),
    later: () => ({ job: view.question.id }),
    pick: (el, print) => ({ print: print.id }),
    some: (el) => ({ pages: view.wrong.chosen.pages + Number(el.dataset.step) }),
    report: (el, kind) => ({ kind: kind.id }),
    object: (el, choice) => ({ which: choice.id }),
    class: (el, one) => ({ class: one.id }),
    pupil: (el, child) => ({ person: child.id }),
    'sponsor-job': (el, job) => ({ job: job.id, on: job.flip }),
    change: (el, job) => ({ job: job.id }),
    keep: (el, leaf) => ({ page: leaf.id, on: leaf.flip }),
    up: (el, way) => ({ page: Number(way.id) }),
    both: (el, way) => ({ on: way.id === 'both' }),
    grey: () => ({ on: view.change.notGrey === true }),
    copies: (el) => ({ page: view.change.copies[el.dataset.to] }),
    turn: (el) => ({ page: view.change[el.dataset.to] }),
    'ask-back': (el, reason) => ({ print: view.wrong.chosen.id, reason: reason.id }),
  };
  root.addEventListener('click', (event) => {
    if (event.target.closest('[data-again]')) location.reload();
    const el = event.target.closest('[data-do]');
    if (!el) return;
    const act = el.dataset.do;
    if (act === 'sound') { // the screen's own: nobody else has to know
      Sound.turn();
      return show(view);
    }
    send({ do: act, ...(acts[act] ? acts[act](el, Bind.item(el)) : {}) });
  });
  // A page is grey paper until its picture is there, or it is known to have none.
  const pictured = (mark) => (event) => {
    const leaf = event.target.closest && event.target.closest('.leaf, .job__thumb');
    if (leaf) leaf.dataset[mark] = 'yes';
  };
  root.addEventListener('load', pictured('seen'), true);
  root.addEventListener('error', pictured('none'), true);
  const touch = () => {
    Sound.wake();
    if (!view || !view.idle || Date.now() - touched < 1000) return;
    touched = Date.now();
    send({ do: 'touch' });
  };
  window.addEventListener('pointerdown', touch, true);
  window.addEventListener('keydown', (event) => {
    touch();
    if (event.key === 'Escape' && ['wrong', 'broken', 'keypad', 'locked', 'message', 'newbadge', 'theircode', 'renew', 'code', 'really', 'places', 'change', 'count', 'account', 'class', 'pupil', 'whole', 'sponsor'].includes(face)) send({ do: 'back' });
  }, true);
  window.addEventListener('contextmenu', (event) => event.preventDefault());
  window.addEventListener('dragstart', (event) => event.preventDefault());

  Reader.listen(read);
  connect();
})();
