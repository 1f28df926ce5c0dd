// Servers that are chosen to be drained, held in maintenance or resumed together.
import { name, whole } from './format.js';
import { text } from './rows.js';

const $ = id => document.getElementById(id);

export class Selection {
  #model;
  #keys = new Set();
  #changed;
  #head = null;
  #shown = () => [];

  /**
   * @param ask     called with an action's id and the servers
   * @param changed told that others are chosen
   */
  constructor(model, ask, changed) {
    this.#model = model;
    this.#changed = changed;
    for (const button of document.querySelectorAll('[data-many]')) {
      button.addEventListener('click', () => ask(button.dataset.many, ...this.#servers()));
    }
    $('selection-clear').addEventListener('click', () => {
      this.#keys.clear();
      this.#show();
      $('filter').focus();
    });
  }

  #servers() {
    return [...this.#keys].map(key => this.#model.servers.get(key)).filter(Boolean);
  }

  #all(servers) {
    return servers.length > 0 && servers.every(server => this.#keys.has(server.key));
  }

  /** Chooses these servers, or none of them if all are chosen. */
  toggle(servers) {
    const all = this.#all(servers);
    for (const { key } of servers) {
      if (all) this.#keys.delete(key);
      else this.#keys.add(key);
    }
    this.#show();
  }

  /** Forgets servers that have left the table. */
  prune() {
    for (const key of this.#keys) if (!this.#model.servers.has(key)) this.#keys.delete(key);
    this.#count();
  }

  #show() {
    this.#count();
    this.#changed();
  }

  #count() {
    const count = this.#keys.size;
    $('selection').hidden = count === 0;
    text($('selection-count'), count === 0 ? '' : `${whole(count)} selected`);
    if (this.#head) this.#head.checked = this.#all(this.#shown());
  }

  #box(chosen) {
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.addEventListener('change', () => this.toggle(chosen()));
    return box;
  }

  /** The box of all servers that are shown. @param shown an accessor of them */
  head(shown) {
    this.#shown = shown;
    this.#head = this.#box(shown);
    this.#head.ariaLabel = 'Select all servers shown';
    return this.#head;
  }

  /** The box of a server, or of all servers of a group. */
  cell(td, item) {
    if (item.unserved) return;
    const of = row => (row.group ? row.servers : [row]);
    if (!td.firstChild) td.append(this.#box(() => of(td.parentNode.item)));
    const box = td.firstChild;
    box.ariaLabel = item.group ? `Select all shown servers of ${item.policy}` : `Select ${name(item)}`;
    box.checked = this.#all(of(item));
    box.indeterminate = !box.checked && of(item).some(server => this.#keys.has(server.key));
  }
}
