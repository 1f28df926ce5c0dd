// Messages that ended, newest first. Bounded; a sample where there are many.
import { bytes, clock, duration } from './format.js';

const MOST = 100;
const $ = id => document.getElementById(id);

function span(className, value, title) {
  const made = document.createElement('span');
  made.className = className;
  made.textContent = value;
  if (title) made.title = title;
  return made;
}

function line(delivery) {
  const good = delivery.outcome === 'answered';
  const made = document.createElement('li');
  const outcome = span('outcome', good ? 'answered' : delivery.outcome.replaceAll('_', ' ').toLowerCase());
  outcome.dataset.tone = good ? 'ok' : 'bad';
  made.append(
    span('time', clock(delivery.at)),
    span('way', `${delivery.policy ?? '?'} → ${delivery.server ?? '–'}`),
    outcome,
    span('took', duration(delivery.micros), delivery.serverMicros < 0 ? '' : `at the server ${duration(delivery.serverMicros)}`),
    span('who', delivery.srcid === null ? delivery.client : `${delivery.srcid} at ${delivery.client}`),
    span('size', `${bytes(delivery.bytes)} → ${bytes(delivery.replyBytes)}`),
  );
  return made;
}

export class Feed {
  #kept = [];
  #list = null;
  #waiting = [];

  constructor() {
    $('feed-failures').addEventListener('change', () => {
      this.#waiting = this.#kept;
      this.#kept = [];
      this.#list?.replaceChildren();
      this.paint();
    });
  }

  add(deliveries) {
    if ($('feed-pause').checked) return;
    this.#waiting.push(...deliveries);
    this.#waiting.splice(0, this.#waiting.length - MOST);
  }

  paint() {
    if (this.#waiting.length === 0) return;
    this.#kept = [...this.#kept, ...this.#waiting].slice(-MOST);
    const only = $('feed-failures').checked;
    const shown = this.#waiting.filter(each => !only || each.outcome !== 'answered').reverse();
    this.#waiting = [];
    if (!this.#list) {
      this.#list = document.createElement('ol');
      $('feed').replaceChildren(this.#list);
    }
    this.#list.prepend(...shown.map(line));
    while (this.#list.children.length > MOST) this.#list.lastChild.remove();
  }
}
