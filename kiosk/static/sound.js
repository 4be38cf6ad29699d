'use strict';
// Short cues for those who do not look: come in, done, something to read. They are off
// where somebody has pressed "Sound", which is remembered for the screen and not for a
// person. A browser that plays nothing before the first touch or key misses nothing.
const Sound = (() => {
  const CUES = { jobs: [523, 659], class: [523, 659], pupil: [587], done: [523, 659, 784], message: [330, 262], question: [440, 440] };
  const KEY = 'silent';
  let context = null;
  let silent = localStorage.getItem(KEY) === 'yes';

  const tone = (pitch, at) => {
    const wave = context.createOscillator();
    const level = context.createGain();
    wave.frequency.value = pitch;
    level.gain.setValueAtTime(0.0001, at);
    level.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
    level.gain.exponentialRampToValueAtTime(0.0001, at + 0.22);
    wave.connect(level).connect(context.destination);
    wave.start(at);
    wave.stop(at + 0.24);
  };
  const wake = () => {
    if (silent || !window.AudioContext) return;
    context = context || new AudioContext();
    if (context.state === 'suspended') context.resume();
  };
  const cue = (face) => {
    if (silent || !context || context.state !== 'running' || !CUES[face]) return;
    CUES[face].forEach((pitch, i) => tone(pitch, context.currentTime + i * 0.14));
  };
  const turn = () => {
    silent = !silent;
    localStorage.setItem(KEY, silent ? 'yes' : 'no');
    wake();
  };
  return { wake, cue, turn, on: () => !silent };
})();
