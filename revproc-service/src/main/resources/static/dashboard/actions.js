// Drain, maintenance, resume, remove: asked again first, and only by an operator.
import { name, whole } from './format.js';

const $ = id => document.getElementById(id);
const pause = server => (server.inFlight > 0 ? ` ${whole(server.inFlight)} in flight ${server.inFlight === 1 ? 'is' : 'are'} finished.` : '');

export const ACTIONS = {
  drain: {
    label: 'Drain', state: 'DRAINING', offered: server => server.state === 'ACTIVE',
    text: server => `It gets no new messages.${pause(server)} The drain ends when it registers again.`, done: 'is being drained',
    many: 'They get no new messages; what is in flight is finished. A drain ends when the server registers again.', manyDone: 'are being drained',
  },
  maintenance: {
    label: 'Maintenance', state: 'MAINTENANCE', offered: server => server.state !== 'MAINTENANCE',
    text: server => `It gets no new messages, not even after it registers again, until somebody resumes it.${pause(server)}`, done: 'is in maintenance',
    many: 'They get no new messages, not even after they register again, until somebody resumes them. What is in flight is finished.', manyDone: 'are in maintenance',
  },
  resume: {
    label: 'Resume', state: 'ACTIVE', offered: server => server.state !== 'ACTIVE',
    text: () => 'It gets messages again if it is alive.', done: 'takes messages again',
    many: 'Those that are alive get messages again.', manyDone: 'take messages again',
  },
  remove: {
    label: 'Remove', state: null, danger: true, offered: () => true,
    text: server => 'It is taken out of the table. '
      + (server.proto > 1 ? 'If it still runs, it registers again at its next heartbeat. To keep it out, choose Maintenance.' : 'It comes back when it registers again.'),
    done: 'was removed',
  },
  dismiss: {
    label: 'Dismiss', state: null, policy: true, danger: true, offered: server => server.unserved === true && !server.awaited,
    text: () => 'The dashboard no longer shows it as missing. It comes back when a server registers for it.', done: 'was dismissed',
  },
};

/** What a row offers first. */
export function firstAction(server) {
  if (server.unserved) return 'dismiss';
  return server.state === 'ACTIVE' ? 'drain' : 'resume';
}

// Only in this page's memory: gone with it.
let authorization = null;
let pending = null;
/** Who reads here, as the proxy sees it. */
let you = { operator: false, operators: true };

export function setUpFor(reader) {
  you = reader;
}

const NO_OPERATOR = 'Changes need an operator, and the proxy\'s configuration has none: '
  + '\'bin/revproc admin new --name NAME --role operator\' makes a token and prints what to put under revproc.admin.tokens.';

function credentials() {
  const user = $('name').value.trim();
  const secret = $('secret').value;
  if (!secret) return null;
  if (!user) return `Bearer ${secret}`;
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${secret}`)))}`;
}

/** More at once are not offered: each is a request of its own. */
const MOST = 500;
const SOME = 5;
/** Says what else a change brings: (action's id, servers) → sentence. */
let warning = () => '';

/** Asks whether this is to be done with a server, or with several; those for which it is not offered are left out. */
export function ask(id, ...chosen) {
  const action = ACTIONS[id];
  const servers = chosen.filter(action.offered);
  if ($('confirm').open) return;
  if (servers.length === 0 || servers.length > MOST) {
    if (chosen.length > 1) toast(servers.length === 0 ? 'Nothing to change: they are in that state already' : `Choose at most ${MOST} servers at a time`);
    return;
  }
  const one = servers.length === 1;
  const subject = one ? name(servers[0]) : `${whole(servers.length)} servers`;
  pending = { action, servers, done: `${subject} ${one ? action.done : action.manyDone}` };
  $('confirm-title').textContent = `${action.label} ${subject}?`;
  $('confirm-text').textContent = one ? action.text(servers[0])
    : `${servers.slice(0, SOME).map(name).join(', ')}${servers.length > SOME ? ` and ${whole(servers.length - SOME)} more` : ''}. ${action.many}`;
  $('confirm-warning').textContent = warning(id, servers);
  $('confirm-error').textContent = '';
  $('confirm-do').textContent = action.label;
  $('confirm-do').disabled = false;
  $('credentials').hidden = authorization !== null || you.operator || !you.operators;
  if (!you.operators && !you.operator) {
    $('confirm-error').textContent = NO_OPERATOR;
    $('confirm-do').disabled = true;
  }
  $('confirm-do').classList.toggle('danger', Boolean(action.danger));
  $('confirm').showModal();
  $(!$('credentials').hidden ? 'secret' : action.danger || !you.operators ? 'confirm-cancel' : 'confirm-do').focus();
}

/** Null if it went well. */
async function change(action, server, given) {
  const policy = encodeURIComponent(server.policy);
  const path = action.policy ? `admin/policies/${policy}` : `admin/routes/${policy}/${encodeURIComponent(server.id)}`;
  const headers = { 'X-Requested-With': 'dashboard' };
  if (given) headers.Authorization = given;
  const request = action.state
    ? fetch(`${path}/state`, { method: 'PUT', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify({ state: action.state }) })
    : fetch(path, { method: 'DELETE', headers });
  const answer = await request;
  if (answer.ok) return null;
  const problem = await answer.json().catch(() => ({}));
  return { status: answer.status, detail: problem.detail ?? `The proxy answered ${answer.status}` };
}

/** One after the other; what failed stays to be done. */
async function carryOut() {
  const { action, servers } = pending;
  const given = $('credentials').hidden ? authorization : credentials();
  const failed = [];
  let first = null;
  for (const [done, server] of servers.entries()) {
    if (servers.length > 1) $('confirm-error').textContent = `${whole(done)} of ${whole(servers.length)} done`;
    const failure = await change(action, server, given).catch(() => ({ status: 0, detail: 'The proxy could not be reached' }));
    if (!failure) {
      remember(given);
      continue;
    }
    if (failure.status === 401 || failure.status === 403) return failure;
    failed.push(server);
    first ??= failure;
  }
  if (failed.length === 0) return null;
  pending.servers = failed;
  return servers.length === 1 ? first : { ...first, detail: `${whole(failed.length)} of ${whole(servers.length)} failed. ${name(failed[0])}: ${first.detail}` };
}

function remember(given) {
  authorization = given;
  $('secret').value = '';
  $('account').hidden = given === null;
}

async function submit(event) {
  event.preventDefault();
  if ($('confirm-do').disabled) return;
  if (!$('credentials').hidden && !credentials()) {
    $('confirm-error').textContent = 'A token, or a name and its password, is needed';
    $('secret').focus();
    return;
  }
  const now = pending;
  $('confirm-do').disabled = true;
  const failure = await carryOut();
  $('confirm-do').disabled = false;
  if (!$('confirm').open || now !== pending) return;
  if (!failure) {
    $('confirm').close();
    toast(now.done);
  } else if (failure.status === 401 || failure.status === 403) {
    // Whoever this was may not, or not any more: somebody else has to.
    remember(null);
    $('credentials').hidden = false;
    $('confirm-error').textContent = failure.detail;
    $('secret').focus();
  } else {
    $('confirm-error').textContent = failure.detail;
  }
}

let toastEnd;
export function toast(message) {
  clearTimeout(toastEnd);
  $('toast').textContent = message;
  toastEnd = setTimeout(() => { $('toast').textContent = ''; }, 6000);
}

/** @param warn returns what else a change brings, for an action's id and servers */
export function setUp(warn) {
  warning = warn;
  $('confirm-form').addEventListener('submit', submit);
  $('confirm-cancel').addEventListener('click', () => $('confirm').close());
  $('confirm').addEventListener('close', () => { $('secret').value = ''; });
  $('account').addEventListener('click', () => {
    remember(null);
    toast('Signed out');
  });
}
