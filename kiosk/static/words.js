'use strict';
// What stands in the page itself, in the language and the voice of whoever reads it: found by its
// English form, like every sentence of the server's. Words.turn does it for a part of the page
// before anything of anybody's is put into it.
const Words = (() => {
  const all = JSON.parse(document.getElementById('words').textContent);
  const english = document.documentElement.lang;
  const NAMED = ['aria-label', 'data-go'];
  let now = {};
  let key = '';

  const of = (text) => (Object.hasOwn(now, text) ? now[text] : text);

  const turn = (part) => {
    const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const was = texts.currentNode.data.trim();
      if (was && of(was) !== was) texts.currentNode.data = texts.currentNode.data.replace(was, () => of(was));
    }
    for (const name of NAMED) {
      for (const el of part.querySelectorAll(`[${name}]`)) el.setAttribute(name, of(el.getAttribute(name)));
    }
    return part;
  };

  // Says whether that is another language, or another voice, than before. A view without one, as of a
  // lost connection, is in the last one's.
  const use = (lang, young) => {
    const next = `${lang}${young ? '~' : ''}`;
    if (!lang || next === key) return false;
    key = next;
    now = { ...all[lang], ...(young ? all[key] : {}) };
    document.documentElement.lang = lang === 'en' ? english : lang;
    return true;
  };
  return { of, turn, use };
})();
