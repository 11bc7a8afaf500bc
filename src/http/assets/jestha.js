// Comfort only: every page works without this file.

for (const button of document.querySelectorAll('[data-copy]')) {
  const word = button.firstElementChild;
  let reset;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      word.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(source);
      word.textContent = 'Selected';
    }
    clearTimeout(reset);
    reset = setTimeout(() => {
      word.textContent = 'Copy';
    }, 3000);
  });
}

for (const button of document.querySelectorAll('[data-shows]')) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener('click', () => {
    const isShown = field.type === 'text';
    field.type = isShown ? 'password' : 'text';
    button.setAttribute('aria-pressed', String(!isShown));
  });
  // Browsers offer to keep the content of a password field when it is sent.
  field.form.addEventListener('submit', () => {
    field.type = 'password';
  });
}

// Times are shown in the zone of the reader; a tooltip shows UTC.
const zoned = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});
for (const time of document.querySelectorAll('time:not([title])')) {
  time.title = time.textContent;
  time.textContent = zoned.format(new Date(time.dateTime));
}

// Touch screens show no tooltips: the column under the finger shows its figures above the chart.
for (const chart of document.querySelectorAll('figure.chart')) {
  const say = ({ target }) => {
    chart.querySelector('.readout').textContent = target.closest('g')?.querySelector('title').textContent ?? '';
  };
  for (const type of ['pointerover', 'pointerdown']) chart.querySelector('svg').addEventListener(type, say);
}

// A date belongs to one of several choices: typing it chooses that one, and another choice clears it.
for (const field of document.querySelectorAll('[data-chooses]')) {
  const choices = field.closest('fieldset').querySelectorAll('[type=radio]');
  field.addEventListener('input', () => {
    for (const choice of choices) if (choice.value === field.dataset.chooses) choice.checked = true;
  });
  for (const choice of choices) {
    choice.addEventListener('change', () => {
      if (choice.value !== field.dataset.chooses) field.value = '';
    });
  }
}

// A page that shows a key must show nothing when the browser brings it back from its memory.
addEventListener('pagehide', () => {
  for (const secret of document.querySelectorAll('[data-secret]')) secret.remove();
});
