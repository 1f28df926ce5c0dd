// Drain, maintenance, resume, remove: asked again first, and only by an operator.
import { name, whole } from './format.js';

const $ = id => document.getElementById(id);
const pause = server => (server.inFlight > 0 ? ` ${whole(server.inFlight)} in flight ${server.inFlight === 1 ? 'is' : 'are'} finished.` : '');

export const ACTIONS = {
  drain: {
    label: 'Drain', state: 'DRAINING', offered: server => server.state === 'ACTIVE',
    text: server => `It gets no new messages.${pause(server)} Registering anew ends a drain.`, done: 'is being drained',
  },
  maintenance: {
    label: 'Maintenance', state: 'MAINTENANCE', offered: server => server.state !== 'MAINTENANCE',
    text: server => `It gets no new messages, also after it registers anew, until somebody resumes it.${pause(server)}`, done: 'is in maintenance',
  },
  resume: {
    label: 'Resume', state: 'ACTIVE', offered: server => server.state !== 'ACTIVE',
    text: () => 'It gets messages again, as far as it is alive.', done: 'takes messages again',
  },
  remove: {
    label: 'Remove', state: null, danger: true, offered: () => true,
    text: server => 'Its entry is taken out of the table. '
      + (server.proto > 1 ? 'If it still runs it registers anew at its next heartbeat; to keep it out, choose Maintenance.' : 'It comes back when it registers anew.'),
    done: 'was removed',
  },
  dismiss: {
    label: 'Dismiss', state: null, policy: true, danger: true, offered: server => server.unserved === true,
    text: () => 'It is not shown and not missed any more. It comes back if a server registers for it.', done: 'was dismissed',
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

export function ask(id, server) {
  const action = ACTIONS[id];
  if (!action.offered(server) || $('confirm').open) return;
  pending = { action, server, name: name(server) };
  $('confirm-title').textContent = `${action.label} ${name(server)}?`;
  $('confirm-text').textContent = action.text(server);
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

async function carryOut() {
  const { action, server } = pending;
  const policy = encodeURIComponent(server.policy);
  const path = action.policy ? `admin/policies/${policy}` : `admin/routes/${policy}/${encodeURIComponent(server.id)}`;
  const given = $('credentials').hidden ? authorization : credentials();
  const headers = { 'X-Requested-With': 'dashboard' };
  if (given) headers.Authorization = given;
  const request = action.state
    ? fetch(`${path}/state`, { method: 'PUT', headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify({ state: action.state }) })
    : fetch(path, { method: 'DELETE', headers });
  const answer = await request;
  if (answer.ok) {
    remember(given);
    return null;
  }
  const problem = await answer.json().catch(() => ({}));
  return { status: answer.status, detail: problem.detail ?? `The proxy answered ${answer.status}` };
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
  const failure = await carryOut().catch(() => ({ status: 0, detail: 'The proxy could not be reached' }));
  $('confirm-do').disabled = false;
  if (!$('confirm').open || now !== pending) return;
  if (!failure) {
    $('confirm').close();
    toast(`${now.name} ${now.action.done}`);
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

export function setUp() {
  $('confirm-form').addEventListener('submit', submit);
  $('confirm-cancel').addEventListener('click', () => $('confirm').close());
  $('confirm').addEventListener('close', () => { $('secret').value = ''; });
  $('account').addEventListener('click', () => {
    remember(null);
    toast('Signed out');
  });
}
