'use strict';
// The way in by name and code: two fields, and the keys for the one that is being
// filled. Keys answer to the first contact of a finger, wet or not; a screen reader
// or a switch presses them like any button.
const Keypad = (() => {
  const NAMES = { '⌫': 'Delete', '.': 'Dot', '-': 'Dash', _: 'Underscore' };

  const build = (face, submit) => {
    const form = face.querySelector('form');
    const [name, code] = form.querySelectorAll('input');
    const next = form.querySelector('[type=submit]');
    const boards = [...form.querySelectorAll('[data-keys]')];

    const active = () => (boards[1].hidden ? name : code);
    const use = (field) => {
      for (const board of boards) board.hidden = board.dataset.for !== field.id;
      for (const el of [name, code]) el.classList.toggle('input--now', el === field);
      next.textContent = field === name ? 'Next' : 'Sign in';
      field.focus({ preventScroll: true });
    };
    const press = (key) => {
      const field = active();
      if (key === '⌫') field.value = field.value.slice(0, -1);
      else if (field.value.length < field.maxLength) field.value += key;
    };
    for (const board of boards) board.append(...board.dataset.keys.split(' ').map((row) => keysOf(row, press)));

    name.addEventListener('focus', () => { if (active() !== name) use(name); });
    code.addEventListener('focus', () => { if (active() !== code) use(code); });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (!name.value.trim()) return use(name);
      if (active() === name || !code.value.trim()) return use(code);
      submit(name.value.trim(), code.value.trim());
    });
    use(name);
    return { again: () => { code.value = ''; use(code); } };
  };

  const keysOf = (row, press) => {
    const line = document.createElement('div');
    line.className = 'keys__row';
    for (const key of row) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = key === '⌫' ? 'key key--back' : 'key';
      button.textContent = key;
      if (NAMES[key]) button.setAttribute('aria-label', NAMES[key]);
      let touched = -Infinity;
      button.addEventListener('pointerdown', (event) => { event.preventDefault(); touched = event.timeStamp; press(key); });
      button.addEventListener('click', (event) => { if (event.timeStamp - touched > 1000) press(key); });
      line.append(button);
    }
    return line;
  };
  return { build };
})();
