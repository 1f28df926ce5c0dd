// One server: its facts, its last two minutes, what can be done with it.
import { ACTIONS, ask } from './actions.js';
import { chart } from './charts.js';
import { day, duration, name, percent, rate, seconds, state, whole } from './format.js';
import { text, tone } from './rows.js';

const $ = id => document.getElementById(id);
const EMPTY = new Array(120).fill(null);

export class Detail {
  #model;
  #key = null;
  #charts = [];

  constructor(model) {
    this.#model = model;
    $('detail-close').addEventListener('click', () => $('detail').close());
    $('detail').addEventListener('click', event => { if (event.target === $('detail')) $('detail').close(); });
    $('detail').addEventListener('close', () => {
      this.#key = null;
      this.#charts.forEach(each => each.destroy());
      this.#charts = [];
    });
    for (const [id, action] of Object.entries(ACTIONS).filter(([, each]) => !each.policy)) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = action.label;
      button.dataset.action = id;
      if (action.danger) button.className = 'danger';
      button.addEventListener('click', () => {
        const server = this.#model.servers.get(this.#key);
        if (server) ask(id, server);
      });
      $('detail-actions').append(button);
    }
  }

  open(server) {
    this.#key = server.key;
    $('detail').showModal();
    this.#charts = [
      chart($('detail-rate'), [['accent', true], ['bad', false]], rate),
      chart($('detail-p99'), [['accent', true]], value => duration(value * 1000)),
    ];
    this.paint();
  }

  paint() {
    if (this.#key === null) return;
    const server = this.#model.servers.get(this.#key);
    for (const button of $('detail-actions').children) button.disabled = !server || !ACTIONS[button.dataset.action].offered(server);
    if (!server) {
      text($('detail-state'), 'no longer in the table');
      tone($('detail-state'), 'bad');
      return;
    }
    const shown = state(server);
    text($('detail-title'), name(server));
    text($('detail-state'), shown.word);
    tone($('detail-state'), shown.tone);
    text($('detail-address'), `${server.host}:${server.port}`);
    const age = this.#model.leaseMillis - server.leaseLeft;
    this.#facts([
      ['In flight', whole(server.inFlight)],
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
    ]);
    const history = server.history ?? { rate: EMPTY, failed: EMPTY, p99: EMPTY };
    this.#charts[0].data(this.#model.times, history.rate, history.failed);
    this.#charts[1].data(this.#model.times, history.p99);
  }

  #facts(facts) {
    const list = $('detail-facts');
    if (list.children.length !== facts.length) {
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
