// How things are written, and what a server's state is called.

const WHOLE = new Intl.NumberFormat('en');

export function whole(n) {
  return WHOLE.format(n);
}

export function short(n) {
  if (n < 10_000) return whole(n);
  return n < 1_000_000 ? `${(n / 1000).toFixed(1)} k` : `${(n / 1_000_000).toFixed(1)} M`;
}

export function rate(perSecond) {
  if (perSecond === 0) return '0';
  return perSecond < 10 ? perSecond.toFixed(1) : short(Math.round(perSecond));
}

/** Where a server is; an address of IPv6 stands in brackets. */
export function place({ host, port }) {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Of a share, 0 to 1; null where there was nothing. */
export function percent(share) {
  if (share === null) return '–';
  if (share === 0) return '0 %';
  return share < 0.001 ? '<0.1 %' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** Microseconds; negative where there are none. */
export function duration(micros) {
  if (micros < 0 || micros === null || micros === undefined) return '–';
  if (micros < 1000) return `${Math.round(micros)} µs`;
  const ms = micros / 1000;
  if (ms < 1000) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

export function seconds(millis) {
  return millis < 0 ? '–' : `${(millis / 1000).toFixed(1)} s`;
}

/** How long something has been going on. */
export function ago(millis) {
  const minutes = Math.floor(millis / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(millis / 1000))} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** When a figure is worth a look, and when it is bad. */
const THRESHOLDS = { errors: [0.001, 0.05], p99: [1_000_000, 5_000_000], full: [0.8, 1] };

/** How a figure is coloured: 'warn', 'bad' or not at all. */
export function toneOf(kind, value) {
  const [warn, bad] = THRESHOLDS[kind];
  return value === null || value < warn ? '' : value > bad || value === bad && kind === 'full' ? 'bad' : 'warn';
}

export function bytes(n) {
  if (n < 1024) return `${n} B`;
  return n < 1024 * 1024 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1024 / 1024).toFixed(1)} MiB`;
}

export function clock(epochMillis) {
  const t = new Date(epochMillis);
  const two = n => String(n).padStart(2, '0');
  return `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}

/** The local time of an instant in ISO's form. */
export function day(instant) {
  const t = new Date(instant);
  const two = n => String(n).padStart(2, '0');
  return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} ${clock(t)}`;
}

/** What a server's state is called, how it is coloured, and its place when sorted: what needs a look comes first. */
export function state(server) {
  if (server.awaited) return { word: 'awaited', tone: 'warn', order: 2 };
  if (server.unserved) return { word: 'no server', tone: 'bad', order: -1 };
  const seen = server.liveness === 'ALIVE' ? '' : server.liveness.toLowerCase();
  if (server.state === 'ACTIVE') {
    if (!seen) return { word: 'active', tone: 'ok', order: 3 };
    return { word: seen, tone: seen === 'ejected' ? 'warn' : 'bad', order: 0 };
  }
  const word = server.state.toLowerCase();
  return { word: seen ? `${word}, ${seen}` : word, tone: 'out', order: word === 'draining' ? 1 : 2 };
}

/** "PP_1/7", or "PP_1" where it has no server, as the command line names it. */
export function name(server) {
  return server.unserved ? server.policy : `${server.policy}/${server.id}`;
}
