// A table of any length of which only the rows in sight are in the page. One row is a tab stop; arrow keys go on from there.

const BEYOND = 6;

export class Rows {
  items = [];
  #head;
  #view;
  #space;
  #columns;
  #byKey = new Map();
  #current = null;
  #height = 40;
  #make;

  /**
   * @param columns [{id, label, sort, cell(td, item)}]
   * @param make    {row(tr, item), gone(tr), enter(item), key(event, item), sorted(id, descending)}
   */
  constructor(element, columns, make) {
    this.#columns = columns;
    this.#make = make;
    this.element = element;
    this.#head = document.createElement('div');
    this.#head.setAttribute('role', 'rowgroup');
    this.#head.className = 'head';
    const row = document.createElement('div');
    row.setAttribute('role', 'row');
    row.className = 'row';
    for (const column of columns) row.append(this.#headCell(column));
    this.#head.append(row);
    this.#view = document.createElement('div');
    this.#view.setAttribute('role', 'rowgroup');
    this.#view.className = 'view';
    this.#space = document.createElement('div');
    this.#space.setAttribute('role', 'none');
    this.#space.className = 'space';
    this.#view.append(this.#space);
    element.append(this.#head, this.#view);
    this.#view.addEventListener('scroll', () => requestAnimationFrame(() => this.paint()), { passive: true });
    this.#view.addEventListener('keydown', event => this.#key(event));
    this.#view.addEventListener('focusin', event => {
      const tr = event.target.closest('[role=row]');
      if (tr) this.#makeCurrent(tr.item.key);
    });
    new ResizeObserver(() => {
      this.#height = parseFloat(getComputedStyle(element).getPropertyValue('--row')) || 40;
      this.paint();
    }).observe(element);
  }

  #headCell(column) {
    const th = document.createElement('div');
    th.setAttribute('role', 'columnheader');
    th.dataset.column = column.id;
    if (column.head) {
      th.append(column.head());
    } else if (column.sort) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = column.label;
      button.addEventListener('click', () => this.#make.sorted(column.id, th.getAttribute('aria-sort') === 'ascending'));
      th.append(button);
    } else if (column.label) {
      const label = document.createElement('span');
      label.textContent = column.label;
      if (column.hiddenLabel) label.className = 'unseen';
      th.append(label);
    }
    return th;
  }

  showSort(id, descending) {
    for (const th of this.#head.firstChild.children) {
      if (th.dataset.column === id) th.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      else th.removeAttribute('aria-sort');
    }
  }

  /** Whether somebody is at a row: then rows had better stay where they are. */
  get busy() {
    return this.#view.matches(':hover, :focus-within');
  }

  show(items) {
    this.items = items;
    this.paint();
  }

  paint() {
    const height = this.#height;
    const total = `${this.items.length * height}px`;
    if (this.#space.style.height !== total) this.#space.style.height = total;
    this.element.setAttribute('aria-rowcount', this.items.length + 1);
    const first = Math.max(0, Math.floor(this.#view.scrollTop / height) - BEYOND);
    const last = Math.min(this.items.length, Math.ceil((this.#view.scrollTop + this.#view.clientHeight) / height) + BEYOND);
    const wanted = new Set();
    const focused = document.activeElement?.closest('[role=row]');
    for (let i = first; i < last; i++) wanted.add(this.items[i].key);
    for (const [key, tr] of this.#byKey) {
      if (!wanted.has(key) && !(tr === focused && this.items.includes(tr.item))) {
        this.#byKey.delete(key);
        this.#make.gone?.(tr);
        tr.remove();
      }
    }
    if (this.#current === null || !this.items.some(item => item.key === this.#current)) this.#current = this.items[first]?.key ?? null;
    let before = null;
    for (let i = last - 1; i >= first; i--) {
      const tr = this.#row(this.items[i], i, height);
      // In the order in which they are seen, for tab keys and screen readers; what has the focus is never moved.
      if (tr.nextElementSibling !== before && tr !== focused) this.#space.insertBefore(tr, before);
      before = tr;
    }
  }

  #row(item, index, height) {
    let tr = this.#byKey.get(item.key);
    if (!tr) {
      tr = document.createElement('div');
      tr.setAttribute('role', 'row');
      tr.className = 'row';
      for (const column of this.#columns) {
        const td = document.createElement('div');
        td.setAttribute('role', column.rowHeader ? 'rowheader' : 'cell');
        td.dataset.column = column.id;
        tr.append(td);
      }
      tr.item = item;
      this.#byKey.set(item.key, tr);
      this.#space.append(tr);
    }
    tr.item = item;
    const place = `translateY(${index * height}px)`;
    if (tr.style.transform !== place) tr.style.transform = place;
    if (tr.ariaRowIndex !== String(index + 2)) tr.ariaRowIndex = String(index + 2);
    for (let i = 0; i < this.#columns.length; i++) this.#columns[i].cell(tr.children[i], item);
    this.#make.row?.(tr, item);
    this.#stops(tr);
    return tr;
  }

  #stops(tr) {
    const stop = tr.item.key === this.#current ? 0 : -1;
    for (const control of tr.querySelectorAll('button, input')) if (control.tabIndex !== stop) control.tabIndex = stop;
  }

  #makeCurrent(key) {
    if (this.#current !== key) {
      this.#current = key;
      for (const tr of this.#byKey.values()) this.#stops(tr);
    }
  }

  #key(event) {
    const tr = event.target.closest('[role=row]');
    if (!tr || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.#view.clientHeight / this.#height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      event.preventDefault();
      const at = this.items.indexOf(tr.item) + steps[event.key];
      this.focus(Math.max(0, Math.min(this.items.length - 1, at)), [...tr.querySelectorAll('button, input')].indexOf(event.target));
    } else {
      this.#make.key?.(event, tr.item);
    }
  }

  /** Goes to a row: to its first button, or to the control at this place. */
  focus(index, place = -1) {
    const item = this.items[index];
    if (!item) return;
    const top = index * this.#height;
    if (top < this.#view.scrollTop) this.#view.scrollTop = top;
    else if (top + this.#height > this.#view.scrollTop + this.#view.clientHeight) this.#view.scrollTop = top + this.#height - this.#view.clientHeight;
    this.#makeCurrent(item.key);
    this.paint();
    const tr = this.#byKey.get(item.key);
    (tr.querySelectorAll('button, input')[place] ?? tr.querySelector('button'))?.focus({ preventScroll: true });
  }
}

/** Shows counts by name: [[name, count]…]. */
export function counts(list, entries) {
  if (list.children.length !== entries.length) {
    list.replaceChildren(...entries.map(() => {
      const pair = document.createElement('div');
      pair.append(document.createElement('dt'), document.createElement('dd'));
      return pair;
    }));
  }
  entries.forEach(([name, count], i) => {
    text(list.children[i].firstChild, name.replaceAll('_', ' ').toLowerCase());
    text(list.children[i].lastChild, new Intl.NumberFormat('en').format(count));
  });
}

/** Sets a text only where it differs: most don't. */
export function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

export function tone(element, value) {
  if (element.dataset.tone !== value) element.dataset.tone = value;
}
