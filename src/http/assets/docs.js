// Search, tabs, and forms that try a call. The key stays in the fields: not in storage, a URL or a cookie.

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

// While the reference was one page, its parts had these names: /docs#error-not_found.
const moved = location.pathname === '/docs' ? document.getElementById(location.hash.slice(1)) : null;
if (moved?.matches('li')) location.replace(moved.querySelector('a').href);

// ── Tabs ──

const LANGUAGE = 'docs-language';
const groups = [];

/** Shows a language in every group that has it. */
function choose(title) {
  for (const tabs of groups) {
    if (!tabs.some(({ tab }) => tab.textContent === title)) continue;
    for (const { tab, panel } of tabs) {
      const isChosen = tab.textContent === title;
      tab.setAttribute('aria-selected', isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      panel.hidden = !isChosen;
    }
  }
}

/** Chooses for the whole site. The content above may grow, so the page scrolls to keep the tab under the pointer. */
function chooseHere(tab) {
  const { top } = tab.getBoundingClientRect();
  choose(tab.textContent);
  scrollBy({ top: tab.getBoundingClientRect().top - top, behavior: 'instant' });
  try {
    localStorage.setItem(LANGUAGE, tab.textContent);
  } catch {
    // Without storage the choice is for this page.
  }
}

for (const folded of document.querySelectorAll('.tabs')) {
  const list = element('div', '');
  list.setAttribute('role', 'tablist');
  list.setAttribute('aria-label', 'Language');
  const tabs = [...folded.querySelectorAll('details')].map((details) => {
    const panel = element('div', '');
    panel.append(details.querySelector('figure'));
    const tab = element('button', details.querySelector('summary').textContent);
    tab.type = 'button';
    tab.setAttribute('role', 'tab');
    panel.id = `${panel.querySelector('pre').id}-panel`;
    tab.id = `${panel.id}-tab`;
    tab.setAttribute('aria-controls', panel.id);
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', tab.id);
    tab.addEventListener('click', () => chooseHere(tab));
    return { tab, panel };
  });
  list.append(...tabs.map(({ tab }) => tab));
  list.addEventListener('keydown', ({ key, target }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const at = tabs.findIndex(({ tab }) => tab === target);
    const { tab } = tabs[(at + step + tabs.length) % tabs.length];
    chooseHere(tab);
    tab.focus();
  });
  folded.replaceChildren(list, ...tabs.map(({ panel }) => panel));
  folded.classList.add('live');
  groups.push(tabs);
  choose(tabs[0].tab.textContent);
}
try {
  choose(localStorage.getItem(LANGUAGE));
} catch {
  // The first language it is.
}

// ── Search ──

const dialog = document.querySelector('.search');
const query = dialog.querySelector('input');
const status = dialog.querySelector('output');
const results = dialog.querySelector('ol');
let sections;

/** Sections that have every word, the best first: words in the title, then those of the page, then in the text. */
function find(text) {
  const phrase = text.trim().toLowerCase();
  // "rotate" finds "Rotating".
  const words = (phrase.match(/[\p{L}\p{N}_]+/gu) ?? []).map((word) => word.replace(/(?<=....)(ing|ed|es|s|e)$/, ''));
  if (words.length === 0) return [];
  const score = ([, title, page, body]) => {
    const [name, chapter, rest] = [title, page, body].map((one) => one.toLowerCase());
    let sum = 0;
    for (const word of words) {
      if (name.includes(word)) sum += 8;
      else if (chapter.includes(word)) sum += 3;
      else if (rest.includes(word)) sum += 1;
      else return 0;
    }
    if (name === phrase) sum += 20;
    if (name.includes(phrase)) sum += 4;
    if (rest.includes(phrase)) sum += 4;
    // A chapter before its sections.
    return name === chapter ? sum + 2 : sum;
  };
  return sections
    .map((section) => ({ section, score: score(section) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, 20)
    .map(({ section }) => ({ section, words }));
}

function showFound() {
  const found = find(query.value);
  results.replaceChildren(
    ...found.map(({ section: [path, title, page, body], words }) => {
      const link = element('a', title);
      link.href = path;
      const at = body.lastIndexOf(' ', body.toLowerCase().indexOf(words[0]) - 30) + 1;
      const item = element('li', '');
      item.append(link, element('span', page === title ? '' : page), element('p', body.slice(at, at + 140)));
      return item;
    }),
  );
  status.textContent = query.value.trim() === '' ? '' : `${found.length} found`;
}

async function openSearch() {
  if (!dialog.open) dialog.showModal();
  query.focus();
  try {
    sections ??= await (await fetch('/docs/search.json', { credentials: 'omit' })).json();
    showFound();
  } catch {
    status.textContent = 'The search is not available right now.';
  }
}

/** The field gives the focus back, or the next "/" would be typed into it. */
function closeSearch() {
  query.blur();
  dialog.close();
}

for (const button of document.querySelectorAll('[data-search]')) {
  button.hidden = false;
  button.addEventListener('click', openSearch);
}
addEventListener('keydown', (event) => {
  const isTyping = event.target.closest?.('input, textarea, select');
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  openSearch();
});
query.addEventListener('input', () => sections && showFound());
dialog.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...results.querySelectorAll('a')];
  // Some browsers only empty the field.
  if (event.key === 'Escape') closeSearch();
  if (event.key === 'Enter' && event.target === query) links[0]?.click();
  if (!step || links.length === 0) return;
  event.preventDefault();
  (links[links.indexOf(document.activeElement) + step] ?? query).focus();
});
dialog.addEventListener('click', ({ target }) => {
  if (target === dialog || target.closest('a, [data-close]')) closeSearch();
});

// ── This page as Markdown ──

for (const button of document.querySelectorAll('[data-copy-page]')) {
  const word = button.firstElementChild;
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      const text = await (await fetch(button.dataset.copyPage, { credentials: 'omit' })).text();
      await navigator.clipboard.writeText(text);
      word.textContent = 'Copied';
    } catch {
      word.textContent = 'Not copied';
    }
    setTimeout(() => {
      word.textContent = 'Copy';
    }, 3000);
  });
}

// The menu of small screens closes after a click on a link.
document.querySelector('.menu').addEventListener('click', ({ currentTarget, target }) => {
  if (target.closest('a')) currentTarget.open = false;
});

// The page that is open is in sight in the contents, and the page itself does not move.
const contents = document.querySelector('.contents');
const current = contents.querySelector('[aria-current]');
if (current) contents.scrollTop = current.offsetTop - contents.offsetTop - contents.clientHeight / 2;

// ── Trying a call ──

const keys = document.querySelectorAll('[data-key]');

/** The value of a field; undefined = it is not sent. */
function sentValue(field) {
  const { as, required } = field.dataset;
  if (as === 'files') return field.files.length > 0 ? [...field.files] : undefined;
  if (as === 'list') {
    const values = field.options
      ? [...field.selectedOptions].map(({ value }) => value)
      : field.value.split('\n').filter((line) => line.trim() !== '');
    return values.length > 0 ? values : undefined;
  }
  if (field.value === '' && !(as === 'text' && required !== undefined)) return undefined;
  if (as === 'text') return field.value;
  try {
    return JSON.parse(field.value);
  } catch {
    // Invalid JSON is sent as it is, and the API refuses it.
    return field.value;
  }
}

/** The call that a form describes: its path with variables and query; its body as JSON, or as the fields of a form. */
function callOf(form) {
  const { method, path, body } = form.dataset;
  const query = new URLSearchParams();
  const values = [];
  let url = path;
  for (const field of form.querySelectorAll('[data-in]')) {
    const { in: place, name } = field.dataset;
    const value = sentValue(field);
    if (place === 'path')
      url = url.replace(`{${name}}`, () => encodeURIComponent(field.value.trim() || name.toUpperCase()));
    else if (place === 'query' && value !== undefined) query.set(name, value);
    else if (place === 'body' && value !== undefined) values.push([name, value]);
  }
  if (query.size > 0) url += `?${query}`;
  const hasFile = values.some(([, value]) => value[0] instanceof File);
  if (body === 'form' || (body === 'either' && hasFile)) {
    const toText = (part) => (typeof part === 'object' && !(part instanceof File) ? JSON.stringify(part) : part);
    return {
      method,
      url,
      fields: values.flatMap(([name, value]) => [value].flat().map((part) => [name, toText(part)])),
    };
  }
  return { method, url, json: values.length > 0 ? JSON.stringify(Object.fromEntries(values)) : undefined };
}

/** @param key of the call; it is in the header and nowhere else */
function initOf({ method, fields, json }, key) {
  const headers = { Authorization: `Bearer ${key}` };
  if (json !== undefined) headers['Content-Type'] = 'application/json';
  const form = fields && new FormData();
  for (const [name, value] of fields ?? []) form.append(name, value);
  return { method, headers, body: form ?? json, credentials: 'omit', cache: 'no-store' };
}

/** The call as a line for a shell that has the key in its environment. */
function curlOf({ method, url, fields, json }, origin) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const hasBody = fields !== undefined || json !== undefined;
  return [
    `curl -i ${method === 'GET' || (method === 'POST' && hasBody) ? '' : `-X ${method} `}${quote(origin + url)}`,
    '-H "Authorization: Bearer $JESTHA_API_KEY"',
    ...(json === undefined ? [] : ["-H 'Content-Type: application/json'", `-d ${quote(json)}`]),
    ...(fields ?? []).map(
      ([name, value]) => `-F ${quote(`${name}=${value instanceof File ? `@${value.name}` : value}`)}`,
    ),
  ].join(' \\\n  ');
}

/**
 * `1 second`, `42 seconds`, `5 minutes`, `3 hours`: rounded up, so that a caller who waits that long waits long enough.
 */
function inWords(seconds) {
  const whole = Math.max(1, Math.ceil(seconds));
  const [unit, size] = whole < 100 ? ['second', 1] : whole < 6000 ? ['minute', 60] : ['hour', 3600];
  const count = Math.ceil(whole / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** The limits in the headers of an answer, and the id of the request. */
function notesOf({ headers }) {
  const notes = [];
  const [remaining, limit, reset, retry, id] = [
    'X-RateLimit-Remaining',
    'X-RateLimit-Limit',
    'X-RateLimit-Reset',
    'Retry-After',
    'X-Request-Id',
  ].map((name) => headers.get(name));
  if (remaining !== null) {
    notes.push(`${remaining} of ${limit} requests left; one more in ${inWords(reset - Date.now() / 1000)}`);
  }
  if (retry !== null) notes.push(`Retry in ${inWords(retry)}`);
  if (id !== null) notes.push(`Request ${id}`);
  return notes;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function send(form) {
  const said = form.querySelector('output');
  const shown = form.querySelector('section');
  const button = form.querySelector('[type="submit"]');
  shown.hidden = true;
  said.replaceChildren(element('span', 'Sending …'));
  button.disabled = true;
  const began = performance.now();
  try {
    const call = callOf(form);
    const response = await fetch(call.url, initOf(call, form.querySelector('[data-key]').value.trim()));
    const text = await response.text();
    const took = Math.round(performance.now() - began);
    const status = element('strong', `${response.status} ${response.statusText}`.trim());
    status.className = response.ok ? 'ok' : 'refused';
    said.replaceChildren(
      status,
      element('span', `${took} ms`),
      ...notesOf(response).map((note) => element('span', note)),
    );
    shown.firstElementChild.textContent = pretty(text) || 'No body.';
    shown.hidden = false;
  } catch {
    said.replaceChildren(element('strong', 'No answer. Is the network there, and the key in plain ASCII?'));
  } finally {
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll('.try form')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(form);
  });
  form.querySelector('[data-show]').addEventListener('change', ({ target }) => {
    form.querySelector('[data-key]').type = target.checked ? 'text' : 'password';
  });
  const showCurl = () => {
    form.querySelector('[data-curl]').textContent = curlOf(callOf(form), form.dataset.origin);
  };
  form.addEventListener('input', showCurl);
  showCurl();
  // Shown last: a form that could be sent without us would be sent as a page.
  form.parentElement.hidden = false;
}

// One key for all forms.
for (const key of keys) {
  key.addEventListener('input', () => {
    for (const other of keys) other.value = key.value;
  });
}
addEventListener('pagehide', () => {
  for (const key of keys) key.value = '';
});
