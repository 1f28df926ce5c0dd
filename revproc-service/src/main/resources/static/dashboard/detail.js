// One policy, or one server: its facts, its past, what happened to it, what can be done with it.
import { ACTIONS, ask } from './actions.js';
import { showEvents } from './events.js';
import { Explain } from './explain.js';
import { day, duration, name, percent, place, rate, seconds, state, whole } from './format.js';
import { Charts, Follower } from './history.js';
import { Model } from './model.js';
import { counts, text, tone } from './rows.js';

const $ = id => document.getElementById(id);
const EVENTS_PAUSE = 5_000;

/** Says what was declared of a policy; nothing if it was not declared. */
function declaration({ declared, description, purpose, regions, owner, contact, mayBeServedBy }) {
  if (!declared) return [];
  return [
    ['About', description], ['Purpose', purpose], ['Regions', regions.join(', ')], ['Owner', owner], ['Contact', contact],
    ['May be served by', mayBeServedBy.join(', ')],
  ].filter(([, value]) => value);
}

export class Detail {
  #model;
  #choose;
  /** {policy, id}; without an id the policy itself. */
  #shown = null;
  #charts = null;
  #explain = new Explain();
  #follower = null;
  #timer;
  #events = [];
  #happened = -1;
  /** What a declared policy is about: [[label, text]…]. */
  #declared = [];

  /** @param choose told what is shown, for the address */
  constructor(model, choose) {
    this.#model = model;
    this.#choose = choose;
    $('detail-close').addEventListener('click', () => $('detail').close());
    $('detail').addEventListener('click', event => { if (event.target === $('detail')) $('detail').close(); });
    $('detail').addEventListener('close', () => this.#end());
    $('detail-span').addEventListener('change', () => this.#follow());
    for (const [id, action] of Object.entries(ACTIONS)) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = action.label;
      button.dataset.action = id;
      if (action.danger) button.className = 'danger';
      button.addEventListener('click', () => {
        const subject = this.#subject();
        if (subject) ask(id, subject);
      });
      $('detail-actions').append(button);
    }
  }

  open(policy, id = null) {
    this.#end();
    this.#shown = { policy, id: id === null ? null : String(id) };
    this.#choose({ policy, id: this.#shown.id ?? '' });
    if (!$('detail').open) $('detail').showModal();
    $('detail').scrollTop = 0;
    this.#charts = new Charts('detail');
    this.#follow();
    this.#explain.open(this.#shown);
    this.#ask();
    this.paint();
  }

  #end() {
    if (this.#shown === null) return;
    this.#shown = null;
    this.#explain.close();
    this.#choose({ policy: '', id: '' });
    this.#follower?.end();
    this.#charts?.destroy();
    clearTimeout(this.#timer);
    this.#events = [];
    this.#declared = [];
    this.#happened = -1;
  }

  #follow() {
    this.#follower?.end();
    const charts = this.#charts;
    this.#follower = new Follower({ span: $('detail-span').value, ...this.#shown }, past => charts.show(past.times, past.total));
  }

  /** What the page was not told of: older events, refusals by their code. */
  async #ask() {
    clearTimeout(this.#timer);
    const shown = this.#shown;
    const headers = { 'X-Requested-With': 'dashboard' };
    const query = shown.id === null ? { policy: shown.policy } : { server: `${shown.policy}/${shown.id}` };
    const ask = path => fetch(path, { headers }).then(answer => (answer.ok ? answer.json() : null)).catch(() => null);
    const [events, policy] = await Promise.all([
      ask(`admin/events?${new URLSearchParams({ ...query, limit: 100 })}`),
      shown.id === null ? ask(`admin/policies/${encodeURIComponent(shown.policy)}`) : null,
    ]);
    if (this.#shown !== shown) return;
    if (events) {
      this.#events = events.events.reverse();
      showEvents($('detail-events'), this.#events, null, 'The proxy remembers no events of it.');
    }
    if (policy) this.#declared = declaration(policy);
    const refused = Object.entries(policy?.refused ?? {});
    $('detail-refusals').hidden = refused.length === 0;
    counts($('detail-refusals-list'), refused);
    this.#explain.again();
    this.#timer = setTimeout(() => this.#ask(), EVENTS_PAUSE);
  }

  /** What an action is for: the server, or the policy that has none. */
  #subject() {
    const { policy, id } = this.#shown;
    return id === null ? this.#model.unserved.get(policy) : this.#model.servers.get(Model.key(policy, id));
  }

  paint() {
    if (this.#shown === null) return;
    const subject = this.#subject();
    const { policy, id } = this.#shown;
    for (const button of $('detail-actions').children) {
      const action = ACTIONS[button.dataset.action];
      button.hidden = Boolean(action.policy) === (id !== null);
      button.disabled = !subject || !action.offered(subject);
    }
    $('detail-actions').hidden = id === null && !subject;
    text($('detail-title'), id === null ? policy : `${policy}/${id}`);
    $('detail-servers').hidden = id !== null;
    if (this.#model.happened !== this.#happened) {
      if (this.#happened >= 0) this.#ask();
      this.#happened = this.#model.happened;
    }
    if (id === null) this.#policy(policy, subject);
    else this.#server(subject);
  }

  #policy(policy, unserved) {
    const shown = this.#model.policies.get(policy);
    if (!shown) {
      text($('detail-state'), 'no longer in the table');
      tone($('detail-state'), 'bad');
      return;
    }
    text($('detail-state'), unserved?.awaited ? 'declared, waits for its first server' : unserved ? `no server since ${day(unserved.since)}` : shown.up === 0 ? 'no server in rotation' : `${whole(shown.up)} of ${whole(shown.servers)} servers in rotation`);
    tone($('detail-state'), unserved?.awaited ? 'warn' : shown.up === 0 ? 'bad' : shown.up < shown.servers ? 'warn' : 'ok');
    text($('detail-address'), '');
    this.#facts([
      ['In flight', whole(shown.inFlight)],
      ['Waiting', whole(shown.waiting)],
      ['Rate', `${rate(shown.rate)} /s`],
      ['Errors', percent(shown.errors)],
      ['p50', duration(shown.p50)],
      ['p99', duration(shown.p99)],
      ...this.#declared,
    ]);
    const servers = [...this.#model.servers.values()].filter(server => server.policy === policy);
    const gone = unserved ? [...new Set(this.#events.filter(event => event.server).map(event => event.server))] : [];
    const words = servers.length > 0 ? servers.map(server => `${name(server)} at ${place(server)}, ${state(server).word}${server.grant ? `, by the grant ${server.grant}` : ''}`) : gone.map(server => `${server}, gone`);
    const list = $('detail-servers-list');
    if (list.dataset.words !== words.join('\n')) {
      list.dataset.words = words.join('\n');
      list.replaceChildren(...words.slice(0, 100).map(word => {
        const made = document.createElement('li');
        made.textContent = word;
        return made;
      }));
    }
    $('detail-servers').hidden = words.length === 0;
  }

  #server(server) {
    if (!server) {
      text($('detail-state'), 'no longer in the table');
      tone($('detail-state'), 'bad');
      return;
    }
    const shown = state(server);
    text($('detail-state'), shown.word);
    tone($('detail-state'), shown.tone);
    text($('detail-address'), place(server));
    const age = this.#model.leaseMillis - server.leaseLeft;
    this.#facts([
      ['In flight', `${whole(server.inFlight)} of at most ${whole(server.maxInFlight)}`],
      ['Rate', `${rate(server.rate)} /s`],
      ['Errors', percent(server.errors)],
      ['p99', duration(server.p99)],
      ['Answered', whole(server.forwarded)],
      ['Failed', whole(server.failed)],
      ['Lease', server.leaseLeft < 0 ? 'none' : `${seconds(Math.max(0, age))} old of ${seconds(this.#model.leaseMillis)}`],
      ['Registered', day(server.registeredAt)],
      ['Protocol', server.proto > 1 ? `session${server.mux ? ', multiplexed' : ''}` : 'one message per connection'],
      ['Weight', whole(server.weight)],
      ['Zone', server.zone ?? '–'],
      ['Grant', server.grant ?? 'none needed'],
      ['Region', server.region ?? '–'],
      ['Purposes', server.purposes.length > 0 ? server.purposes.join(', ') : '–'],
      ...(server.barred ? [['Gets no messages', server.barred]] : []),
    ]);
  }

  #facts(facts) {
    const list = $('detail-facts');
    if (list.dataset.labels !== facts.map(([label]) => label).join()) {
      list.dataset.labels = facts.map(([label]) => label).join();
      list.replaceChildren(...facts.map(([label]) => {
        const pair = document.createElement('div');
        pair.append(document.createElement('dt'), document.createElement('dd'));
        pair.firstChild.textContent = label;
        return pair;
      }));
    }
    facts.forEach(([, value], i) => text(list.children[i].lastChild, value));
  }
}
