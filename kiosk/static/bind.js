'use strict';
// Fills a page from a view, as text only. In the markup:
//   data-text="a.b"            text of the element
//   data-if / data-unless      shown or hidden; "!a" means not a
//   data-attr="x=a, y=b"       attributes; none when the value is empty
//   data-disabled / data-check properties
//   data-var="--x=a"           style variables
//   data-bar="a"               its child shrinks from a.left of a.of to nothing
//   data-each="job in jobs"    its <template> once for each item, kept by id
// An element that stands in a list remembers its item: Bind.item(element).
const Bind = (() => {
  const items = new WeakMap();
  const bars = new WeakMap();
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)');

  const look = (path, scope) => {
    const not = path.startsWith('!');
    let value = scope;
    for (const step of (not ? path.slice(1) : path).split('.')) value = value == null ? undefined : value[step];
    return not ? !value : value;
  };
  const pairs = (list) => list.split(',').map((pair) => pair.trim().split('='));

  const ways = {
    text: (el, path, scope) => {
      const value = look(path, scope);
      const text = value == null ? '' : String(value);
      if (el.textContent !== text) el.textContent = text;
    },
    if: (el, path, scope) => { el.hidden = !look(path, scope); },
    unless: (el, path, scope) => { el.hidden = !!look(path, scope); },
    disabled: (el, path, scope) => { el.disabled = !!look(path, scope); },
    check: (el, path, scope) => { el.checked = !!look(path, scope); },
    attr: (el, list, scope) => {
      for (const [name, path] of pairs(list)) {
        const value = look(path, scope);
        if (value == null || value === false || value === '') el.removeAttribute(name);
        else if (el.getAttribute(name) !== String(value)) el.setAttribute(name, String(value));
      }
    },
    var: (el, list, scope) => {
      for (const [name, path] of pairs(list)) el.style.setProperty(name, String(look(path, scope) ?? 0));
    },
    bar: (el, path, scope) => {
      const span = look(path, scope);
      el.hidden = !span;
      if (!span || bars.get(el) === span) return;
      bars.set(el, span);
      const shape = el.firstElementChild;
      for (const old of shape.getAnimations()) old.cancel();
      shape.animate([{ transform: `scaleX(${span.left / span.of})` }, { transform: 'scaleX(0)' }],
        { duration: span.left, fill: 'forwards', easing: calm.matches ? 'steps(10, start)' : 'linear' });
    },
  };
  const names = Object.keys(ways);

  const each = (list, rule, scope) => {
    const [name, path] = rule.split(' in ');
    const mould = list.querySelector(':scope > template');
    const old = new Map([...list.children].filter((el) => el !== mould).map((el) => [el.dataset.key, el]));
    let before = mould;
    for (const item of look(path, scope) || []) {
      const key = String(item.id);
      const el = old.get(key) || Words.turn(document.importNode(mould.content, true)).firstElementChild;
      old.delete(key);
      el.dataset.key = key;
      items.set(el, item);
      if (before.nextElementSibling !== el) before.after(el);
      walk(el, { ...scope, [name]: item });
      before = el;
    }
    for (const el of old.values()) el.remove();
  };

  // Lists last: what they hold is bound in the scope of its own item.
  const walk = (el, scope) => {
    for (const name of names) if (name in el.dataset) ways[name](el, el.dataset[name], scope);
    if ('each' in el.dataset) return each(el, el.dataset.each, scope);
    for (const child of el.children) walk(child, scope);
  };

  const item = (el) => {
    for (let at = el; at; at = at.parentElement) if (items.has(at)) return items.get(at);
    return null;
  };
  return { fill: walk, item };
})();
