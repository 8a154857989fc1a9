// Scanners that type like a keyboard. Takes their bursts of keys before Flutter sees them, stores each code in the
// browser, and delivers it until the server has answered. What a code means is not known here.
(() => {
  'use strict';

  // --- what counts as a scanner ------------------------------------------------------------------------------
  const FAST_MS = 50; // scanners send a key every 1 to 20 ms, over Bluetooth up to 50; people seldom two within 50
  const GAP_MS = 500; // after this a burst is over; a busy device may stall for long in the middle of one
  const TWIN_MS = 100; // so soon after an Enter comes the second half of a CR LF, and no hand
  const SILENCE_MS = 800; // so long nothing came at all: a scanner that sends no Enter is done
  const HAND_MS = 200; // nobody gets from a key to the trigger faster
  const HOLD_MS = 100; // how long a first key waits to see whether it begins a burst
  const HOT_KEYS = 4; // so many fast keys in a row are a scanner's
  const SHORTEST = 5;
  const SHORTEST_WITHOUT_ENTER = 6;
  const LONGEST = 512;
  const GS = '\x1d';

  // --- delivery ----------------------------------------------------------------------------------------------
  const DOOR = '/client/scans';
  const TICKET_KEY = 'flutter.stillage.scan_ticket'; // written by session.py through SharedPreferences
  const KEPT = 'stillage.scan.';
  const ALIVE = 'stillage.tab.';
  const ALIVE_MS = 5000;
  const ANSWER_MS = 20000;
  const AGAIN_MS = 1000;
  const PATIENCE_MS = 2000;
  const FOR_GOOD = [400, 413, 422];

  const MODIFIERS = ['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'NumLock', 'Fn'];
  const WORDS = {
    en: (n) => `Kept on this device: ${n} ${n === 1 ? 'scan waits' : 'scans wait'}`,
    de: (n) => `Auf diesem Gerät: ${n} ${n === 1 ? 'Scan wartet' : 'Scans warten'}`,
  };

  const uuid = () => {
    if (crypto.randomUUID) return crypto.randomUUID(); // not there on plain http in a local network
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    const hex = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  };

  // --- the ticket: this tab's own, caught as the page writes it (localStorage belongs to all tabs) -------------
  let ticket = null; // {ticket, user, language}
  const read = (raw) => {
    try {
      const word = JSON.parse(JSON.parse(raw));
      return word && word.ticket && word.user ? word : null;
    } catch {
      return null;
    }
  };
  const setItem = Storage.prototype.setItem;
  const removeItem = Storage.prototype.removeItem;
  Storage.prototype.setItem = function (key, value) {
    setItem.call(this, key, value);
    if (this === localStorage && key === TICKET_KEY) {
      ticket = read(value);
      flush();
    }
  };
  Storage.prototype.removeItem = function (key) {
    removeItem.call(this, key);
    if (this === localStorage && key === TICKET_KEY) {
      ticket = null;
      show();
    }
  };

  // --- keys --------------------------------------------------------------------------------------------------
  let keys = []; // of the burst that may be going on: {char, gap, field}
  let last = -Infinity;
  let hot = false;
  let ended = -Infinity; // when the last scan was complete
  let held = [];
  let holdTimer = 0;
  let endTimer = 0;
  const swallowed = new Set();
  const ours = new WeakSet();

  const stop = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === 'keydown') swallowed.add(event.code || event.key);
  };

  const focused = () => {
    let element = document.activeElement;
    while (element && element.shadowRoot && element.shadowRoot.activeElement) {
      element = element.shadowRoot.activeElement;
    }
    return element;
  };

  const field = () => {
    const element = focused();
    const editable = element && (element.tagName === 'TEXTAREA' || element.tagName === 'INPUT') && !element.readOnly;
    return editable && element.selectionStart !== null ? element : null;
  };

  const snapshot = () => {
    const element = field();
    if (!element) return null;
    return { element, value: element.value, from: element.selectionStart, to: element.selectionEnd };
  };

  const put = (element, value, at) => {
    element.value = value;
    element.setSelectionRange(at, at);
    element.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText' }));
  };

  const share = (part) => part.slice(1).filter((key) => key.gap <= FAST_MS).length / Math.max(part.length - 1, 1);

  // Where the scan begins among the keys. Outside of text fields every key is the scanner's, however it stalls;
  // in one, what stands before a pause may have been typed by a hand.
  const begin = () => {
    let from = 0;
    for (let i = 1; i < keys.length; i++) {
      const before = keys.slice(from, i);
      if (keys[from].field && keys[i].gap > HAND_MS && (before.length < 2 || share(before) < 0.6)) from = i;
    }
    return from;
  };

  const isScan = (part, enter) => {
    if (!enter) return hot && part.length >= SHORTEST_WITHOUT_ENTER && share(part) >= 0.8;
    return part.length >= SHORTEST && share(part) >= (part.length < 8 ? 0.8 : 0.6);
  };

  const hold = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    held.push({ event, target: event.target });
    clearTimeout(holdTimer);
    holdTimer = setTimeout(release, HOLD_MS);
  };

  // It was a person after all: the keys go where they were going.
  const release = () => {
    clearTimeout(holdTimer);
    const waiting = held;
    held = [];
    for (const { event, target } of waiting) {
      const again = new KeyboardEvent(event.type, event);
      ours.add(again);
      (target.isConnected ? target : document.body).dispatchEvent(again);
    }
  };

  // Keys that went into a text field before it was clear whose they are come out of it again.
  const takeBack = (from) => {
    held = [];
    clearTimeout(holdTimer);
    const before = keys[from].field;
    if (before && before.element.isConnected && before.element.value !== before.value) {
      put(before.element, before.value, before.from);
    }
    for (const key of keys.slice(from)) key.taken = true;
  };

  const giveBack = () => {
    const typed = keys.filter((key) => key.taken || key.stopped).map((key) => (key.char === GS ? '' : key.char)).join('');
    const before = keys.find((key) => key.taken || key.stopped)?.field;
    if (before && before.element === field() && before.element.value === before.value) {
      const value = before.value.slice(0, before.from) + typed + before.value.slice(before.to);
      put(before.element, value, before.from + typed.length);
    }
  };

  const forget = () => {
    clearTimeout(endTimer);
    keys = [];
    hot = false;
    last = -Infinity;
  };

  // The burst is over, by Enter or by silence. True when it was a scan.
  const conclude = (enter) => {
    if (!keys.length) return false;
    const from = begin();
    const part = keys.slice(from);
    const scanned = isScan(part, enter);
    if (scanned) {
      if (!hot) takeBack(from);
      ended = last;
      // A hand or a scanner that stalled after its first key? A code is not guessed at: scan again.
      if (from > 0 && keys[from].gap <= GAP_MS && from < 3) window.scanSound('error');
      else keep(part.map((key) => key.char).join(''));
    } else {
      if (hot) giveBack();
      release();
    }
    forget();
    return scanned;
  };

  const down = (event) => {
    if (ours.has(event) || event.ofShortcut || !ticket || MODIFIERS.includes(event.key)) return;
    const now = event.timeStamp;
    if (now - last > GAP_MS) conclude(false);
    if (event.repeat || event.isComposing || event.keyCode === 229) return human();
    if (event.key === 'Enter' || event.key === 'Tab') return terminator(event, now);
    const char = meaning(event);
    if (char === null) {
      const lineFeed = event.ctrlKey && event.key.toLowerCase() === 'j';
      if (lineFeed && (hot || isTwin(now))) return stop(event);
      return human();
    }
    keys.push({ char, gap: now - last, field: snapshot() });
    last = now;
    if (!hot && keys.length > 64) keys.shift();
    clearTimeout(endTimer);
    endTimer = setTimeout(() => conclude(false), SILENCE_MS);
    if (!hot && runs()) {
      hot = true;
      takeBack(begin());
    }
    if (hot || char === GS) {
      keys[keys.length - 1].stopped = true;
      return stop(event);
    }
    const spaceOnButton = char === ' ' && keys.length === 1;
    if (!field() && !spaceOnButton) hold(event);
  };

  const runs = () => keys.length >= HOT_KEYS && keys.slice(1 - HOT_KEYS).every((key) => key.gap <= FAST_MS);

  // FNC1 comes as Ctrl+]; on other keyboard layouts the same key has another name.
  const meaning = (event) => {
    if (event.key === GS || (event.ctrlKey && !event.altKey && (event.key === ']' || event.code === 'BracketRight'))) {
      return GS;
    }
    const altGraph = event.getModifierState && event.getModifierState('AltGraph');
    if (event.metaKey || ((event.ctrlKey || event.altKey) && !altGraph)) return null;
    return [...event.key].length === 1 ? event.key : null;
  };

  const terminator = (event, now) => {
    if (conclude(true)) {
      stop(event); // or it would press the button that has the focus
    } else if (isTwin(now)) {
      stop(event);
    }
    forget();
  };

  // The second half of a CR LF, once after each scan. The Enter after it is a hand's and presses what has the focus.
  const isTwin = (now) => {
    const since = now - ended;
    ended = -Infinity;
    return since >= 0 && since < TWIN_MS;
  };

  const human = () => {
    if (hot) giveBack();
    release();
    forget();
  };

  const up = (event) => {
    if (ours.has(event) || event.ofShortcut) return;
    if (swallowed.delete(event.code || event.key)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else if (held.some((one) => one.event.type === 'keydown' && one.event.code === event.code)) {
      hold(event);
    }
  };

  addEventListener('keydown', down, true);
  addEventListener('keyup', up, true);
  addEventListener('blur', () => swallowed.clear());

  // --- the queue: one entry of localStorage each, so that tabs cannot overwrite each other's -------------------
  const tab = uuid();
  const told = new Set();
  let count = 0;
  let busy = false;
  let behind = false;
  let answered = true; // did the page's own server answer the last delivery, even if with “not now”?

  const entries = () => {
    const found = [];
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i);
      if (!key.startsWith(KEPT)) continue;
      try {
        found.push({ key, ...JSON.parse(localStorage.getItem(key)) });
      } catch {
        removeItem.call(localStorage, key);
      }
    }
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  };

  const lives = (id) => id === tab || Date.now() - Number(localStorage.getItem(ALIVE + id)) < ALIVE_MS;
  const mine = (all) => (ticket ? all.filter((one) => one.user === ticket.user && (one.tab === tab || !lives(one.tab))) : []);

  function keep(code) {
    if (code.length > LONGEST) return window.scanSound('error');
    const at = Date.now();
    const entry = { id: uuid(), code, at, user: ticket.user, tab };
    const key = `${KEPT}${String(at).padStart(15, '0')}.${String(count++).padStart(8, '0')}.${entry.id}`;
    try {
      setItem.call(localStorage, key, JSON.stringify(entry));
    } catch {
      return window.scanSound('error'); // the storage is full: better refused than lost
    }
    setTimeout(() => {
      if (localStorage.getItem(key) !== null) tell([entry]);
    }, PATIENCE_MS);
    flush();
  }

  // Once for each scan that has to wait.
  const tell = (waiting) => {
    for (const one of waiting) {
      if (told.has(one.id)) continue;
      told.add(one.id);
      window.scanSound('queued');
    }
    show();
  };

  const post = async (entry, waiting, foreign) => {
    const canceller = new AbortController();
    const timer = setTimeout(() => canceller.abort(), ANSWER_MS);
    const { id, code, at, user } = entry;
    try {
      const answer = await fetch(DOOR, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Scan-Ticket': ticket.ticket },
        body: JSON.stringify({ id, code, at, user, sent: Date.now(), waiting, foreign }),
        signal: canceller.signal,
        cache: 'no-store',
      });
      answered = true;
      if (answer.ok) return await answer.json();
      return FOR_GOOD.includes(answer.status) ? { kind: 'error' } : null;
    } catch {
      answered = false;
      return null;
    } finally {
      clearTimeout(timer);
    }
  };

  async function flush() {
    if (busy || !ticket) return;
    busy = true;
    try {
      for (;;) {
        const all = entries();
        const waiting = mine(all);
        if (!waiting.length || !ticket) break;
        const foreign = all.filter((one) => one.user !== ticket.user).length;
        const said = await post(waiting[0], waiting.length - 1, foreign);
        if (!said) {
          tell(mine(entries()));
          break;
        }
        removeItem.call(localStorage, waiting[0].key);
        sound(waiting[0], said.kind, waiting.length === 1);
        show();
      }
    } finally {
      busy = false;
    }
    show();
  }

  // A backlog is not played note by note: its refusals are, and one tone at its end.
  const sound = (entry, kind, isLast) => {
    const late = told.delete(entry.id);
    behind = behind || late;
    if (!late || kind === 'error') window.scanSound(kind);
    else if (isLast && behind) window.scanSound('ok');
    if (isLast) behind = false;
  };

  // --- what the page shows while the server cannot draw ------------------------------------------------------
  // Screens made for scanning say it themselves as long as they can be drawn, and more besides.
  const SAYS_IT_ITSELF = /^\/(scan|pick)(\/|$)/;
  let note = null;
  function show() {
    const drawn = answered && SAYS_IT_ITSELF.test(location.pathname);
    const number = drawn ? 0 : mine(entries()).filter((one) => told.has(one.id) || one.tab !== tab).length;
    if (!note && !number) return;
    if (!note) {
      note = document.createElement('div');
      note.id = 'stillage-waiting';
      note.setAttribute('role', 'status');
      Object.assign(note.style, {
        position: 'fixed', top: '12px', left: '50%', transform: 'translateX(-50%)', zIndex: '2147483647',
        padding: '8px 16px', borderRadius: '99px', background: '#FFC65C', color: '#2A1900',
        font: '600 15px Inter, system-ui, sans-serif', pointerEvents: 'none', whiteSpace: 'nowrap',
      });
      document.body.append(note);
    }
    note.hidden = !number;
    note.textContent = number ? (WORDS[ticket && ticket.language] || WORDS.en)(number) : '';
  }

  // --- sleep, resume, other tabs -----------------------------------------------------------------------------
  const beat = () => {
    try {
      setItem.call(localStorage, ALIVE + tab, String(Date.now()));
    } catch {
      // a full storage must not stop the delivery that empties it
    }
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(ALIVE) && !lives(key.slice(ALIVE.length))) removeItem.call(localStorage, key);
    }
    flush();
  };
  setInterval(beat, AGAIN_MS);
  addEventListener('online', flush);
  addEventListener('pageshow', beat);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) beat();
  });
  addEventListener('pagehide', () => removeItem.call(localStorage, ALIVE + tab));

  // For whoever wants to know, tests among them.
  window.stillageScans = { waiting: () => mine(entries()).length, ready: () => ticket !== null };
})();
