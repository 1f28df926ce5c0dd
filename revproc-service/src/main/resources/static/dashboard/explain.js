// Why each server of a policy may or may not take the next message, and where it would go.
import { whole } from './format.js';
import { text, tone } from './rows.js';

const $ = id => document.getElementById(id);
const MOST = 100;

function item(server) {
  const made = document.createElement('li');
  const verdict = document.createElement('span');
  verdict.className = 'pill';
  verdict.dataset.tone = server.takes ? 'ok' : 'bad';
  verdict.textContent = server.takes ? 'may take it' : 'may not take it';
  const who = document.createElement('strong');
  who.textContent = server.name;
  const reasons = document.createElement('ul');
  for (const reason of server.reasons) {
    const said = document.createElement('li');
    said.textContent = reason;
    reasons.append(said);
  }
  made.append(who, ' ', verdict, reasons);
  return made;
}

function verdict({ refusal, waits }) {
  if (refusal) return { word: refusal.replaceAll('_', ' ').toLowerCase(), tone: 'bad' };
  return waits ? { word: 'waits', tone: 'warn' } : { word: 'goes to a server', tone: 'ok' };
}

export class Explain {
  /** {policy, id}; without an id all servers of the policy. */
  #subject = null;
  /** What was asked last: {client, size}. */
  #question = {};
  #servers = 0;
  #written = '';

  constructor() {
    $('explain-form').addEventListener('submit', event => {
      event.preventDefault();
      this.#question = { client: $('explain-client').value.trim(), size: $('explain-size').value.trim() };
      this.#ask();
    });
  }

  /** Begins with a small message of any client; asked by {@link #again}. */
  open(subject) {
    this.#subject = subject;
    this.#question = {};
    this.#servers = 0;
    this.#clear('');
    $('explain-client').value = '';
    $('explain-size').value = '';
  }

  close() {
    this.#subject = null;
  }

  /** Asks the same again, since something may be different; not for very many servers, for whom somebody has to ask. */
  again() {
    if (this.#servers <= MOST && $('explain-error').textContent === '') this.#ask();
  }

  #clear(problem) {
    this.#written = '';
    text($('explain-error'), problem);
    text($('explain-more'), '');
    $('explain-next').hidden = true;
    $('explain-servers').replaceChildren();
  }

  async #ask() {
    const question = this.#question;
    const subject = this.#subject;
    const { client, size } = question;
    if (size && !/^\d+$/.test(size)) {
      this.#clear('The size is a number of bytes, such as 4096.');
      return;
    }
    const asked = new URLSearchParams(Object.entries({ client, size }).filter(([, value]) => value));
    const answer = await fetch(`admin/policies/${encodeURIComponent(subject.policy)}/explain?${asked}`, { headers: { 'X-Requested-With': 'dashboard' } })
      .then(async got => ({ ok: got.ok, body: await got.json() })).catch(() => ({ ok: false, body: {} }));
    if (this.#subject !== subject || this.#question !== question) return;
    if (!answer.ok) this.#clear(answer.body.detail ?? 'The proxy did not answer; try again.');
    else this.#show(answer.body, subject.id);
  }

  #show(explanation, id) {
    const shown = explanation.servers.filter(server => id === null || server.name === `${this.#subject.policy}/${id}`);
    this.#servers = explanation.servers.length;
    text($('explain-error'), '');
    $('explain-next').hidden = false;
    const { word, tone: colour } = verdict(explanation);
    text($('explain-verdict'), word);
    tone($('explain-verdict'), colour);
    text($('explain-sentence'), `The next message: ${explanation.next}.`);
    text($('explain-more'), shown.length > MOST ? `and ${whole(shown.length - MOST)} more servers` : '');
    const written = JSON.stringify(shown);
    if (written !== this.#written) {
      this.#written = written;
      $('explain-servers').replaceChildren(...shown.slice(0, MOST).map(item));
    }
  }
}
