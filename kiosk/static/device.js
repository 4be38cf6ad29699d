'use strict';
// What this browser is known by: a key that the browser made, keeps and signs with, and that no
// script can read, this one neither. A page that has a station in its address needs none.
const Device = (() => {
  const NAME = 'inkwell-kiosk';
  const KIND = { name: 'ECDSA', namedCurve: 'P-256' };
  let own = null; // { pair, raw, thumb }

  const asked = (request) => new Promise((yes, no) => {
    request.onsuccess = () => yes(request.result);
    request.onerror = () => no(request.error);
  });
  const store = async (mode) => {
    const open = indexedDB.open(NAME, 1);
    open.onupgradeneeded = () => open.result.createObjectStore('key');
    const base = await asked(open);
    base.onversionchange = () => base.close();
    return base.transaction('key', mode).objectStore('key');
  };
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const forAddress = (bytes) => text(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

  // Of two windows that make a key at once, both take the first.
  const keep = async () => {
    const kept = await asked((await store('readonly')).get('own'));
    if (kept) return kept;
    const made = await crypto.subtle.generateKey(KIND, false, ['sign']);
    try {
      await asked((await store('readwrite')).add(made, 'own'));
    } catch {
      return asked((await store('readonly')).get('own'));
    }
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
    return made;
  };

  const ready = async () => {
    if (own) return;
    const pair = await keep();
    const raw = await crypto.subtle.exportKey('raw', pair.publicKey);
    own = { pair, raw, thumb: await crypto.subtle.digest('SHA-256', raw) };
  };

  const link = () => new URLSearchParams(location.hash.slice(1)).get('link');

  // What is signed is good for this socket alone, at this host and for this station.
  const answer = async (challenge) => {
    const words = ['inkwell kiosk', location.origin, challenge.station, challenge.nonce].join('\n');
    const proof = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, own.pair.privateKey, new TextEncoder().encode(words));
    if (challenge.station) return { proof: text(proof) };
    const said = { proof: text(proof), key: text(own.raw) };
    if (link()) said.link = link();
    return said;
  };

  // Everything goes: the key, what the page kept, and what the browser keeps of this server.
  const wipe = async () => {
    own = null;
    sessionStorage.clear();
    localStorage.clear();
    await asked(indexedDB.deleteDatabase(NAME));
    await fetch('/kiosk/wipe', { method: 'POST' });
  };

  return { ready, answer, wipe, query: () => `?key=${forAddress(own.thumb)}` };
})();
