import { type ApiKey, listKeys } from '../../../domain/keys/index.ts';
import type { Person } from '../../api/endpoint.ts';
import { DateTime } from '../components/time.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { type Markup, render } from '../render.ts';
import { LastUsed, REVOKED_WORDS, StatusBadge } from './components/key-facts.tsx';

function EndedRow({ apiKey, now }: { readonly apiKey: ApiKey; readonly now: number }): Markup {
  const { id, label, maskedKey, status, revokedAt, revokedReason, expiresAt } = apiKey;
  const endedAt = revokedAt ?? expiresAt;
  return (
    <tr>
      <th scope="row">
        <a href={`/settings/api-access/${id}`}>{label}</a>
        <code class="masked">{maskedKey}</code>
      </th>
      <td data-label="Status">
        <StatusBadge status={status} /> {revokedReason === null ? null : REVOKED_WORDS[revokedReason]}
      </td>
      <td data-label="Ended">{endedAt === null ? '–' : <DateTime iso={endedAt} />}</td>
      <td data-label="Last used">
        <LastUsed apiKey={apiKey} now={now} />
      </td>
    </tr>
  );
}

function EndedKeysPage(props: {
  readonly person: Person;
  readonly keys: readonly ApiKey[];
  readonly nextCursor: string | null;
}): Markup {
  const { person, keys, nextCursor } = props;
  return (
    <Layout title="Revoked and expired keys" viewer={person} section="api-access">
      <p class="back">
        <a href="/settings/api-access">API access</a>
      </p>
      <h1>Revoked and expired keys</h1>
      {keys.length === 0 ? (
        <p>No keys have been revoked or have expired.</p>
      ) : (
        <table class="keys">
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Status</th>
              <th scope="col">Ended</th>
              <th scope="col">Last used</th>
            </tr>
          </thead>
          <tbody>
            {keys.map((apiKey) => (
              <EndedRow apiKey={apiKey} now={person.ctx.now} />
            ))}
          </tbody>
        </table>
      )}
      {nextCursor === null ? null : (
        <p>
          <a href={`/settings/api-access/ended?cursor=${nextCursor}`}>Older keys</a>
        </p>
      )}
    </Layout>
  );
}

/** A page of revoked and expired keys, the newest first. */
export const getEndedKeys: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/ended',
  access: 'session',
  async handle(context, person) {
    const { cursor } = context.c.req.query();
    const { apiKeys, nextCursor } = await listKeys(person.ctx, cursor === undefined ? {} : { cursor });
    const ended = apiKeys.filter(({ status }) => status !== 'active');
    return await render(context, 200, <EndedKeysPage person={person} keys={ended} nextCursor={nextCursor} />);
  },
};
