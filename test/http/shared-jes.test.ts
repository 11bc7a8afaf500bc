import { beforeAll, describe, expect, test } from 'vitest';
import { open, textOf } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { newUsername } from '../support/app/names.ts';
import { newPerson } from '../support/app/people.ts';
import { newComment, newPost } from '../support/app/posts.ts';
import { rowsOf } from '../support/database/database.ts';

const harness = new Harness();
const html = async (path: string, cookie?: string) => await (await open(harness, path, cookie)).text();
let ada: Awaited<ReturnType<typeof newPerson>>;
beforeAll(async () => {
  ada = await newPerson(harness);
});

describe('the words of a Jes on its page', () => {
  test('have links, mentions of accounts and marked hashtags', async () => {
    const content = `See example.com/a?b=1&c=2 with @${ada.username.toUpperCase()} and @${newUsername()} #foxes`;
    const { id } = await newPost(harness, ada, { content });
    const page = await html(`/post/${id}`);
    expect(page).toContain(
      '<a href="https://example.com/a?b=1&amp;c=2" rel="nofollow noopener ugc">example.com/a?b=1&amp;c=2</a>',
    );
    expect(page).toContain(`<a href="/@${ada.username}">@${ada.username.toUpperCase()}</a>`);
    expect(page).toContain('<span class="hashtag">#foxes</span>');
    // One of the two is the author.
    expect(page.match(/<a [^>]*href="\/@/g)).toHaveLength(2);
  });

  test('are text, whatever they hold', async () => {
    const content = '<img src=x onerror=alert(1)> javascript:alert(1) "quoted" https://a.example/"onmouseover="x';
    const { id } = await newPost(harness, ada, { content });
    const page = await html(`/post/${id}`);
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain('"onmouseover');
    expect(page).not.toMatch(/href="javascript:/i);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  test('of a comment have links and a permalink', async () => {
    const { id } = await newPost(harness, ada);
    const comment = await newComment(harness, ada, id, { content: 'Look: https://example.com/x' });
    const page = await html(`/post/${id}`);
    expect(page).toContain(`<li id="comment-${comment.id}"`);
    expect(page).toContain(`href="#comment-${comment.id}"`);
    expect(page).toContain('<a href="https://example.com/x" rel="nofollow noopener ugc">https://example.com/x</a>');
  });
});

describe('a Jes on its page', () => {
  test('says who sees it and how often it was liked, commented on and bounced', async () => {
    const { id } = await newPost(harness, ada, { visibility: 'FOLLOWERS' });
    await harness.fetch(`/api/posts/${id}/like`, { method: 'POST', cookie: ada.cookie });
    const text = await textOf(await open(harness, `/post/${id}`, ada.cookie));
    expect(text).toContain('1 like · 0 comments · 0 bounces');
    expect(text).toContain('For followers');
  });

  test('tells votes of a poll in percent', async () => {
    const poll = { options: ['Yes', 'No', 'Maybe'], durationHours: 24, multiple: true };
    const jes = await newPost(harness, ada, { content: 'Well?', poll });
    const [yes, no] = jes.poll?.options ?? [];
    const body = { optionIds: [yes?.id, no?.id] };
    await expect(await harness.fetch(`/api/posts/${jes.id}/poll/votes`, { cookie: ada.cookie, body })).toHaveStatus(
      200,
    );
    const text = await textOf(await open(harness, `/post/${jes.id}`));
    expect(text).toContain('Yes 50 % (1 vote)');
    expect(text).toContain('Maybe 0 % (0 votes)');
  });

  test('a bounce shows who bounced it, and the original with its own permalink', async () => {
    const original = await newPost(harness, ada, { content: 'The original' });
    const other = await newPerson(harness);
    const response = await harness.fetch(`/api/posts/${original.id}/bounce`, { method: 'POST', cookie: other.cookie });
    const { id } = (await response.json()) as { id: string };
    const page = await html(`/post/${id}`);
    expect(await textOf(await open(harness, `/post/${id}`))).toMatch(/@\w+ bounced .*The original/);
    expect(page).toContain(`href="/post/${original.id}"`);
    expect(page).toContain(`<meta property="og:description" content="The original"/>`);
  });

  test('the comments after the first page lead back to it', async () => {
    const { id } = await newPost(harness, ada);
    for (let i = 0; i < 21; i++) await newComment(harness, ada, id, { content: `Comment ${i}` });
    const [, later = ''] = /href="([^"]+cursor=[^"]+)"/.exec(await html(`/post/${id}`)) ?? [];
    expect(later).toMatch(/^\/post\//);
    const page = await html(later);
    expect(page).toContain(`<a href="/post/${id}#comments">Back to the first comments</a>`);
  });
});

describe('link metadata for other services', () => {
  test('a public Jes: title with Jestha once, description, address, oEmbed', async () => {
    const content = `${'Long words '.repeat(30)}"<end>"`;
    const { id } = await newPost(harness, ada, { content });
    const page = await html(`/post/${id}`);
    const [, title = ''] = /<title>(.*?)<\/title>/.exec(page) ?? [];
    expect(title.match(/Jestha/g)).toHaveLength(1);
    expect(title).toMatch(/: Long words .*… · Jestha$/);
    expect(page).toContain(`<link rel="canonical" href="https://jestha.com/post/${id}"/>`);
    expect(page).toContain(`<meta property="og:url" content="https://jestha.com/post/${id}"/>`);
    expect(page).toContain('<meta property="og:site_name" content="Jestha"/>');
    expect(page).toContain('<meta name="twitter:card" content="summary"/>');
    expect(page).toContain(
      `<link rel="alternate" type="application/json+oembed" href="https://jestha.com/oembed?url=${encodeURIComponent(`https://jestha.com/post/${id}`)}"`,
    );
    const response = await harness.fetch(`/oembed?url=${encodeURIComponent(`https://jestha.com/post/${id}`)}`);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(await answerOf(response)).toEqual({
      status: 200,
      body: {
        type: 'link',
        version: '1.0',
        title: expect.stringMatching(/: Long words .*…$/),
        author_name: expect.any(String),
        author_url: `https://jestha.com/@${ada.username}`,
        provider_name: 'Jestha',
        provider_url: 'https://jestha.com',
        cache_age: 300,
      },
    });
  });

  test('a JesClip: its video', async () => {
    const { id, video } = await newJesClip(harness, ada);
    const page = await html(`/jesclip/${id}`);
    expect(page).toContain(`<meta property="og:video" content="${video.url}"/>`);
    const { body } = await answerOf(
      await harness.fetch(`/oembed?url=${encodeURIComponent(`https://jestha.com/jesclip/${id}`)}`),
    );
    expect(body).toMatchObject({ type: 'link', author_url: `https://jestha.com/@${ada.username}` });
  });

  test('none for a Jes that is not public, even for viewers who may see it', async () => {
    const { id } = await newPost(harness, ada, { content: 'A secret', visibility: 'PRIVATE' });
    expect(await html(`/post/${id}`)).not.toContain('secret');
    expect(await html(`/post/${id}`, ada.cookie)).not.toContain('og:');
    const address = encodeURIComponent(`https://jestha.com/post/${id}`);
    expect((await answerOf(await harness.fetch(`/oembed?url=${address}`))).status).toBe(404);
  });

  test.each([
    ['no address', '', 'url'],
    ['an address of another site', '?url=https://evil.example/post/01HK153X000000000000000000', 'url'],
    ['text that is no address', '?url=%00%ff', 'url'],
    ['XML', '?url=https://jestha.com/post/01HK153X000000000000000000&format=xml', 'format'],
  ])('oEmbed refuses %s', async (_, query, path) => {
    const { status, body } = await answerOf(await harness.fetch(`/oembed${query}`));
    expect([status, body]).toEqual([
      400,
      expect.objectContaining({ code: 'invalid_request', details: [expect.objectContaining({ path })] }),
    ]);
  });

  test.each([
    '/',
    '/post/none',
    '/settings/api-access',
    '/post/01HK153X000000000000000000/x',
  ])('oEmbed knows nothing at %s', async (path) => {
    const address = encodeURIComponent(`https://jestha.com${path}`);
    await expect(await harness.fetch(`/oembed?url=${address}`)).toHaveStatus(404);
  });
});

describe('the page of an account', () => {
  test('shows name, username, bio and totals, in any case of the username', async () => {
    await rowsOf(
      harness,
      `UPDATE accounts SET bio = 'Writes https://example.com', total_followers = 1234 WHERE id = '${ada.id}'`,
    );
    const text = await textOf(await open(harness, `/@${ada.username.toUpperCase()}`));
    expect(text).toContain(`@${ada.username}`);
    expect(text).toContain('Writes https://example.com');
    expect(text).toContain('Followers 1,234');
  });

  test('of a private account shows its name alone', async () => {
    const bea = await newPerson(harness);
    await rowsOf(harness, `UPDATE accounts SET bio = 'Hidden words', is_private = true WHERE id = '${bea.id}'`);
    const text = await textOf(await open(harness, `/@${bea.username}`));
    expect(text).toContain('This account is private.');
    expect(text).not.toContain('Hidden words');
    expect(text).not.toContain('Followers');
  });

  test('is 404 for unknown and for invalid usernames', async () => {
    const response = await open(harness, `/@${newUsername()}`);
    expect([response.status, await textOf(response)]).toEqual([404, expect.stringContaining('No such account')]);
    for (const path of ['/@', '/@ab', `/@${'a'.repeat(31)}`, '/@%00', '/@a-b-c', "/@ada'--"]) {
      await expect(await open(harness, path)).toHaveStatus(404);
    }
  });
});
