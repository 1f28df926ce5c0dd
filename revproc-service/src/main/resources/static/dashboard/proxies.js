// The proxies over one table, each by its own account; those that are gone come first.
import { ago, day, rate, whole } from './format.js';
import { text, tone } from './rows.js';

const $ = id => document.getElementById(id);
const STATES = {
  UP: { word: 'up', tone: 'ok', order: 2 },
  STOPPING: { word: 'stopping', tone: 'out', order: 1 },
  STOPPED: { word: 'stopped', tone: 'out', order: 1 },
  GONE: { word: 'gone', tone: 'bad', order: 0 },
};
const RECORDS = { OFF: { word: 'off', tone: '' }, KEPT: { word: 'kept', tone: 'ok' }, LATE: { word: 'late', tone: 'warn' }, FAILING: { word: 'failing', tone: 'bad' } };

/** An address of another proxy's dashboard, if it is one that a browser may follow. */
function safe(address) {
  try {
    const url = new URL(address);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function pill({ word, tone: colour }) {
  const made = document.createElement('span');
  made.className = 'pill';
  made.dataset.tone = colour;
  made.textContent = word;
  return made;
}

function cell(label, content, colour = '') {
  const made = document.createElement('td');
  made.dataset.label = label;
  made.dataset.tone = colour;
  made.append(content);
  return made;
}

function title(proxy) {
  const made = document.createElement('th');
  made.scope = 'row';
  const address = proxy.self || proxy.goneSince ? null : safe(proxy.admin);
  const named = document.createElement(address ? 'a' : 'span');
  named.textContent = proxy.name;
  if (address) {
    named.href = address;
    named.title = `the dashboard at ${address}`;
  }
  made.append(named);
  if (proxy.self) {
    const self = document.createElement('span');
    self.className = 'muted';
    self.textContent = ' this one';
    made.append(self);
  }
  return made;
}

/** @param now by the clock of the proxy that tells */
function row(proxy, now, most) {
  const made = document.createElement('tr');
  const known = proxy.version !== null;
  const since = time => ago(now - Date.parse(time));
  const up = proxy.goneSince ? `${since(proxy.goneSince)}, since ${day(proxy.goneSince)}` : known ? since(proxy.startedAt) : '–';
  const heard = proxy.self ? 'now' : !known ? '–' : `${since(proxy.lastSeen)} ago`;
  const servers = known ? `${whole(proxy.inRotation)} / ${whole(proxy.servers)}` : '–';
  const blind = known && !proxy.goneSince && proxy.servers === 0 && most > 0;
  const figure = value => (known ? rate(value) : '–');
  made.append(
    title(proxy),
    cell('State', pill(STATES[proxy.state])),
    cell('How long', up, proxy.state === 'GONE' ? 'bad' : ''),
    cell('Last heard', heard),
    cell('Version', proxy.version === 'unknown' ? '–' : proxy.version ?? 'says nothing of itself'),
    cell('Servers', servers, blind ? 'bad' : ''),
    cell('Policies down', known ? whole(proxy.policiesWithoutServer) : '–', proxy.policiesWithoutServer > 0 ? 'bad' : ''),
    cell('Messages/s', figure(proxy.messagesPerSecond)),
    cell('Refused/s', figure(proxy.refusalsPerSecond), proxy.refusalsPerSecond > 0 ? 'warn' : ''),
    cell('Record', proxy.record ? pill(RECORDS[proxy.record]) : '–'),
  );
  return made;
}

/** @param event what the proxy says of all of them */
export function showProxies({ shared, store, proxies }) {
  $('proxies-panel').hidden = !shared;
  for (const tile of document.querySelectorAll('.tiles .shared')) tile.hidden = !shared;
  if (!shared) return;
  const up = proxies.filter(proxy => proxy.state === 'UP').length;
  const gone = proxies.filter(proxy => proxy.state === 'GONE').length;
  text($('sum-proxies'), gone > 0 ? `${whole(up)}, ${whole(gone)} gone` : whole(up));
  tone($('sum-proxies'), gone > 0 ? 'bad' : '');
  text($('proxies-shown'), `${whole(up)} up${gone > 0 ? `, ${whole(gone)} gone` : ''}`);
  text($('proxies-note'), store.endsWith('lost') ? 'This proxy can\'t reach etcd: what it says of the others is the last that it knew.' : '');
  const now = Date.parse(proxies.find(proxy => proxy.self).lastSeen);
  const most = Math.max(...proxies.map(proxy => proxy.servers ?? 0));
  const sorted = [...proxies].sort((a, b) => STATES[a.state].order - STATES[b.state].order || a.name.localeCompare(b.name));
  const body = $('proxies-rows');
  // A link that has the focus stays where it is.
  if (!body.contains(document.activeElement)) body.replaceChildren(...sorted.map(proxy => row(proxy, now, most)));
}
