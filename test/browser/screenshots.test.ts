import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browsing } from '../support/browser/browsing.ts';
import { visitAll } from '../support/browser/visits.ts';
import { ROOT } from '../support/worker/bundle.ts';

const here = browsing();
const FOLDER = join(ROOT, '.screenshots');
const WIDTHS = [1280, 390];
const SCHEMES = ['light', 'dark'] as const;

/** Takes a page at each width in each colour scheme, as `.screenshots/{width}-{scheme}/{number} {name}.png`. */
async function take(page: Page, file: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(FOLDER, `${width}-${colorScheme}`, file), fullPage: true });
    }
  }
}

test('every page and state leaves its pictures', { timeout: 600_000 }, async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  const page = await (await here.browser.newContext({ reducedMotion: 'reduce' })).newPage();
  const names: string[] = [];
  await visitAll(page, here.site, async (name) => {
    names.push(name);
    await take(page, `${String(names.length).padStart(2, '0')} ${name.replace(/[^a-z0-9 ?=-]+/gi, '-')}.png`);
  });
  expect(new Set(names).size).toBe(names.length);
});
