import type { ApiKey } from '../../../../domain/keys/index.ts';
import { SCOPES, type Scope } from '../../../../domain/keys/index.ts';
import { Ago, DateTime, formatDate } from '../../components/time.tsx';
import type { Markup } from '../../render.ts';

const STATUS = { active: 'Active', expired: 'Expired', revoked: 'Revoked' } as const;

/** The status as a word with a colour; the word alone tells it, too. */
export function StatusBadge({ status }: { readonly status: ApiKey['status'] }): Markup {
  return <span class={`badge ${status}`}>{STATUS[status]}</span>;
}

/** The sentence of a scope; a scope that the catalog no longer has is shown by its name. */
const sentenceOf = (scope: string) => (Object.hasOwn(SCOPES, scope) ? SCOPES[scope as Scope] : scope);

function ScopeList({ scopes }: { readonly scopes: readonly string[] }): Markup {
  return (
    <ul class="scopes">
      {scopes.map((scope) => (
        <li>
          {sentenceOf(scope)} <code>{scope}</code>
        </li>
      ))}
    </ul>
  );
}

/** @param props.isUnknown the counters do not answer: the time is a copy, which may be old */
export function LastUsed(props: {
  readonly apiKey: ApiKey;
  readonly now: number;
  readonly isUnknown?: boolean | undefined;
}): Markup {
  const { apiKey, now, isUnknown } = props;
  if (isUnknown === true) {
    return (
      <>
        Unknown right now
        {apiKey.lastUsedAt === null ? null : (
          <>
            {' '}
            · <DateTime iso={apiKey.lastUsedAt} /> or later
          </>
        )}
      </>
    );
  }
  if (apiKey.lastUsedAt === null) return <>Never</>;
  return (
    <>
      <Ago iso={apiKey.lastUsedAt} now={now} />
      {apiKey.lastUsedIp === null ? null : (
        <>
          {' '}
          from <span class="address">{apiKey.lastUsedIp}</span>
        </>
      )}
    </>
  );
}

/** The causes of a revocation, in words. */
export const REVOKED_WORDS = { user: 'by you', admin: 'by Jestha', leaked: 'because it was found in public' } as const;

function Expiry({ apiKey, now }: { readonly apiKey: ApiKey; readonly now: number }): Markup {
  if (apiKey.expiresAt === null) return <>Never</>;
  return (
    <>
      {formatDate(apiKey.expiresAt)} (<Ago iso={apiKey.expiresAt} now={now} />)
    </>
  );
}

/** The fixed properties of a key, and its last use. */
export function KeyFacts(props: {
  readonly apiKey: ApiKey;
  readonly now: number;
  readonly isUseUnknown?: boolean | undefined;
}): Markup {
  const { apiKey, now, isUseUnknown } = props;
  const { revokedAt, revokedReason } = apiKey;
  return (
    <dl class="facts">
      <div>
        <dt>Last used</dt>
        <dd>
          <LastUsed apiKey={apiKey} now={now} isUnknown={isUseUnknown} />
        </dd>
      </div>
      <div>
        <dt>Created</dt>
        <dd>
          <DateTime iso={apiKey.createdAt} />
        </dd>
      </div>
      {revokedAt === null ? (
        <div>
          <dt>Expires</dt>
          <dd>
            <Expiry apiKey={apiKey} now={now} />
          </dd>
        </div>
      ) : (
        <div>
          <dt>Revoked</dt>
          <dd>
            <DateTime iso={revokedAt} /> {revokedReason === null ? '' : REVOKED_WORDS[revokedReason]}
          </dd>
        </div>
      )}
      <div>
        <dt>Allowed IP addresses</dt>
        <dd>
          {apiKey.ipAllowlist.length === 0 ? (
            'Any address'
          ) : (
            <ul class="addresses">
              {apiKey.ipAllowlist.map((entry) => (
                <li class="address">{entry}</li>
              ))}
            </ul>
          )}
        </dd>
      </div>
      <div>
        <dt>Permissions</dt>
        <dd>
          <ScopeList scopes={apiKey.scopes} />
        </dd>
      </div>
    </dl>
  );
}
