// Puts the page together: what comes is noted at once and painted once a frame.
import { ask, firstAction, ACTIONS, setUp, setUpFor } from './actions.js';
import { choose, chosen } from './address.js';
import { recolour, spark } from './charts.js';
import { Detail } from './detail.js';
import { showEvents } from './events.js';
import { Feed } from './feed.js';
import { ago, day, duration, name, percent, place, rate, seconds, short, state, toneOf, whole } from './format.js';
import { Charts, Follower, load } from './history.js';
import { Groups } from './groups.js';
import { follow } from './live.js';
import { Model } from './model.js';
import { showProxies } from './proxies.js';
import { counts, Rows, text, tone } from './rows.js';
import { Selection } from './selection.js';

const $ = id => document.getElementById(id);
const model = new Model();
const feed = new Feed();
const detail = new Detail(model, choose);
const groups = new Groups(model, () => { stale = true; soon(); });
const selection = new Selection(model, ask, () => { servers.repaint(); });
const natural = new Intl.Collator('en', { numeric: true });
const byText = get => (a, b) => natural.compare(get(a), get(b));
const byNumber = get => (a, b) => get(a) - get(b);
/** A checkpoint that is older, while entries wait for one, is late. */
const LATE_MILLIS = 60_000;
const leaseAge = server => (server.leaseLeft < 0 ? -1 : Math.max(0, model.leaseMillis - server.leaseLeft));

function button(td, className) {
  if (!td.firstChild) {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = className;
    td.append(made);
  }
  return td.firstChild;
}

function pill(td, shown) {
  if (!td.firstChild) {
    td.append(document.createElement('span'));
    td.firstChild.className = 'pill';
  }
  text(td.firstChild, shown.word);
  tone(td.firstChild, shown.tone);
}

const number = (id, label, get, write, live = true) => ({
  id, label, live, number: true, sort: byNumber(get), cell: (td, item) => text(td, write(get(item))),
});
const errors = () => ({
  id: 'errors', label: 'Errors', live: true, number: true, sort: byNumber(item => item.errors ?? -1),
  cell: (td, item) => {
    text(td, percent(item.errors));
    tone(td, toneOf('errors', item.errors));
  },
});
const p99 = () => ({
  ...number('p99', 'p99', item => item.p99, duration),
  cell: (td, item) => {
    text(td, duration(item.p99));
    tone(td, toneOf('p99', item.p99));
  },
});

/** The servers that a policy has lost, the last one first, as far as events tell. */
function lastServers(policy) {
  const lost = model.eventsOf(policy).filter(event => event.server && ['lost', 'removed', 'deregistered', 'replaced', 'admin_change'].includes(event.event));
  return [...new Set(lost.map(event => event.server))];
}

const SERVER_COLUMNS = [
  { id: 'select', label: '', head: () => selection.head(() => shownServers), cell: (td, server) => selection.cell(td, server) },
  {
    id: 'policy', label: 'Policy', sort: byText(server => server.policy),
    cell: (td, server) => {
      if (server.group) {
        groups.cell(td, server);
        return;
      }
      text(td, server.policy);
      td.title = server.policy;
    },
  },
  {
    id: 'server', label: 'Server', rowHeader: true, sort: byText(server => server.id),
    cell: (td, server) => {
      if (server.group) {
        text(td, `${whole(server.up)} of ${whole(server.all)} in rotation`);
        tone(td, server.up === 0 ? 'bad' : server.up < server.all ? 'warn' : '');
        return;
      }
      if (server.awaited) {
        text(td, 'waits for its first server');
        td.title = 'declared, and no server has registered for it yet';
        tone(td, 'warn');
        return;
      }
      if (server.unserved) {
        const last = lastServers(server.policy);
        text(td, `no server since ${day(server.since)}${last.length > 0 ? `, last ${last[0]}` : ''}`);
        td.title = last.length > 0 ? `last servers: ${last.join(', ')}` : '';
        tone(td, 'bad');
        return;
      }
      const open = button(td, 'link');
      if (!td.lastChild.classList.contains('address')) {
        open.addEventListener('click', () => detail.open(td.parentNode.item.policy, td.parentNode.item.id));
        td.append(document.createElement('span'));
        td.lastChild.className = 'address';
      }
      text(open, server.id);
      open.ariaLabel = `${name(server)}, details`;
      text(td.lastChild, place(server));
    },
  },
  { id: 'state', label: 'State', sort: byNumber(server => state(server).order), cell: (td, server) => { if (!server.group) pill(td, state(server)); } },
  {
    ...number('inflight', 'In flight', server => server.inFlight, whole),
    cell: (td, server) => {
      text(td, whole(server.inFlight));
      td.title = server.maxInFlight ? `at most ${whole(server.maxInFlight)}` : '';
      tone(td, server.maxInFlight > 1 ? toneOf('full', server.inFlight / server.maxInFlight) : '');
    },
  },
  number('rate', 'Rate', server => server.rate, value => `${rate(value)}/s`),
  errors(),
  p99(),
  {
    id: 'lease', label: 'Lease age', live: true, number: true, sort: byNumber(leaseAge),
    cell: (td, server) => {
      const age = leaseAge(server);
      text(td, seconds(age));
      tone(td, age > model.leaseMillis * 0.75 ? 'warn' : '');
    },
  },
  {
    id: 'action', label: 'Action', hiddenLabel: true,
    cell: (td, server) => {
      const fresh = !td.firstChild;
      const act = button(td, 'small');
      if (fresh) {
        act.addEventListener('click', () => {
          const { item } = td.parentNode;
          if (item.group || item.awaited) detail.open(item.policy);
          else ask(firstAction(item), item);
        });
      }
      if (server.group || server.awaited) {
        text(act, 'Details');
        act.ariaLabel = `${server.policy}, details of the policy`;
        return;
      }
      const { label } = ACTIONS[firstAction(server)];
      text(act, label);
      act.ariaLabel = `${label} ${name(server)}`;
    },
  },
];

const POLICY_COLUMNS = [
  {
    id: 'policy', label: 'Policy', rowHeader: true, sort: byText(policy => policy.policy),
    cell: (td, policy) => {
      const fresh = !td.firstChild;
      const show = button(td, 'link');
      if (fresh) {
        show.addEventListener('click', () => {
          const only = `policy:${td.parentNode.item.policy}`;
          $('filter').value = $('filter').value === only ? '' : only;
          filtered();
        });
      }
      text(show, policy.policy);
      show.title = policy.policy;
      show.ariaLabel = `${policy.policy}: show its servers`;
    },
  },
  {
    id: 'up', label: 'Up', number: true, sort: byNumber(policy => policy.up / Math.max(1, policy.servers)),
    cell: (td, policy) => {
      text(td, `${whole(policy.up)}/${whole(policy.servers)}`);
      const awaited = awaits(policy);
      td.title = awaited ? 'it waits for its first server' : policy.servers === 0 ? 'its last server has gone' : '';
      tone(td, awaited ? 'warn' : policy.up === 0 ? 'bad' : policy.up < policy.servers ? 'warn' : '');
    },
  },
  number('rate', 'Rate', policy => policy.rate, value => `${rate(value)}/s`),
  errors(),
  {
    ...number('waiting', 'Waiting', policy => policy.waiting, short),
    cell: (td, policy) => {
      text(td, policy.waiting > 0 ? `${short(policy.waiting)} waiting` : '');
      tone(td, policy.waiting > 0 ? 'warn' : '');
    },
  },
  p99(),
  {
    id: 'more', label: 'Details', hiddenLabel: true,
    cell: (td, policy) => {
      const fresh = !td.firstChild;
      const open = button(td, 'small');
      if (fresh) {
        text(open, 'Details');
        open.addEventListener('click', () => detail.open(td.parentNode.item.policy));
      }
      open.ariaLabel = `${policy.policy}, details`;
    },
  },
  { id: 'spark', label: 'Last five minutes', hiddenLabel: true, cell: td => { td.ariaHidden = 'true'; } },
];

class Sorted {
  #columns;
  #rows;
  #descending = false;
  #column;
  #noted;

  #arrange;

  /**
   * @param first   the column by which it is sorted at first
   * @param noted   told of the column, with a minus in front of it if it descends
   * @param arrange sorts items by a comparison
   */
  constructor(element, columns, make, first, noted = null, arrange = (items, compare) => items.sort(compare)) {
    this.#columns = columns;
    this.#noted = noted;
    this.#arrange = arrange;
    this.#column = columns.find(column => column.id === first);
    this.#rows = new Rows(element, columns, { ...make, sorted: (id, wasAscending) => this.by(id, wasAscending) });
    this.#rows.showSort(this.#column.id, false);
  }

  by(id, descending) {
    this.#column = this.#columns.find(column => column.id === id);
    this.#descending = descending;
    this.#rows.showSort(id, descending);
    this.#noted?.(`${descending ? '-' : ''}${id}`);
    stale = true;
    soon();
  }

  /** @param ticked only figures have changed: rows stay in place under a pointer or the focus */
  paint(items, ticked) {
    if (ticked && (!this.#column.live || this.#rows.busy)) {
      this.#rows.paint();
      return;
    }
    const sign = this.#descending ? -1 : 1;
    const { sort } = this.#column;
    const tie = byText(item => `${item.policy}\n${item.id ?? ''}`);
    this.#rows.show(this.#arrange(items(), (a, b) => sign * sort(a, b) || tie(a, b)));
  }

  /** Names and states in the same rows may have changed. */
  repaint() {
    this.#rows.paint();
  }

  get items() {
    return this.#rows.items;
  }

  focusFirst() {
    this.#rows.focus(0);
  }
}

const servers = new Sorted($('table'), SERVER_COLUMNS, {
  row: (tr, server) => {
    tr.classList.toggle('unserved', Boolean(server.unserved));
    tr.classList.toggle('group', Boolean(server.group));
  },
  key: (event, server) => {
    const action = { d: 'drain', m: 'maintenance', r: 'resume' }[event.key.toLowerCase()];
    if (server.group || server.unserved) return;
    if (action) ask(action, server);
    else if (event.key.toLowerCase() === 'x') selection.toggle([server]);
  },
}, 'state', sort => {
  choose({ sort });
  $('sort').value = sort.replace(/^-/, '');
}, (items, compare) => ($('group').checked ? groups.arrange(items, compare) : items.sort(compare)));
const policies = new Sorted($('policy-table'), POLICY_COLUMNS, {
  row: (tr, policy) => {
    tr.spark ??= spark(tr.lastChild, 96, 26);
    if (tr.painted !== model.times.at(-1)) {
      tr.painted = model.times.at(-1);
      tr.spark.data(model.times, policy.history.rate);
    }
  },
  gone: tr => tr.spark?.destroy(),
}, 'up');

/** The servers that fit the filter, in folded groups as well. */
let shownServers = [];

function matching() {
  const words = $('filter').value.trim();
  const wanted = $('state').value;
  const only = words.startsWith('policy:') ? words.slice('policy:'.length) : null;
  const parts = only === null ? words.toLowerCase().split(/\s+/).filter(Boolean) : [];
  const found = [];
  for (const server of [...model.unserved.values(), ...model.servers.values()]) {
    if (only !== null && server.policy !== only) continue;
    if (!parts.every(part => server.text.includes(part))) continue;
    if (wanted && !fits(server, wanted)) continue;
    found.push(server);
  }
  shownServers = found.filter(server => !server.unserved);
  return found;
}

function fits(server, wanted) {
  if (server.awaited) return wanted === 'out';
  if (server.unserved) return wanted === 'trouble' || wanted === 'out';
  if (wanted === 'out') return server.state !== 'ACTIVE' || server.liveness !== 'ALIVE';
  if (wanted === 'trouble') return server.liveness !== 'ALIVE';
  return server.state.toLowerCase() === wanted && (wanted !== 'active' || server.liveness === 'ALIVE');
}

const charts = new Charts('chart');
/** Figures of a longer time; null: those of the model. */
let past = null;
let follower = null;

function spanChosen() {
  follower?.end();
  follower = null;
  past = null;
  const span = $('span').value;
  if (span !== '5m') {
    follower = new Follower({ span }, figures => {
      past = figures;
      ticked = true;
      soon();
    });
  }
  ticked = true;
  choose({ span });
  soon();
}

let stale = true;
let ticked = false;
let asked = false;
let paintedVersion = -1;
let paintedEvents = -1;

function soon() {
  if (!asked) {
    asked = true;
    requestAnimationFrame(paint);
  }
}

function filtered() {
  stale = true;
  choose({ filter: $('filter').value, state: $('state').value });
  soon();
}

/** Columns of names are as wide as the longest one needs, as far as there is room. */
function widths() {
  let policy = 10;
  let server = 16;
  for (const each of model.servers.values()) {
    policy = Math.max(policy, each.policy.length);
    server = Math.max(server, String(each.id).length + place(each).length + 2);
  }
  $('table').style.setProperty('--policy', `${Math.min(policy, 48)}ch`);
  $('table').style.setProperty('--server', `${Math.min(server, 40)}ch`);
}

function empty() {
  const rows = [...model.unserved.values()];
  const none = model.servers.size === 0 && rows.every(row => row.awaited) && model.about !== null;
  $('first-server').hidden = !none;
  $('table').hidden = none && rows.length === 0;
  const policy = rows.map(row => row.policy).find(each => /^[\w.-]+$/.test(each)) ?? 'PP_1';
  if (none) text($('first-command'), `bin/policy-server -id 1 -pp ${policy} -listen 9001 -revproc ${model.about.port}`);
}

function about() {
  if (!model.about) return;
  const { name: proxy, version, startedAt, store } = model.about;
  text($('about'), `${proxy}${version === 'unknown' ? '' : ` · version ${version}`} · up ${ago(Date.now() - startedAt)} · store ${store}`);
  tone($('about'), /lost|full/.test(store) ? 'bad' : '');
}

function refusals() {
  const codes = Object.entries(model.refusals).sort((a, b) => b[1] - a[1]);
  counts($('refusals-list'), codes);
  $('refusals-none').hidden = codes.length > 0;
}

function happened() {
  paintedEvents = model.happened;
  const shown = $('events-warnings').checked ? model.events.filter(event => event.level !== 'INFO') : model.events;
  showEvents($('events-list'), shown, event => {
    const [id] = event.server && model.servers.has(Model.key(event.policy, event.server.slice(event.policy.length + 1))) ? [event.server.slice(event.policy.length + 1)] : [null];
    if (model.policies.has(event.policy)) detail.open(event.policy, id);
  }, 'Nothing has happened yet.');
}

function paint() {
  asked = false;
  const changed = stale || model.version !== paintedVersion;
  paintedVersion = model.version;
  stale = false;
  servers.paint(matching, !changed);
  policies.paint(() => [...model.policies.values()], !changed);
  const all = model.servers.size;
  const awaited = [...model.unserved.values()].filter(row => row.awaited).length;
  const lost = model.unserved.size - awaited;
  const shown = shownServers.length;
  const more = model.omitted > 0 ? `; ${whole(model.omitted)} more are not shown` : '';
  if (changed) {
    const none = lost === 0 ? '' : `; ${whole(lost)} ${lost === 1 ? 'policy has' : 'policies have'} no server`;
    const first = awaited === 0 ? '' : `; ${whole(awaited)} ${awaited === 1 ? 'policy waits' : 'policies wait'} for a first server`;
    text($('shown'), (all === 0 ? (lost === 0 ? 'no server has registered yet' : 'no server') : shown === all ? (all === 1 ? '1 server' : `${whole(all)} servers`) : `${whole(shown)} of ${whole(all)} servers`) + more + none + first);
    text($('policies-shown'), model.policies.size === 0 ? '' : whole(model.policies.size));
  }
  tiles();
  about();
  if (changed) {
    selection.prune();
    widths();
    empty();
  }
  if (model.happened !== paintedEvents) {
    happened();
    servers.repaint();
  }
  if (ticked) {
    ticked = false;
    charts.show(past?.times ?? model.times, past?.total ?? model.total.history);
    refusals();
    feed.paint();
  }
  detail.paint();
  document.dispatchEvent(new CustomEvent('dashboard-painted'));
}

/** Whether a policy is declared and has not had a server. */
function awaits(policy) {
  return model.unserved.get(policy.policy)?.awaited === true;
}

function tiles() {
  let up = 0;
  let without = 0;
  for (const policy of model.policies.values()) {
    up += policy.up;
    if (policy.up === 0 && !awaits(policy)) without++;
  }
  const { total } = model;
  text($('sum-servers'), `${whole(up)} / ${whole(model.servers.size)}`);
  tone($('sum-servers'), up < model.servers.size ? 'warn' : '');
  text($('sum-policies'), without > 0 ? `${whole(model.policies.size)}, ${whole(without)} down` : whole(model.policies.size));
  tone($('sum-policies'), without > 0 ? 'bad' : '');
  text($('sum-rate'), rate(total.rate));
  text($('sum-errors'), percent(total.errors));
  tone($('sum-errors'), toneOf('errors', total.errors));
  text($('sum-inflight'), short(total.inFlight));
  text($('sum-waiting'), short(total.waiting));
  tone($('sum-waiting'), total.waiting > 0 ? 'warn' : '');
  text($('sum-connections'), short(total.connections));
  tone($('sum-connections'), model.about?.maxConnections > 0 ? toneOf('full', total.connections / model.about.maxConnections) : '');
  recorded();
}

/** How the delivery record stands; nothing where none is kept. */
function recorded() {
  const { record } = model;
  for (const tile of document.querySelectorAll('.tiles .record')) tile.hidden = !record;
  if (!record) return;
  const { checkpointAgeMillis: age, uncovered, failing, witnesses, cosigning, contradicting } = record;
  const late = uncovered > 0 && age > LATE_MILLIS;
  text($('sum-checkpoint'), age < 0 ? 'none yet' : `${ago(age)} ago`);
  tone($('sum-checkpoint'), failing ? 'bad' : late ? 'warn' : '');
  text($('sum-receipts'), rate(model.receiptRate));
  text($('sum-witnesses'), witnesses === 0 ? 'none' : contradicting > 0 ? `${whole(contradicting)} contradict` : `${whole(cosigning)} / ${whole(witnesses)}`);
  tone($('sum-witnesses'), contradicting > 0 ? 'bad' : cosigning < witnesses ? 'warn' : '');
}

function theme(change) {
  const themes = ['system', 'light', 'dark'];
  let at = 'system';
  try {
    at = localStorage.getItem('theme') ?? 'system';
    if (change) localStorage.setItem('theme', at = themes[(themes.indexOf(at) + 1) % themes.length]);
  } catch {
    // No storage in this browser: the system's then.
  }
  document.documentElement.dataset.theme = at;
  text($('theme'), `Theme: ${at}`);
  recolour();
}

for (const column of SERVER_COLUMNS.filter(each => each.sort)) {
  $('sort').add(new Option(column.label, column.id));
}
$('sort').value = 'state';
$('sort').addEventListener('change', () => servers.by($('sort').value, SERVER_COLUMNS.find(each => each.id === $('sort').value).number === true));
$('filter').addEventListener('input', filtered);
$('filter').addEventListener('keydown', event => {
  if (event.key === 'ArrowDown') {
    event.preventDefault();
    servers.focusFirst();
  }
});
$('state').addEventListener('change', filtered);
$('theme').addEventListener('click', () => theme(true));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);
document.addEventListener('keydown', event => {
  if (event.key === '/' && !event.target.closest('input, select, textarea, dialog')) {
    event.preventDefault();
    $('filter').focus();
  }
});
$('span').addEventListener('change', spanChosen);
$('events-warnings').addEventListener('change', () => { model.happened++; soon(); });

/** What the address says is chosen. */
function restore() {
  const { filter, state: wanted, span, sort, group } = chosen();
  $('group').checked = group === '1';
  regrouped();
  $('filter').value = filter;
  $('state').value = wanted;
  if ([...$('span').options].some(option => option.value === span)) $('span').value = span;
  const column = SERVER_COLUMNS.find(each => each.sort && each.id === sort.replace(/^-/, ''));
  if (column) servers.by(column.id, sort.startsWith('-'));
  if (span !== '5m') spanChosen();
}

let opened = false;

/** Once: whose details the address names. */
function openChosen() {
  if (opened) return;
  opened = true;
  const { policy, id } = chosen();
  if (policy && (id === '' ? model.policies.has(policy) : model.servers.has(Model.key(policy, id)))) detail.open(policy, id === '' ? null : id);
}

/** What came before this page was opened, or while the link was lost. */
async function remember() {
  try {
    model.past(await load({ span: '5m', policies: true }));
    ticked = true;
    soon();
  } catch {
    // The charts begin empty then.
  }
}

/** What a tile leads to. */
const LEADS = {
  servers: () => {
    $('state').value = $('state').value === 'out' || [...model.servers.values()].every(server => !fits(server, 'out')) && model.unserved.size === 0 ? '' : 'out';
    filtered();
  },
  inflight: () => servers.by('inflight', true),
  policies: () => policies.by('up', false),
  waiting: () => policies.by('waiting', true),
};
const PLACES = { inflight: 'servers', waiting: 'policies' };

for (const tile of document.querySelectorAll('[data-leads]')) {
  tile.addEventListener('click', () => {
    const { leads } = tile.dataset;
    LEADS[leads]?.();
    const place = $(PLACES[leads] ?? leads);
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: 'nearest' });
  });
}

function regrouped() {
  $('fold').hidden = !$('group').checked;
  stale = true;
  soon();
}
$('group').addEventListener('change', () => {
  choose({ group: $('group').checked ? '1' : '' });
  regrouped();
});
$('fold').addEventListener('click', () => text($('fold'), groups.foldAll() ? 'Unfold all' : 'Fold all'));

/** Says which policies lose their last server that takes messages. */
function leftWithout(id, chosenServers) {
  if (id === 'resume' || id === 'dismiss') return '';
  const gone = new Set(chosenServers.map(server => server.key));
  const without = [...new Set(chosenServers.map(server => server.policy))].filter(policy => {
    const up = [...model.servers.values()].filter(server => server.policy === policy && !fits(server, 'out'));
    return up.length > 0 && up.every(server => gone.has(server.key));
  });
  if (without.length === 0) return '';
  return without.length === 1 ? `${without[0]} then has no server that takes messages: its messages are refused.`
    : `${whole(without.length)} policies then have no server that takes messages, ${without[0]} among them: their messages are refused.`;
}

theme(false);
setUp(leftWithout);
restore();

follow('admin/live', {
  you: event => setUpFor(event),
  about: event => { model.is(event); soon(); },
  events: event => { model.add(event); soon(); },
  table: event => { model.table(event); remember(); openChosen(); soon(); },
  changes: event => { model.changes(event); soon(); },
  unserved: event => { model.without(event); soon(); },
  proxies: showProxies,
  figures: event => { model.figures(event); ticked = true; soon(); },
  deliveries: event => { feed.add(event); soon(); },
}, link => {
  text($('link'), { live: 'live', wait: 'connecting', lost: 'no connection, trying again' }[link]);
  tone($('link'), { live: 'ok', wait: 'wait', lost: 'bad' }[link]);
  document.body.classList.toggle('old', link === 'lost');
  if (link === 'lost') model.interrupted();
});
