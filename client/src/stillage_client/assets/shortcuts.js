// Keyboard shortcuts of a hand. Stands before wedge.js and after it at once: what a person pressed outside of any text
// field comes here as wedge.js gives it back, and what a scanner typed never comes. What a shortcut does is not known
// here: its letters go to the page between F13 and F14, two keys that keyboards do not have.
(() => {
  'use strict';

  const QUIET_MS = 420; // with the 100 ms for which wedge.js held the key: longer than a scanner halts in a code
  const NEXT_MS = 1500; // from g to its letter
  const AT_ONCE = { '/': 'S', '?': 'H' };

  let quiet = 0;
  let went = -Infinity; // when g was pressed

  const focused = () => {
    let element = document.activeElement;
    while (element && element.shadowRoot && element.shadowRoot.activeElement) {
      element = element.shadowRoot.activeElement;
    }
    return element;
  };
  const writing = () => {
    const element = focused();
    return !!element && (['INPUT', 'TEXTAREA', 'SELECT'].includes(element.tagName) || element.isContentEditable);
  };

  const press = (key, code) => {
    for (const type of ['keydown', 'keyup']) {
      const event = new KeyboardEvent(type, { key, code, bubbles: true, cancelable: true });
      event.ofShortcut = true; // wedge.js passes these by
      document.body.dispatchEvent(event);
    }
  };
  const say = (letters) => {
    press('F13', 'F13');
    for (const letter of letters) press(letter.toLowerCase(), `Key${letter}`);
    press('F14', 'F14');
  };

  const down = (event) => {
    if (event.ofShortcut) return;
    if (event.isTrusted) {
      clearTimeout(quiet); // another key: what came before may have begun a code
      const plainK = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      if (plainK && event.key.toLowerCase() === 'k') {
        event.preventDefault(); // or the browser takes it for its own search
        event.stopImmediatePropagation();
        say('S');
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || writing()) return;
    const key = event.key;
    const now = performance.now();
    if (now - went < NEXT_MS && /^[a-z]$/i.test(key)) {
      went = -Infinity;
      return say(`G${key.toUpperCase()}`);
    }
    went = key === 'g' ? now : -Infinity;
    if (AT_ONCE[key]) say(AT_ONCE[key]);
    if (key === 'n') quiet = setTimeout(() => !writing() && say('N'), QUIET_MS);
  };

  addEventListener('keydown', down, true);
})();
