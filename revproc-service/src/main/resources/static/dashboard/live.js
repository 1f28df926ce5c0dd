// The stream of events, and whether it is still one.

const AGAIN_MILLIS = 2000;
const SILENT_MILLIS = 5000;

/**
 * Calls the handlers of these names with what came, and `link` with 'live', 'wait' or 'lost'. Comes again by itself, for ever.
 */
export function follow(url, handlers, link) {
  let source;
  let heard = Date.now();
  let state = 'wait';
  let again;

  const say = next => {
    if (next !== state) link(state = next);
  };

  const open = () => {
    clearTimeout(again);
    source?.close();
    heard = Date.now();
    source = new EventSource(url);
    for (const [name, handler] of Object.entries(handlers)) {
      source.addEventListener(name, event => {
        heard = Date.now();
        say('live');
        handler(JSON.parse(event.data));
      });
    }
    source.onerror = () => {
      say('lost');
      // A refusal ends an EventSource for good, a broken connection does not; this way both come again alike.
      source.close();
      clearTimeout(again);
      again = setTimeout(open, AGAIN_MILLIS);
    };
  };

  setInterval(() => {
    // Figures come each second: silence means that the other end, or the way there, is gone.
    if (source.readyState === EventSource.OPEN && Date.now() - heard > SILENT_MILLIS && !document.hidden) {
      say('lost');
      open();
    }
  }, 1000);
  open();
}
