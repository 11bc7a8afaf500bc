import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Jes } from '../../src/domain/posts/index.ts';
import { browsing } from '../support/browser/browsing.ts';
import { signUpByForm } from '../support/browser/visitor.ts';
import { MEDIA_FILES, PHOTO_WITH_GPS } from '../support/media/media-files.ts';

const here = browsing();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jestha-uploads-'));
  for (const { name, bytes } of MEDIA_FILES) writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, 'upright.jpg'), PHOTO_WITH_GPS);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a form of the site uploads files, which the permalink shows', async () => {
  const context = await here.browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await signUpByForm(page, here.site.origin);

  // A form as one of our pages could have it.
  const form =
    '<form method="post" action="/api/posts" enctype="multipart/form-data"><textarea name="content">Grüße</textarea>' +
    '<input type="file" name="media" multiple><input name="alt"><input name="alt" value="“A” fox &amp;amp; a &lt;wall&gt;"><button>Send</button></form>';
  await page.evaluate(`document.body.innerHTML = ${JSON.stringify(form)}`);
  const names = ['upright.jpg', ...MEDIA_FILES.map(({ name }) => name)];
  await page.setInputFiles(
    'input',
    names.map((name) => join(folder, name)),
  );
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/api/posts')),
    page.click('button'),
  ]);
  expect(answer.status()).toBe(201);
  const jes = JSON.parse((await page.textContent('body')) ?? '') as Jes;
  expect(jes.content).toBe('Grüße');
  expect(jes.media.map(({ mimeType }) => mimeType)).toEqual([
    'image/jpeg',
    ...MEDIA_FILES.map(({ mimeType }) => mimeType),
  ]);

  await page.goto(new URL(jes.url).pathname.replace(/^/, here.site.origin));
  const shown = (await page.evaluate(`Promise.all(
    Array.from(document.querySelectorAll('article img'), async (image) => {
      image.loading = 'eager';
      await image.decode();
      return [image.naturalWidth, image.naturalHeight, image.alt];
    }))`)) as [number, number, string][];
  const [, , first] = shown[0] ?? [];
  expect(first).toMatch(/^Image 1 of 9 by /);
  expect(shown[1]?.[2]).toBe('“A” fox &amp; a <wall>');
  expect(shown.map(([width, height]) => [width, height])).toEqual([
    [16, 32],
    [32, 16],
    [32, 16],
    [32, 16],
    [32, 16],
  ]);

  // The videos that this browser can decode: it is built without the codecs that need a licence.
  const videos = (await page.evaluate(`Promise.all(
    Array.from(document.querySelectorAll('article video'), (video) => new Promise((resolve) => {
      const answer = () => resolve([video.src.replace(/.*\\./, ''), video.videoWidth, video.videoHeight]);
      if (video.readyState > 0 || video.error) answer();
      video.addEventListener('loadedmetadata', answer);
      video.addEventListener('error', answer);
    })))`)) as [string, number, number][];
  expect(videos.filter(([type]) => type !== 'mpg')).toEqual([
    ['mp4', 32, 16],
    ['mov', 32, 16],
    ['webm', 32, 16],
  ]);

  // The page is no wider than a phone, and axe finds no fault.
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as { violations: { id: string }[] };
  expect(violations.map(({ id }) => id)).toEqual([]);
  await context.close();
});
