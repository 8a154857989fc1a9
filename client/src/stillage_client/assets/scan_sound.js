// The sound and buzz of each kind of scan answer. wedge.js plays them the moment the server has answered.
(() => {
  'use strict';
  // [Hertz, seconds]; 0 Hz is silence.
  const TONES = {
    ok: [[1320, 0.07]],
    error: [[220, 0.16], [0, 0.06], [196, 0.24]],
    queued: [[660, 0.06], [0, 0.05], [660, 0.06]],
    done: [[784, 0.08], [988, 0.08], [1319, 0.16]],
    question: [[660, 0.08], [0, 0.04], [880, 0.1]],
    echo: [[1800, 0.03]],
  };
  const SHAPES = { error: 'square' };
  const LOUDNESS = { error: 0.35, echo: 0.15 };
  const BUZZES = { ok: 30, error: [120, 60, 120], queued: [20, 40, 20], done: [30, 40, 90], question: [80, 80, 80] };
  let context = null;

  // Browsers let a page sound only after a touch or a key.
  const open = () => {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) return;
    context = context || new Context();
    if (context.state === 'suspended') context.resume().catch(() => {});
  };
  addEventListener('pointerdown', open, true);
  addEventListener('keydown', open, true);

  window.scanSound = (kind) => {
    if (BUZZES[kind] && navigator.vibrate) navigator.vibrate(BUZZES[kind]);
    if (!context || context.state !== 'running' || !TONES[kind]) return;
    let at = context.currentTime;
    for (const [hertz, seconds] of TONES[kind]) {
      if (hertz) tone(kind, hertz, at, seconds);
      at += seconds;
    }
  };

  function tone(kind, hertz, at, seconds) {
    const source = context.createOscillator();
    const volume = context.createGain();
    const loud = LOUDNESS[kind] || 0.5;
    source.type = SHAPES[kind] || 'sine';
    source.frequency.value = hertz;
    volume.gain.setValueAtTime(0, at); // short ramps, or it clicks
    volume.gain.linearRampToValueAtTime(loud, at + 0.005);
    volume.gain.setValueAtTime(loud * 0.8, at + seconds - 0.02);
    volume.gain.linearRampToValueAtTime(0, at + seconds);
    source.connect(volume).connect(context.destination);
    source.start(at);
    source.stop(at + seconds);
  }
})();
