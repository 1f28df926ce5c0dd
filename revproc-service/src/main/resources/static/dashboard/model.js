// What is known of the table: entries, figures, the last five minutes, events. Knows no page.
import { place } from './format.js';

export const LENGTH = 300;
const MOST_EVENTS = 200;
const WINDOW = 5;

const pushed = (list, value) => {
  list.shift();
  list.push(value);
};
const blank = () => new Array(LENGTH).fill(null);

export class Model {
  servers = new Map();
  policies = new Map();
  /** Policies that lost their last server: rows of the table as well, without a server. */
  unserved = new Map();
  times = Array.from({ length: LENGTH }, (_, i) => Date.now() / 1000 - LENGTH + i);
  total = { rate: 0, errors: null, inFlight: 0, waiting: 0, connections: 0, history: { rate: blank(), failed: blank(), p99: blank() } };
  leaseMillis = 0;
  omitted = 0;
  /** Which proxy this is, and when it started by this browser's clock. */
  about = null;
  /** Messages refused in the last five minutes, by code. */
  refusals = {};
  /** What happened, newest first. */
  events = [];
  /** Grows with every event. */
  happened = 0;
  /** Grows whenever a server comes, goes or changes its state. */
  version = 0;
  #at = 0;
  #unrouted = new Recent();

  static key(policy, id) {
    return `${policy}\n${id}`;
  }

  is(event) {
    this.about = { ...event, startedAt: Date.now() - event.uptimeMillis };
  }

  /** An event that happened again comes again, with a greater count: the one before goes. */
  add(events) {
    const key = event => `${event.event} ${event.first} ${event.server} ${event.policy}`;
    const known = new Map(this.events.map(event => [key(event), event]));
    for (const event of events) known.set(key(event), event);
    this.events = [...known.values()].sort((a, b) => b.id - a.id).slice(0, MOST_EVENTS);
    this.happened++;
  }

  /** What happened to a policy and its servers, or to one of them, newest first. */
  eventsOf(policy, id = null) {
    return this.events.filter(event => (id === null ? event.policy === policy || event.server?.startsWith(`${policy}/`) : event.server === `${policy}/${id}`));
  }

  /** Takes the figures of before this page was opened. */
  past({ total, policies }) {
    const end = Date.now() / 1000;
    this.times = Array.from({ length: LENGTH }, (_, i) => end - LENGTH + i);
    this.total.history = total;
    for (const [name, history] of Object.entries(policies)) {
      const policy = this.policies.get(name);
      if (policy) policy.history = history;
    }
  }

  table(event) {
    const before = this.servers;
    this.servers = new Map();
    this.leaseMillis = event.leaseMillis;
    this.omitted = event.omitted;
    for (const row of event.servers) this.#enter(row, before.get(Model.key(row.policy, row.id)));
    this.without(event.unserved);
  }

  /** @param policies all that had a server and have none, and declared ones that wait for their first: [{policy, since}], since null */
  without(policies) {
    const before = this.unserved;
    this.unserved = new Map();
    for (const { policy, since } of policies) {
      const known = before.get(policy);
      this.unserved.set(policy, known?.since === since ? known : {
        key: policy, policy, id: '', since, unserved: true, awaited: since === null, inFlight: 0, rate: 0, errors: null, p99: -1, leaseLeft: -1, text: policy.toLowerCase(),
      });
    }
    this.#membership();
  }

  changes(rows) {
    for (const row of rows) {
      const key = Model.key(row.policy, row.id);
      if (row.server) this.#enter(row, this.servers.get(key));
      else this.servers.delete(key);
    }
    this.#membership();
  }

  #enter(row, known) {
    const key = Model.key(row.policy, row.id);
    const same = known && known.registeredAt === row.server.registeredAt;
    const server = known ?? { key, policy: row.policy, rate: 0, errors: null, p99: -1, leaseLeft: -1 };
    Object.assign(server, row.server, { id: row.id });
    if (!same) server.recent = new Recent(server.forwarded, server.failed);
    if (server.leaseExpiresAt === null) server.leaseLeft = -1;
    else if (server.leaseLeft < 0) server.leaseLeft = Math.max(0, Date.parse(server.leaseExpiresAt) - Date.now());
    server.text = `${row.policy}/${row.id} ${place(server)} ${server.zone ?? ''}`.toLowerCase();
    this.servers.set(key, server);
  }

  #membership() {
    this.version++;
    for (const policy of this.policies.values()) {
      policy.servers = 0;
      policy.up = 0;
    }
    for (const name of this.unserved.keys()) this.#policy(name);
    for (const server of this.servers.values()) {
      const policy = this.#policy(server.policy);
      policy.servers++;
      if (server.state === 'ACTIVE' && server.liveness === 'ALIVE') policy.up++;
    }
    for (const [key, policy] of this.policies) if (policy.servers === 0 && !this.unserved.has(key)) this.policies.delete(key);
  }

  #policy(name) {
    let policy = this.policies.get(name);
    if (!policy) {
      policy = {
        key: name, policy: name, servers: 0, up: 0, inFlight: 0, waiting: 0, refused: 0, rate: 0, errors: null, p50: -1, p99: -1,
        recent: new Recent(), history: { rate: blank(), failed: blank(), p99: blank() },
      };
      this.policies.set(name, policy);
    }
    return policy;
  }

  figures(event) {
    for (const [policy, rows] of Object.entries(event.servers)) {
      for (const [id, inFlight, forwarded, failed, p99, leaseLeft] of rows) {
        const server = this.servers.get(Model.key(policy, id));
        if (server) Object.assign(server, { inFlight, forwarded, failed, p99, leaseLeft });
      }
    }
    for (const [name, [inFlight, waiting, refused, p50, p99]] of Object.entries(event.policies)) {
      const policy = this.policies.get(name);
      if (policy) Object.assign(policy, { inFlight, waiting, refused, p50, p99 });
    }
    const elapsed = this.#at === 0 ? 0 : (event.at - this.#at) / 1000;
    this.#at = event.at;
    if (elapsed > 0) {
      this.#tick(elapsed, event);
    } else {
      // What was refused before anybody watched is not of the last seconds.
      this.#unrouted = new Recent(0, event.unrouted);
      for (const policy of this.policies.values()) policy.recent = new Recent(0, policy.refused);
    }
    this.total.connections = event.connections;
    this.receiptRate = elapsed > 0 && this.record && event.record ? Math.max(0, event.record.receipts - this.record.receipts) / elapsed : 0;
    this.record = event.record;
    this.refusals = event.refusals;
    if (this.about) this.about.store = event.store;
  }

  #tick(elapsed, event) {
    pushed(this.times, Date.now() / 1000);
    const sums = new Map();
    for (const server of this.servers.values()) {
      server.recent.add(server.forwarded, server.failed, elapsed);
      server.rate = server.recent.rate();
      server.errors = server.recent.share();
      const { good, bad } = server.recent.last;
      const sum = sums.get(server.policy) ?? { good: 0, bad: 0 };
      sum.good += server.recent.good();
      sum.bad += server.recent.bad();
      sum.lastGood = (sum.lastGood ?? 0) + good;
      sum.lastBad = (sum.lastBad ?? 0) + bad;
      sums.set(server.policy, sum);
    }
    const total = this.total;
    const all = { good: 0, bad: 0, lastGood: 0, lastBad: 0 };
    Object.assign(total, { inFlight: 0, waiting: 0 });
    let slowest = -1;
    for (const policy of this.policies.values()) {
      policy.recent.add(0, policy.refused, elapsed);
      const sum = sums.get(policy.policy) ?? { good: 0, bad: 0, lastGood: 0, lastBad: 0 };
      const bad = sum.bad + policy.recent.bad();
      const lastBad = sum.lastBad + policy.recent.last.bad;
      policy.rate = sum.good;
      policy.errors = sum.good + bad > 0 ? bad / (sum.good + bad) : null;
      const row = this.unserved.get(policy.policy);
      if (row) row.errors = policy.errors;
      note(policy.history, sum.lastGood, lastBad, policy.p99);
      total.inFlight += policy.inFlight;
      total.waiting += policy.waiting;
      slowest = Math.max(slowest, policy.p99);
      all.good += sum.good;
      all.bad += bad;
      all.lastGood += sum.lastGood;
      all.lastBad += lastBad;
    }
    this.#unrouted.add(0, event.unrouted, elapsed);
    all.bad += this.#unrouted.bad();
    all.lastBad += this.#unrouted.last.bad;
    total.rate = all.good;
    total.errors = all.good + all.bad > 0 ? all.bad / (all.good + all.bad) : null;
    note(total.history, all.lastGood, all.lastBad, slowest);
  }

  /** The stream was interrupted: what was counted meanwhile belongs to no second. */
  interrupted() {
    this.#at = 0;
    for (const server of this.servers.values()) server.recent = new Recent(server.forwarded, server.failed);
  }
}

function note(history, good, bad, p99) {
  pushed(history.rate, good);
  pushed(history.failed, bad);
  pushed(history.p99, p99 < 0 ? null : p99 / 1000);
}

/** Rates of two growing counts over the last few seconds. */
class Recent {
  last = { good: 0, bad: 0 };
  #seconds = [];
  #good;
  #bad;

  /** Without counts to begin with, what was counted before the first second belongs to none. */
  constructor(good = null, bad = null) {
    this.#good = good;
    this.#bad = bad;
  }

  add(good, bad, elapsed) {
    const second = { good: Math.max(0, good - (this.#good ?? good)), bad: Math.max(0, bad - (this.#bad ?? bad)), elapsed };
    this.#good = good;
    this.#bad = bad;
    this.last = { good: second.good / elapsed, bad: second.bad / elapsed };
    this.#seconds.push(second);
    if (this.#seconds.length > WINDOW) this.#seconds.shift();
  }

  #sum(what) {
    let sum = 0;
    for (const second of this.#seconds) sum += second[what];
    return sum;
  }

  /** Per second. */
  good() {
    const elapsed = this.#sum('elapsed');
    return elapsed > 0 ? this.#sum('good') / elapsed : 0;
  }

  bad() {
    const elapsed = this.#sum('elapsed');
    return elapsed > 0 ? this.#sum('bad') / elapsed : 0;
  }

  rate() {
    return this.good();
  }

  /** Of bad ones; null if there was nothing. */
  share() {
    const good = this.#sum('good');
    const bad = this.#sum('bad');
    return good + bad > 0 ? bad / (good + bad) : null;
  }
}
