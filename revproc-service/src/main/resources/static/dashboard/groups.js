// Servers under their policies, which can be folded.
import { text } from './rows.js';

/** A policy's row above its servers: its figures are those of the whole policy. */
class Group {
  group = true;
  id = '';
  leaseLeft = -1;
  servers = [];
  #policies;

  constructor(policy, policies) {
    this.key = `group\n${policy}`;
    this.policy = policy;
    this.#policies = policies;
  }

  get #figures() {
    return this.#policies.get(this.policy) ?? { inFlight: 0, rate: 0, errors: null, p99: -1, up: 0, servers: 0 };
  }

  get inFlight() { return this.#figures.inFlight; }

  get rate() { return this.#figures.rate; }

  get errors() { return this.#figures.errors; }

  get p99() { return this.#figures.p99; }

  get up() { return this.#figures.up; }

  get all() { return this.#figures.servers; }

  /** For sorting: a group is as bad as its worst server. */
  get state() { return this.servers[0]?.state ?? 'ACTIVE'; }

  get liveness() { return this.servers[0]?.liveness ?? 'ALIVE'; }
}

export class Groups {
  #model;
  #changed;
  #groups = new Map();
  #folded = new Set();

  /** @param changed told that something was folded or unfolded */
  constructor(model, changed) {
    this.#model = model;
    this.#changed = changed;
  }

  /** Returns the items with a group above the servers of each policy, groups and servers sorted alike. */
  arrange(items, compare) {
    const before = this.#groups;
    this.#groups = new Map();
    const top = [];
    for (const item of items.sort(compare)) {
      if (item.unserved) {
        top.push(item);
        continue;
      }
      let group = this.#groups.get(item.policy);
      if (!group) {
        group = before.get(item.policy) ?? new Group(item.policy, this.#model.policies);
        group.servers = [];
        this.#groups.set(item.policy, group);
        top.push(group);
      }
      group.servers.push(item);
    }
    return top.sort(compare).flatMap(item => (item.group && !this.#folded.has(item.policy) ? [item, ...item.servers] : [item]));
  }

  /** The cell that folds. */
  cell(td, group) {
    if (!td.firstChild) {
      const made = document.createElement('button');
      made.type = 'button';
      made.className = 'link fold';
      made.addEventListener('click', () => {
        const { policy } = td.parentNode.item;
        if (!this.#folded.delete(policy)) this.#folded.add(policy);
        this.#changed();
      });
      td.append(made);
    }
    text(td.firstChild, group.policy);
    td.firstChild.title = group.policy;
    td.firstChild.ariaExpanded = String(!this.#folded.has(group.policy));
  }

  /** Folds all, or unfolds all if all are folded; returns whether they are folded now. */
  foldAll() {
    const fold = [...this.#groups.keys()].some(policy => !this.#folded.has(policy));
    this.#folded = new Set(fold ? this.#groups.keys() : []);
    this.#changed();
    return fold;
  }
}
