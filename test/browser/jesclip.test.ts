import { expect, test } from 'vitest';
import { clipForm, MP4, WEBM } from '../support/app/jesclips.ts';
import { browsing } from '../support/browser/browsing.ts';
import { generateByForm, signUpByForm } from '../support/browser/visitor.ts';

const here = browsing();

/** Plays the video of a page to its end: the result is its size, or its error. */
const PLAYED = `new Promise((resolve) => {
  const video = document.querySelector('video');
  const tell = () => resolve(video.error ? video.error.message : video.videoWidth + ' × ' + video.videoHeight);
  video.onended = video.onerror = tell;
  video.muted = true;
  if (video.error) tell();
  else video.play().catch(tell);
})`;

test.each([
  ['MP4', MP4],
  ['WebM', WEBM],
])('a JesClip of an %s plays on its page for its audience', async (_, file) => {
  const page = await (await here.browser.newContext()).newPage();
  await signUpByForm(page, here.site.origin);
  const wish = { label: 'Recorder', may: ['Post and edit JesClips'], expiry: 'Never' };
  const { key } = await generateByForm(page, here.site.origin, wish);
  const response = await fetch(`${here.site.origin}/api/jesclips`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}` },
    body: clipForm({ caption: 'Only for me', visibility: 'PRIVATE' }, [file]),
  });
  const { url } = (await response.json()) as { url: string };
  await page.goto(url);
  await page.getByRole('article').getByText('Only for me').waitFor();
  await page.getByText('via Recorder').waitFor();
  expect(await page.evaluate(PLAYED)).toBe('32 × 16');

  const stranger = await (await here.browser.newContext()).newPage();
  await stranger.goto(url);
  await stranger.getByRole('heading', { name: 'No such JesClip' }).waitFor();
});
