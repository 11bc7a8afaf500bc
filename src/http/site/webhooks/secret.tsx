import { generateCookie, getCookie } from 'hono/cookie';
import { WEBHOOK_SECRET_REVEAL_MS } from '../../../config/limits.ts';
import { cookieRules } from '../../../data/identity.ts';
import {
  readRotation,
  readWebhook,
  revealSecret,
  sealForReveal,
  type Webhook,
} from '../../../domain/webhooks/index.ts';
import type { Person } from '../../api/endpoint.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { Copyable } from '../components/copyable.tsx';
import { DateTime } from '../components/time.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { type Markup, redirect, render } from '../render.ts';
import { pathOf, webhookNamed } from './endpoint-path.ts';
import { webhookPath } from './list.tsx';

/** Not `__Host-`, which browsers accept for all paths only. */
const nameOf = (isSecure: boolean) => `${isSecure ? '__Secure-' : ''}jestha.webhook-secret`;

function cookie({ ctx }: RequestContext, path: string, value: string, maxAge: number): string {
  const { isSecure } = cookieRules(ctx.ports.webOrigin);
  const rules = { path, maxAge, httpOnly: true, secure: isSecure, sameSite: 'Strict' } as const;
  return generateCookie(nameOf(isSecure), value, rules);
}

/** Post, redirect, get: a reload of the page with the secret must not make another. The browser keeps it, encrypted. */
export async function sendToSecret(
  context: RequestContext,
  keyId: string,
  webhookId: string,
  secret: string,
): Promise<Response> {
  const path = webhookPath(keyId, webhookId);
  const sealed = await sealForReveal(context.ctx, secret, webhookId);
  context.cookies = [cookie(context, path, sealed, WEBHOOK_SECRET_REVEAL_MS / 1_000)];
  return redirect(context, `${path}/secret`);
}

function SecretPage(props: {
  readonly person: Person;
  readonly path: string;
  readonly webhook: Webhook;
  readonly secret: string | undefined;
  readonly previousExpiresAt: string | undefined;
}): Markup {
  const { person, path, webhook, secret, previousExpiresAt } = props;
  const title = secret === undefined ? 'This secret was already shown' : 'Your signing secret';
  return (
    <Layout title={title} viewer={person} section="api-access">
      <section class="narrow" data-secret>
        <h1>{secret === undefined ? title : 'Store this secret now'}</h1>
        {secret === undefined ? (
          <p>A signing secret is shown once. If you did not store it, rotate the secret of the endpoint.</p>
        ) : (
          <>
            <p class="alert">
              We show this secret once. With it your receiver verifies that a request comes from Jestha.
            </p>
            <h2 class="url">{webhook.url}</h2>
            <Copyable id="secret" text={secret} what="the secret" />
            {previousExpiresAt === undefined ? null : (
              <p>
                The secret before signs every request, too, until <DateTime iso={previousExpiresAt} />.
              </p>
            )}
          </>
        )}
        <p class="actions">
          <a class="button" href={path}>
            {secret === undefined ? 'Go to the endpoint' : 'I have stored it'}
          </a>
          <a href="/docs/webhooks">How to verify a signature</a>
        </p>
      </section>
    </Layout>
  );
}

/** Shows a new signing secret to the browser that made it, once. */
export const getWebhookSecret: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id/webhooks/:webhookId/secret',
  access: 'session',
  async handle(context, person) {
    const named = webhookNamed(context);
    const [{ webhook }, previousExpiresAt] = await Promise.all([
      readWebhook(person.ctx, named),
      readRotation(person.ctx, named),
    ]);
    const path = pathOf(named);
    const sealed = getCookie(context.c, nameOf(cookieRules(context.ctx.ports.webOrigin).isSecure));
    const secret = sealed === undefined ? undefined : await revealSecret(person.ctx, sealed, named.webhookId);
    context.cookies = [cookie(context, path, '', 0)];
    const page = { person, path, webhook, secret, previousExpiresAt };
    return await render(context, secret === undefined ? 410 : 200, <SecretPage {...page} />);
  },
};
