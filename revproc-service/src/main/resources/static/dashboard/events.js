// What happened, newest first.
import { clock, day, whole } from './format.js';

const MOST = 100;
const TONES = { INFO: '', WARN: 'warn', ERROR: 'bad' };
/** Said already by the subject, or of no use to a person. */
const HIDDEN = new Set(['server', 'policy', 'unlogged']);

function span(className, value) {
  const made = document.createElement('span');
  made.className = className;
  made.textContent = value;
  return made;
}

function line(event, open) {
  const made = document.createElement('li');
  const at = new Date(event.at);
  const time = document.createElement('time');
  time.className = 'time';
  time.dateTime = event.at;
  time.title = day(event.at);
  time.textContent = at.toDateString() === new Date().toDateString() ? clock(at) : day(event.at);
  const what = span('what', `${event.event.replaceAll('_', ' ')}${event.count > 1 ? ` ×${whole(event.count)}` : ''}`);
  what.dataset.tone = TONES[event.level] ?? '';
  if (event.count > 1) what.title = `since ${day(event.first)}`;
  made.append(time, what);
  const subject = event.server ?? event.policy;
  if (subject && open) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'link';
    button.textContent = subject;
    button.addEventListener('click', () => open(event));
    made.append(button);
  } else if (subject) {
    made.append(span('way', subject));
  }
  const said = Object.entries(event.fields).filter(([key]) => !HIDDEN.has(key)).map(([key, value]) => `${key} ${value}`).join(' · ');
  if (said) made.append(span('said', said));
  return made;
}

/** @param open called with the event whose subject was chosen; null: subjects are not to be chosen */
export function showEvents(element, events, open, none) {
  const list = document.createElement('ol');
  list.append(...events.slice(0, MOST).map(event => line(event, open)));
  if (events.length === 0) {
    const empty = document.createElement('p');
    empty.className = 'empty';
    empty.textContent = none;
    element.replaceChildren(empty);
  } else {
    element.replaceChildren(list);
  }
}
