// What is chosen stands in the page's address: it can be kept, sent and opened again.

const DEFAULTS = { filter: '', state: '', span: '5m', sort: '', group: '', policy: '', id: '' };

/** Returns what the address says. */
export function chosen() {
  const asked = new URLSearchParams(location.search);
  return Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => [name, asked.get(name) ?? value]));
}

/** Notes what is chosen now; what is as usual is left out. */
export function choose(changes) {
  const next = new URLSearchParams(Object.entries({ ...chosen(), ...changes }).filter(([name, value]) => value !== DEFAULTS[name]));
  const query = next.toString();
  history.replaceState(null, '', query ? `?${query}` : location.pathname);
}
