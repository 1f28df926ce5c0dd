// Figures of the last minutes, hours, day: asked for, and put into charts together with what they say in words.
import { chart } from './charts.js';
import { duration, rate } from './format.js';
import { text } from './rows.js';

const EVERY = { '5m': 2_000, '1h': 10_000, '24h': 60_000 };

function rows({ rate: answered, failed, p99 }) {
  return { rate: answered, failed, p99: p99.map(value => (value === null ? null : value / 1000)) };
}

/** @param query {span, policy, id, policies} */
export async function load(query) {
  const asked = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const answer = await fetch(`admin/history?${new URLSearchParams(asked)}`, { headers: { 'X-Requested-With': 'dashboard' } });
  if (!answer.ok) throw new Error(String(answer.status));
  const { step, figures, policies } = await answer.json();
  const points = figures.rate.length;
  // The last point is now, whatever the two clocks say.
  const end = Date.now() / 1000;
  return {
    times: Array.from({ length: points }, (_, i) => end - (points - 1 - i) * step),
    total: rows(figures),
    policies: Object.fromEntries(Object.entries(policies ?? {}).map(([name, each]) => [name, rows(each)])),
  };
}

/** Two charts: messages, and how long they took. */
export class Charts {
  #charts;
  #id;

  /** @param id of the elements: ID-rate, ID-p99, and ID-rate-text, ID-p99-text for the words */
  constructor(id) {
    this.#id = id;
    const element = name => document.getElementById(`${id}-${name}`);
    this.#charts = {
      rate: chart(element('rate'), [['accent', true], ['bad', false]], rate),
      p99: chart(element('p99'), [['accent', true]], value => duration(value * 1000)),
    };
  }

  show(times, { rate: answered, failed, p99 }) {
    this.#charts.rate.data(times, answered, failed);
    this.#charts.p99.data(times, p99);
    const most = list => list.reduce((a, b) => Math.max(a, b ?? 0), 0);
    const refused = most(failed);
    text(document.getElementById(`${this.#id}-rate-text`), `at most ${rate(most(answered))} answered${refused > 0 ? `, ${rate(refused)} refused or failed` : ''}`);
    text(document.getElementById(`${this.#id}-p99-text`), p99.some(value => value !== null) ? `at most ${duration(most(p99) * 1000)}` : 'nothing was answered');
  }

  destroy() {
    Object.values(this.#charts).forEach(each => each.destroy());
  }
}

/** Asks again and again for one thing's figures until it is ended. */
export class Follower {
  #timer;
  #ended = false;

  constructor(query, show) {
    const ask = async () => {
      try {
        const past = await load(query);
        if (!this.#ended) show(past);
      } catch {
        // The link says already that nobody answers.
      }
      if (!this.#ended) this.#timer = setTimeout(ask, EVERY[query.span]);
    };
    ask();
  }

  end() {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
