import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browsing } from '../support/browser/browsing.ts';
import { visitAll } from '../support/browser/visits.ts';

const { resolve } = createRequire(import.meta.url);
const AXE = readFileSync(resolve('axe-core/axe.min.js'), 'utf8');

const here = browsing();

/**
 * The faults that axe-core finds on the page, each with its elements.
 *
 * @param rules all of them unless named
 */
async function violations(page: Page, ...rules: string[]): Promise<string[]> {
  // The nodes of rules that pass are not gathered.
  const options = {
    resultTypes: ['violations'],
    ...(rules.length > 0 && { runOnly: { type: 'rule', values: rules } }),
  };
  const { violations: found } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`);
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${page.url()} ${id}: ${target.join(' ')}`));
}

async function isWiderThanScreen(page: Page): Promise<boolean> {
  return await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}

/** Borders of fields that are hard to see (WCAG 2.2, 1.4.11), and targets that are hard to hit (2.5.8). */
async function faultsOfControls(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`(() => {
    const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
    const luminance = (color) => {
      const [r, g, b] = numbers(color).map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      const color = getComputedStyle(element).backgroundColor;
      return (numbers(color)[3] ?? 1) === 1 || !element.parentElement ? color : behind(element.parentElement);
    };
    const contrast = (one, other) => {
      const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
      return (light + 0.05) / (dark + 0.05);
    };
    const found = [];
    const all = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
    const say = (element, what) => found.push(location.pathname + ' ' + element.tagName + ' ' + (element.name || element.textContent) + ' ' + what);
    for (const field of all('input:not([type=hidden]), select, textarea')) {
      const ratio = contrast(getComputedStyle(field).borderTopColor, behind(field.parentElement));
      if (ratio < 3) say(field, 'border ' + ratio.toFixed(2));
    }
    for (const target of all('button, summary, select, textarea, nav a, a.button, label.choice, input:not([type=hidden], [type=checkbox], [type=radio])')) {
      const { width, height } = target.getBoundingClientRect();
      if (Math.min(width, height) < 24) say(target, width.toFixed(0) + ' by ' + height.toFixed(0));
    }
    return found;
  })()`);
}

/** Faults of the page in light and dark, on a desk and on a phone; pages that take long to load are faults, too. */
async function faults(page: Page): Promise<string[]> {
  const found: string[] = [];
  const kib = Buffer.byteLength(await page.content()) / 1024;
  if (kib > (page.url().includes('/docs') ? 60 : 30)) found.push(`${page.url()} has ${kib.toFixed(0)} KiB of HTML`);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    // The new size is laid out with the next frame.
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    if (await isWiderThanScreen(page)) found.push(`${page.url()} is wider than ${width} pixels`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  // Evaluated by the debugger, which the page's CSP does not bind.
  await page.evaluate(AXE);
  found.push(...(await violations(page)), ...(await faultsOfControls(page)));
  // Between the two only colours differ.
  await page.emulateMedia({ colorScheme: 'dark' });
  const inDark = [
    ...(await violations(page, 'color-contrast', 'link-in-text-block')),
    ...(await faultsOfControls(page)),
  ];
  found.push(...inDark.map((fault) => `dark: ${fault}`));
  return found;
}

test('every page passes axe-core and fits the width of the screen', { timeout: 240_000 }, async () => {
  // Without transitions, which would show the colours of a moment between light and dark.
  const page = await (await here.browser.newContext({ reducedMotion: 'reduce' })).newPage();
  const found: string[] = [];
  let looked = 0;
  await visitAll(page, here.site, async () => {
    found.push(...(await faults(page)));
    looked += 1;
  });
  expect(found).toEqual([]);
  expect(looked).toBe(74);
});
