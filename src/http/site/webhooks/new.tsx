import { EVENT_NAMES } from '../../../data/schema/outbox-events.ts';
import { type ApiKey, readApiKey } from '../../../domain/keys/index.ts';
import { createWebhook } from '../../../domain/webhooks/index.ts';
import type { Person } from '../../api/endpoint.ts';
import { clientAddress } from '../../request/client-address.ts';
import { pathParam } from '../../request/path-param.ts';
import { ErrorSummary, type FieldErrors, formProblemOf, titleOf } from '../components/form.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { readForm } from '../read-form.ts';
import { type Markup, render } from '../render.ts';
import { toWebhookErrors, toWebhookForm, WebhookFields, type WebhookForm } from './fields.tsx';
import { sendToSecret } from './secret.tsx';

function NewWebhookPage(props: {
  readonly person: Person;
  readonly apiKey: ApiKey;
  readonly form: WebhookForm;
  readonly errors: FieldErrors;
}): Markup {
  const { person, apiKey, form, errors } = props;
  return (
    <Layout title={titleOf('Add a webhook endpoint', errors)} viewer={person} section="api-access">
      <section class="narrow">
        <p class="back">
          <a href={`/settings/api-access/${apiKey.id}`}>{apiKey.label}</a>
        </p>
        <h1>Add a webhook endpoint</h1>
        <p class="muted">
          Jestha sends a signed request to this URL for each event. The next page shows the signing secret, once.
        </p>
        <ErrorSummary errors={errors} />
        <form method="post" action={`/settings/api-access/${apiKey.id}/webhooks/new`}>
          <WebhookFields form={form} errors={errors} />
          <button type="submit">Add the endpoint</button>
        </form>
      </section>
    </Layout>
  );
}

/** The form of a new endpoint, with all events selected. */
export const getNewWebhook: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id/webhooks/new',
  access: 'session',
  async handle(context, person) {
    const apiKey = await readApiKey(person.ctx, pathParam(context.c.req, 'id'));
    const form = { url: '', events: EVENT_NAMES, description: '' };
    return await render(
      context,
      200,
      <NewWebhookPage person={person} apiKey={apiKey} form={form} errors={new Map()} />,
    );
  },
};

/** Adds the endpoint and sends the browser to the page that shows its secret once. */
export const postNewWebhook: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/:id/webhooks/new',
  access: 'session',
  async handle(context, person) {
    const { req } = context.c;
    const keyId = pathParam(req, 'id');
    const form = toWebhookForm(await readForm(req.raw));
    const { url, events, description } = form;
    try {
      const input = { url, events, ...(description !== '' && { description }) };
      const created = await createWebhook(person.ctx, keyId, input, clientAddress(req.raw.headers));
      return await sendToSecret(context, keyId, created.webhook.id, created.secret);
    } catch (error) {
      const { status, errors, headers } = formProblemOf(context, error, ['webhook_limit_reached']);
      const apiKey = await readApiKey(person.ctx, keyId);
      const page = { person, apiKey, form, errors: toWebhookErrors(errors) };
      return await render(context, status, <NewWebhookPage {...page} />, headers);
    }
  },
};
