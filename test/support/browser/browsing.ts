import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser } from './browser.ts';
import { type Site, startSite } from './site.ts';

/** A browser and the site, for all tests of a file. */
export interface Browsing {
  browser: Browser;
  site: Site;
}

/** Starts both before the tests of a file, and ends them after. */
export function browsing(): Browsing {
  const started = {} as Browsing;
  beforeAll(async () => {
    [started.browser, started.site] = await Promise.all([launchBrowser(), startSite()]);
  });
  afterAll(async () => {
    await started.browser.close();
    await started.site.close();
  });
  return started;
}
