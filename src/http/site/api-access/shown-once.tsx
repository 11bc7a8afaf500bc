import { ApiError } from '../../../domain/api-error.ts';
import { type ApiKey, readApiKey, revealKey } from '../../../domain/keys/index.ts';
import { isId } from '../../../lib/id.ts';
import type { Person } from '../../api/endpoint.ts';
import { pathParam } from '../../request/path-param.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { Copyable } from '../components/copyable.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { type Markup, redirect, render } from '../render.ts';
import { FamilyWarning } from './allowlist-help.tsx';
import { KeyFacts } from './components/key-facts.tsx';
import { clearRevealCookie, readRevealCookie } from './reveal-cookie.ts';

/** A call that this very key may make. */
function curlLine(apiOrigin: string, apiKey: ApiKey, key: string): string {
  if (!apiKey.scopes.includes('write:jes')) return `curl ${apiOrigin}/api/auth/me -H 'Authorization: Bearer ${key}'`;
  const body = `{"content":"Hello from my service","visibility":"PUBLIC"}`;
  return `curl ${apiOrigin}/api/posts -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' -d '${body}'`;
}

function ShownOncePage(props: {
  readonly person: Person;
  readonly apiKey: ApiKey;
  readonly apiKeyText: string;
  readonly apiOrigin: string;
}): Markup {
  const { person, apiKey, apiKeyText, apiOrigin } = props;
  return (
    <Layout title="Your new key" viewer={person} section="api-access">
      <section class="narrow" data-secret>
        <h1>Store this key now</h1>
        <p class="alert">We show this key once: we store only its hash. Whoever has the key can act as you.</p>
        <Copyable id="key" text={apiKeyText} what="the key" />
        <form method="post" action={`/settings/api-access/${apiKey.id}/key`}>
          <button type="submit">I have stored it</button>
        </form>
        <h2>Line for a .env file</h2>
        <Copyable id="env" text={`JESTHA_API_KEY=${apiKeyText}`} what="the .env line" />
        <h2>Try it</h2>
        <Copyable id="curl" text={curlLine(apiOrigin, apiKey, apiKeyText)} what="the curl line" />
        <h2>{apiKey.label}</h2>
        <FamilyWarning ipAllowlist={apiKey.ipAllowlist} />
        <KeyFacts apiKey={apiKey} now={person.ctx.now} />
      </section>
    </Layout>
  );
}

function GonePage({ person, apiKey }: { readonly person: Person; readonly apiKey: ApiKey }): Markup {
  return (
    <Layout title="This key was already shown" viewer={person} section="api-access">
      <section class="narrow">
        <h1>This key was already shown</h1>
        <p>
          A key is shown once, when it is generated. If you did not store <strong>{apiKey.label}</strong> (
          <code>{apiKey.maskedKey}</code>), revoke it and generate another.
        </p>
        <p class="actions">
          <a class="button" href={`/settings/api-access/${apiKey.id}`}>
            Go to the key
          </a>
        </p>
      </section>
    </Layout>
  );
}

function showKey(context: RequestContext, person: Person, apiKey: ApiKey, key: string): Promise<Response> {
  const { apiOrigin } = context.ctx.ports;
  return render(context, 200, <ShownOncePage person={person} apiKey={apiKey} apiKeyText={key} apiOrigin={apiOrigin} />);
}

/** Shows a new key to the browser that generated it, once. */
export const getShownOnce: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id/key',
  access: 'session',
  async handle(context, person) {
    const id = pathParam(context.c.req, 'id');
    const apiKey = await readApiKey(person.ctx, id);
    const unsealKey = readRevealCookie(context);
    const key = unsealKey === undefined ? undefined : await revealKey(person.ctx, id, unsealKey);
    context.cookies = [clearRevealCookie(context, id)];
    if (key !== undefined) return await showKey(context, person, apiKey, key);
    return await render(context, 410, <GonePage person={person} apiKey={apiKey} />);
  },
};

/** "I have stored it". A cookie that changes makes browsers drop the page they may have kept for "back". */
export const postStored: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/:id/key',
  access: 'session',
  handle(context) {
    const id = pathParam(context.c.req, 'id');
    if (!isId(id)) throw new ApiError({ code: 'not_found' });
    context.cookies = [clearRevealCookie(context, id)];
    return redirect(context, `/settings/api-access/${id}`);
  },
};
