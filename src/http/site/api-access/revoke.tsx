import { ApiError } from '../../../domain/api-error.ts';
import { type ApiKey, readApiKeyAndUse, revokeOwnKey } from '../../../domain/keys/index.ts';
import type { Person } from '../../api/endpoint.ts';
import { clientAddress } from '../../request/client-address.ts';
import { pathParam } from '../../request/path-param.ts';
import { errorPartsOf } from '../../response/error-response.ts';
import { FormAlert } from '../components/form.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { type Markup, redirect, render } from '../render.ts';
import { LastUsed } from './components/key-facts.tsx';

function RevokePage(props: {
  readonly person: Person;
  readonly apiKey: ApiKey;
  readonly isUseUnknown: boolean;
  readonly alert?: string;
}): Markup {
  const { person, apiKey, isUseUnknown, alert } = props;
  return (
    <Layout title={`Revoke ${apiKey.label}`} viewer={person} section="api-access">
      <section class="narrow">
        <p class="back">
          <a href={`/settings/api-access/${apiKey.id}`}>{apiKey.label}</a>
        </p>
        <h1>Revoke “{apiKey.label}”?</h1>
        {alert === undefined ? null : <FormAlert>{alert}</FormAlert>}
        <p>
          <code class="masked">{apiKey.maskedKey}</code> stops working at once, everywhere, for good. What was posted
          with it stays.
        </p>
        <p>
          Last used: <LastUsed apiKey={apiKey} now={person.ctx.now} isUnknown={isUseUnknown} />
        </p>
        <form method="post" action={`/settings/api-access/${apiKey.id}/revoke`} class="actions">
          <button type="submit" class="danger">
            Revoke the key
          </button>
          <a class="button secondary" href={`/settings/api-access/${apiKey.id}`}>
            Keep it
          </a>
        </form>
        {apiKey.status === 'active' ? (
          <p>
            <a href={`/settings/api-access/${apiKey.id}/schedule`}>Revoke it later, or when nobody uses it any more</a>
          </p>
        ) : null}
      </section>
    </Layout>
  );
}

/** Asks once more before a key is revoked, with its last use. A revoked key leads to its own page. */
export const getRevoke: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id/revoke',
  access: 'session',
  async handle(context, person) {
    const shown = await readApiKeyAndUse(person.ctx, pathParam(context.c.req, 'id'));
    const { apiKey } = shown;
    if (apiKey.status === 'revoked') return redirect(context, `/settings/api-access/${apiKey.id}`);
    return await render(context, 200, <RevokePage person={person} {...shown} />);
  },
};

/** Revokes the key at once. If only the caches failed, the page stays and its button tries them again. */
export const postRevoke: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/:id/revoke',
  access: 'session',
  async handle(context, person) {
    const { req } = context.c;
    const id = pathParam(req, 'id');
    try {
      await revokeOwnKey(person.ctx, id, clientAddress(req.raw.headers));
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason.code !== 'service_unavailable') throw error;
      // The row is revoked, and the caches are not yet: the same button retries them.
      const shown = await readApiKeyAndUse(person.ctx, id);
      const alert = errorPartsOf(error.reason).message;
      return await render(context, 503, <RevokePage person={person} {...shown} alert={alert} />);
    }
    return redirect(context, `/settings/api-access/${id}`);
  },
};
