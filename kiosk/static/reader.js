'use strict';
// A badge reader is a keyboard that types very fast: several characters with less
// than GAP milliseconds between them, then Enter. Whatever has the focus, such a
// burst is a badge and nothing else: what it typed into a field is taken back, its
// Enter presses nothing, and its control keys do nothing. A person's typing is
// left alone.
const Reader = (() => {
  const GAP = 50;
  const SHORTEST = 4;
  const SHAPE = /^[0-9A-Za-z;=?:-]{4,32}$/;
  const SILENT = new Set(['Shift', 'CapsLock', 'NumLock', 'Control', 'Alt', 'AltGraph', 'Meta']);
  const ZOOM = new Set(['+', '-', '=', '0']);

  let burst = '';
  let last = -Infinity;
  let field = null; // what the burst may have typed into, and what stood there before

  const begin = () => {
    burst = '';
    const el = document.activeElement;
    field = el && el.tagName === 'INPUT' && el.type === 'text' ? { el, value: el.value } : null;
  };
  const stop = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };

  const listen = (onBadge) => window.addEventListener('keydown', (event) => {
    const key = event.key;
    if (SILENT.has(key)) return;
    const shortcut = event.ctrlKey || event.altKey || event.metaKey;
    if ((shortcut && !ZOOM.has(key) && !event.getModifierState('AltGraph')) || /^(F\d+|Browser.*|Launch.*|ContextMenu|Help|PrintScreen)$/.test(key)) {
      begin();
      return stop(event);
    }
    if (event.repeat || event.timeStamp - last > GAP) begin();
    last = event.timeStamp;
    if (key.length === 1) {
      if (burst.length <= 64) burst += key;
      if (key === ' ' && burst.length > 1) event.preventDefault();
      return;
    }
    const read = burst;
    burst = '';
    if (read.length < SHORTEST || (key !== 'Enter' && key !== 'Tab')) return;
    stop(event);
    if (field) field.el.value = field.value;
    if (SHAPE.test(read)) onBadge(read);
  }, true);
  return { listen };
})();
