import { describe, expect, test } from 'vitest';
import { open, textOf } from '../support/app/forms.ts';
import { Harness } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { newPerson } from '../support/app/people.ts';
import { newComment } from '../support/app/posts.ts';
import { pathOf } from '../support/app/uploads.ts';

describe('GET /post/:id', () => {
  async function post(harness: Harness, content: string, visibility = 'PUBLIC') {
    const person = await newPerson(harness);
    const key = await harness.newKey({ account: person, label: 'A <b>label</b>' });
    const created = await harness.fetch('/api/posts', { key: key.key, body: { content, visibility } });
    const { id } = (await created.json()) as { id: string };
    return { person, path: `/post/${id}` };
  }

  test('shows a Jes to everybody, with what it was posted through, and its text as text', async () => {
    const harness = new Harness();
    const { path, person } = await post(harness, 'Hello\n<img src=x onerror=alert(1)> & "you"');
    const response = await open(harness, path);
    await expect(response).toHaveStatus(200);
    const html = await response.clone().text();
    expect(html).toContain('Hello\n&lt;img src=x onerror=alert(1)&gt; &amp; &quot;you&quot;');
    expect(html).toContain('<span class="via">via <bdi>A &lt;b&gt;label&lt;/b&gt;</bdi></span>');
    expect(await textOf(response)).toContain(`Zoë 🦊 @${person.username} Hello`);
  });

  test.each(['PRIVATE', 'FOLLOWERS'])('shows %s to its author and to nobody else', async (visibility) => {
    const harness = new Harness();
    const { path, person } = await post(harness, 'Mine', visibility);
    const stranger = await newPerson(harness);
    await expect(await open(harness, path, person.cookie)).toHaveStatus(200);
    for (const cookie of [undefined, stranger.cookie]) {
      const response = await open(harness, path, cookie);
      await expect(response).toHaveStatus(404);
      expect(await textOf(response)).not.toContain('Mine');
    }
  });

  test('shows what was bounced, a poll, and comments a page at a time, replies under what they answer', async () => {
    const harness = new Harness();
    const { key, username } = await harness.newKey({ label: 'Bot' });
    const write = async (path: string, body: unknown) => {
      const response = await harness.fetch(path, { key, body });
      await expect(response).toHaveStatus(201);
      return (await response.json()) as { id: string };
    };
    const poll = { options: ['Yes', 'No'], durationHours: 1 };
    const original = await write('/api/posts', { content: 'Tea?', poll });
    const quote = await write(`/api/posts/${original.id}/bounce`, { content: 'Look' });
    const first = await write(`/api/posts/${quote.id}/comments`, { content: 'First <b>' });
    for (let i = 2; i <= 20; i++) await write(`/api/posts/${quote.id}/comments`, { content: `Comment ${i}` });
    harness.now += 1_000;
    await write(`/api/posts/${quote.id}/comments`, { content: 'A reply', parentId: first.id });
    const response = await open(harness, `/post/${quote.id}`);
    const html = await response.clone().text();
    const text = await textOf(response);
    const by = `${username} @${username}`;
    expect(text).toContain(
      `${by} quoted Look ${by} Tea? Yes 0 % (0 votes) No 0 % (0 votes) 0 votes, ends in 60 minutes`,
    );
    expect(text).toContain(`${by} just now via Bot First <b>`);
    expect(html).not.toContain('First <b>');
    expect(text).not.toContain('A reply');
    const [, next = ''] = /href="([^"]+)">Later comments/.exec(html) ?? [];
    const later = await open(harness, next);
    expect(await later.text()).toMatch(
      /<li id="comment-\w+" class="reply">.*<p class="content" dir="auto">A reply<\/p>/,
    );
    await expect(await open(harness, `/post/${quote.id}?cursor=made-up`)).toHaveStatus(400);
  });

  test('of what is none is 404', async () => {
    for (const id of ['01HK153X000000000000000000', 'x', '%00', '%ED%A0%80']) {
      await expect(await open(new Harness(), `/post/${id}`)).toHaveStatus(404);
    }
  });
});

describe('GET /jesclip/:id', () => {
  test('shows a JesClip to everybody: its video, its caption as text, what it was posted through, comments', async () => {
    const harness = new Harness();
    const person = await newPerson(harness);
    const key = await harness.newKey({ account: person, label: 'A <b>label</b>' });
    const clip = await newJesClip(harness, key, { caption: 'Look\n<img src=x> & "you"' });
    const first = await newComment(harness, key, clip.id, { content: 'First <b>' }, '/api/jesclips');
    for (let i = 2; i <= 20; i++) await newComment(harness, person, clip.id, {}, '/api/jesclips');
    harness.now += 1_000;
    await newComment(harness, person, clip.id, { content: 'A reply', parentId: first.id }, '/api/jesclips');
    const response = await open(harness, `/jesclip/${clip.id}`);
    await expect(response).toHaveStatus(200);
    const html = await response.clone().text();
    expect(html).toContain(`<video src="${pathOf(clip.video.url)}" aria-label="Video by Zoë 🦊" controls=""`);
    expect(html).toContain('Look\n&lt;img src=x&gt; &amp; &quot;you&quot;');
    expect(html).toContain('<span class="via">via <bdi>A &lt;b&gt;label&lt;/b&gt;</bdi></span>');
    expect(html).toContain('First &lt;b&gt;');
    expect(html).not.toContain('A reply');
    const [, next = ''] = /href="(\/jesclip\/[^"]+)">Later comments/.exec(html) ?? [];
    expect(await (await open(harness, next)).text()).toMatch(
      /<li id="comment-\w+" class="reply">.*<p class="content" dir="auto">A reply<\/p>/,
    );
    await expect(await open(harness, `/jesclip/${clip.id}?cursor=made-up`)).toHaveStatus(400);
  });

  test.each(['PRIVATE', 'FOLLOWERS'])('shows %s to its author and to nobody else', async (visibility) => {
    const harness = new Harness();
    const [person, stranger] = [await newPerson(harness), await newPerson(harness)];
    const { id, video } = await newJesClip(harness, person, { caption: 'Mine', visibility });
    const { pathname } = new URL(video.url);
    expect(await (await open(harness, `/jesclip/${id}`, person.cookie)).text()).toContain(`${pathname}?expires=`);
    for (const cookie of [undefined, stranger.cookie]) {
      const response = await open(harness, `/jesclip/${id}`, cookie);
      await expect(response).toHaveStatus(404);
      expect(await textOf(response.clone())).toContain('No such JesClip');
      expect(await response.text()).not.toMatch(/Mine|\/media\//);
    }
  });

  test('of what is none is 404', async () => {
    for (const id of ['01HK153X000000000000000000', 'x', '%00']) {
      await expect(await open(new Harness(), `/jesclip/${id}`)).toHaveStatus(404);
    }
  });
});
