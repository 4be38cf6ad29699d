'use strict';
// Forms that are filled by touch, such as the way in by name and code: one or more
// fields, and the keys for the one that is being filled. Keys answer to the first contact of a finger, wet or not; a screen reader
// or a switch presses them like any button.
const Keypad = (() => {
  const NAMES = { '⌫': 'Delete', '.': 'Dot', '-': 'Dash', _: 'Underscore' };

  // submit is given what is in the fields, in their order.
  const build = (face, submit) => {
    const form = face.querySelector('form');
    const fields = [...form.querySelectorAll('input')];
    const boards = fields.map((field) => form.querySelector(`[data-for=${field.id}]`));
    const next = form.querySelector('[type=submit]');
    const last = fields.at(-1);

    let active = fields[0];
    const use = (field) => {
      active = field;
      fields.forEach((el, i) => {
        boards[i].hidden = el !== field;
        el.classList.toggle('input--now', el === field);
      });
      next.textContent = field === last ? form.dataset.go : Words.of('Next');
      field.focus({ preventScroll: true });
    };
    const press = (key) => {
      if (key === '⌫') active.value = active.value.slice(0, -1);
      else if (active.value.length < active.maxLength) active.value += key;
    };
    for (const board of boards) board.append(...board.dataset.keys.split(' ').map((row) => keysOf(row, press)));
    for (const field of fields) field.addEventListener('focus', () => { if (active !== field) use(field); });

    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const empty = fields.find((field) => !field.value.trim() && !field.closest('[data-optional]'));
      if (empty) return use(empty);
      if (active !== last) return use(last);
      const filled = fields.map((field) => field.value.trim());
      last.value = ''; // sent once; the next try begins empty, however soon the answer is here
      use(last);
      submit(...filled);
    });
    use(fields[0]);
  };

  const keysOf = (row, press) => {
    const line = document.createElement('div');
    line.className = 'keys__row';
    for (const key of row) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = key === '⌫' ? 'key key--back' : 'key';
      button.textContent = key;
      if (NAMES[key]) button.setAttribute('aria-label', Words.of(NAMES[key]));
      let touched = -Infinity;
      button.addEventListener('pointerdown', (event) => { event.preventDefault(); touched = event.timeStamp; press(key); });
      button.addEventListener('click', (event) => { if (event.timeStamp - touched > 1000) press(key); });
      line.append(button);
    }
    return line;
  };
  return { build };
})();
