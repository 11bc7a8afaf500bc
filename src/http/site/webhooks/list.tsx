import { WEBHOOKS_PER_KEY } from '../../../config/limits.ts';
import type { ApiKey } from '../../../domain/keys/index.ts';
import type { Webhook } from '../../../domain/webhooks/index.ts';
import { Ago } from '../components/time.tsx';
import type { Markup } from '../render.ts';

const DISABLED = {
  owner: 'Disabled by you',
  gone: 'Disabled: it answered 410',
  failing: 'Disabled: it failed for 5 days',
} as const;

/** The path of the pages of an endpoint. */
export function webhookPath(keyId: string, webhookId: string): string {
  return `/settings/api-access/${keyId}/webhooks/${webhookId}`;
}

/** The state of an endpoint: disabled with the reason, failing since a time, or active. */
export function WebhookStatus({ webhook, now }: { readonly webhook: Webhook; readonly now: number }): Markup {
  const { disabledReason, failingSince } = webhook;
  if (disabledReason !== null) return <span class="badge revoked">{DISABLED[disabledReason]}</span>;
  if (failingSince === null) return <span class="badge active">Active</span>;
  return (
    <span class="badge expired">
      Failing since <Ago iso={failingSince} now={now} />
    </span>
  );
}

function LastAttempt({ webhook, now }: { readonly webhook: Webhook; readonly now: number }): Markup {
  if (webhook.lastAttemptAt === null) return <>Nothing was sent yet</>;
  return (
    <>
      Last request <Ago iso={webhook.lastAttemptAt} now={now} />,{' '}
      {webhook.lastStatusCode === null ? 'no response' : `response ${webhook.lastStatusCode}`}
    </>
  );
}

/** The endpoints of a key, on its page. */
export function WebhookList(props: {
  readonly apiKey: ApiKey;
  readonly webhooks: readonly Webhook[];
  readonly now: number;
}): Markup | null {
  const { apiKey, webhooks, now } = props;
  const isActive = apiKey.status === 'active';
  if (!isActive && webhooks.length === 0) return null;
  return (
    <section aria-labelledby="webhooks">
      <h2 id="webhooks">Webhooks</h2>
      <p class="muted">
        Each endpoint of this key receives the events of your account as they happen.{' '}
        <a href="/docs/webhooks">How to receive webhooks</a>
      </p>
      {webhooks.map((webhook) => (
        <article class="key">
          <header>
            <h3>
              <a href={webhookPath(apiKey.id, webhook.id)}>{webhook.description ?? new URL(webhook.url).host}</a>
            </h3>
            <WebhookStatus webhook={webhook} now={now} />
          </header>
          <p>
            <code class="url">{webhook.url}</code>
          </p>
          <p class="muted">
            {webhook.events.join(', ')}. <LastAttempt webhook={webhook} now={now} />.
          </p>
        </article>
      ))}
      {isActive && webhooks.length < WEBHOOKS_PER_KEY ? (
        <p>
          <a class="button secondary" href={`/settings/api-access/${apiKey.id}/webhooks/new`}>
            Add an endpoint
          </a>
        </p>
      ) : null}
    </section>
  );
}
