// Forms that try a call. The key stays in the fields: no storage, no URL, no cookie beside it.

const keys = document.querySelectorAll('[data-key]');

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** The request that a form describes: its path with variables and query, its body. */
function requestOf(form) {
  const { method, path } = form.dataset;
  const headers = { Authorization: `Bearer ${form.querySelector('[data-key]').value.trim()}` };
  const query = new URLSearchParams();
  const fields = new FormData();
  let url = path;
  let body;
  for (const field of form.querySelectorAll('[data-in]')) {
    const { in: where, name } = field.dataset;
    if (where === 'path') url = url.replace(`{${name}}`, () => encodeURIComponent(field.value.trim()));
    if (where === 'query' && field.value !== '') query.set(name, field.value);
    if (where === 'json' && field.value.trim() !== '') {
      headers['Content-Type'] = 'application/json';
      body = field.value;
    }
    if (where === 'form') {
      const value = field.files ? field.files[0] : field.value;
      if (value) fields.append(name, value);
      body = fields;
    }
  }
  if (query.size > 0) url += `?${query}`;
  return [url, { method, headers, body, credentials: 'omit', cache: 'no-store' }];
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
    const response = await fetch(...requestOf(form));
    const text = await response.text();
    const took = Math.round(performance.now() - began);
    const status = element('strong', `${response.status} ${response.statusText}`.trim());
    status.className = response.ok ? 'ok' : 'refused';
    said.replaceChildren(status, element('span', `${took} ms`));
    for (const name of [
      'X-RateLimit-Remaining',
      'X-RateLimit-Limit',
      'X-RateLimit-Reset',
      'Retry-After',
      'X-Request-Id',
    ]) {
      const value = response.headers.get(name);
      if (value !== null) said.append(element('span', `${name}: ${value}`));
    }
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

// The menu of small screens closes behind the link that was followed.
document.querySelector('.menu').addEventListener('click', ({ currentTarget, target }) => {
  if (target.closest('a')) currentTarget.open = false;
});

// The contents say where one is.
const links = new Map([...document.querySelectorAll('.contents a')].map((link) => [link.hash.slice(1), link]));
const watcher = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      document.querySelector('.contents [aria-current]')?.removeAttribute('aria-current');
      const link = links.get(target.id);
      link.setAttribute('aria-current', 'true');
      link.scrollIntoView({ block: 'nearest' });
    }
  },
  { rootMargin: '-20% 0px -75%' },
);
for (const section of document.querySelectorAll('section[id]')) if (links.has(section.id)) watcher.observe(section);
