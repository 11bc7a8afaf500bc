import {
  ACTIVE_KEYS_PER_ACCOUNT,
  CREATIONS_PER_DAY,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
} from '../../config/limits.ts';
import { grouped } from '../../lib/grouped.ts';
import type { RequestContext } from '../request/request-context.ts';
import { reply } from '../response/reply.ts';
import { Copyable } from './components/copyable.tsx';
import { Layout, VISITOR_LINKS } from './layout.tsx';
import { type Asset, isApiHost } from './page.ts';
import { type Markup, redirect, render } from './render.ts';

const curlOf = (apiOrigin: string) => `curl ${apiOrigin}/api/posts \\
  -H "Authorization: Bearer $JESTHA_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"content": "Hello from my service"}'`;

function HomePage({ apiOrigin }: { readonly apiOrigin: string }): Markup {
  return (
    <Layout title="API" nav={VISITOR_LINKS}>
      <section class="hero">
        <div>
          <h1>Let your tools post on Jestha for you</h1>
          <p class="lead">
            Jestha is a social network for short posts, called Jes. Give a service an API key, and it posts, comments
            and reads as you: a scheduler, a bot, your own script.
          </p>
          <p class="actions">
            <a class="button" href="/sign-up">
              Sign up
            </a>
            <a class="button secondary" href="/docs/quickstart">
              Read the quickstart
            </a>
          </p>
        </div>
        <Copyable id="first-call" text={curlOf(apiOrigin)} what="the example" />
      </section>
      <section class="cards" aria-labelledby="why">
        <h2 id="why">You keep control</h2>
        <article>
          <h3>One key for each service</h3>
          <p>
            Up to {ACTIVE_KEYS_PER_ACCOUNT} keys. Each has its own permissions, allowed IP addresses and expiry, and is
            shown once.
          </p>
        </article>
        <article>
          <h3>See what each key does</h3>
          <p>
            Requests by hour, addresses, failed calls, and everything that was posted with the key. Delete all of it
            with one button.
          </p>
        </article>
        <article>
          <h3>Stop a key at once</h3>
          <p>A revoked key is refused from the next request on. A key that is found in public is revoked by us.</p>
        </article>
        <article>
          <h3>Limits that are written down</h3>
          <p>
            {REQUESTS_PER_MINUTE} requests a minute and {grouped(REQUESTS_PER_DAY)} in 24 hours per key,{' '}
            {grouped(CREATIONS_PER_DAY)} posts a day per account. <a href="/docs/limits">All limits</a>
          </p>
        </article>
      </section>
      <section aria-labelledby="build">
        <h2 id="build">Build with it</h2>
        <ul>
          <li>
            <a href="/docs">Guide and reference</a>, with samples for curl, Node, TypeScript, Python, PHP and Go
          </li>
          <li>
            <a href="/docs/webhooks">Webhooks</a>: signed events when somebody comments or a key is revoked
          </li>
          <li>
            <a href="/docs/many-users">Services with many users</a>: one key for each of them
          </li>
          <li>
            <a href="/openapi.json">OpenAPI 3.1</a> and <a href="/llms.txt">llms.txt</a> for tools
          </li>
        </ul>
      </section>
    </Layout>
  );
}

/**
 * The root of both hosts. People get the home page, on the host of the API the reference; callers get the addresses to
 * begin with. It looks up no session.
 */
export const getRoot: Asset = {
  method: 'GET',
  path: '/',
  access: 'asset',
  handle(context) {
    const { apiOrigin, webOrigin } = context.ctx.ports;
    const vary = { Vary: 'Accept' };
    if (wantsHtml(context)) {
      if (isApiHost(context)) return redirect(context, '/docs', vary);
      return render(context, 200, <HomePage apiOrigin={apiOrigin} />, vary);
    }
    const body = {
      docs: `${apiOrigin}/docs`,
      openapi: `${apiOrigin}/openapi.json`,
      apiKeys: `${webOrigin}/settings/api-access`,
    };
    return reply(context, 200, body, vary);
  },
};

const wantsHtml = ({ c }: RequestContext) => (c.req.raw.headers.get('Accept') ?? '').includes('text/html');
