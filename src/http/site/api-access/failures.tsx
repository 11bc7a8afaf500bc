import { ERRORS } from '../../../config/errors.ts';
import { FAILURES_PER_KEY } from '../../../config/limits.ts';
import {
  type Failure,
  type FailurePage,
  type LateUse,
  listFailures,
  readLateUse,
} from '../../../domain/failures/index.ts';
import type { ApiKey } from '../../../domain/keys/index.ts';
import type { Person } from '../../api/endpoint.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { DateTime } from '../components/time.tsx';
import type { Markup } from '../render.ts';

const FILTERS = ['status', 'code', 'cursor'] as const;

/** A page of the failed calls of a key, as the query of its page asks for it. */
export interface ShownFailures extends FailurePage {
  readonly filter: { readonly status?: string; readonly code?: string; readonly cursor?: string };
  readonly lateUse: LateUse | undefined;
}

/** Reads what {@link Failures} shows. A form sends a filter that is not chosen as an empty text. */
export async function readFailures({ c }: RequestContext, { ctx }: Person, id: string): Promise<ShownFailures> {
  const query = c.req.query();
  const filter: ShownFailures['filter'] = Object.fromEntries(
    FILTERS.flatMap((name) => (query[name] ? [[name, query[name]]] : [])),
  );
  const [page, lateUse] = await Promise.all([listFailures(ctx, id, filter), readLateUse(ctx, id)]);
  return { ...page, filter, lateUse };
}

/** Calls that arrived after the end of the key: a service still has it. */
function LateUseNotice({ apiKey, lateUse }: { readonly apiKey: ApiKey; readonly lateUse: LateUse }): Markup {
  const { count, lastAt, address } = lateUse;
  return (
    <div class="alert">
      <p>
        <strong>This key is still in use somewhere.</strong> It{' '}
        {apiKey.status === 'revoked' ? 'was revoked' : 'expired'}, and{' '}
        {count === 1 ? '1 call' : `${count < FAILURES_PER_KEY ? count : `${count} or more`} calls`} with it{' '}
        {count === 1 ? 'was' : 'were'} refused in the last 7 days. The last came on <DateTime iso={lastAt} />
        {address === null ? null : (
          <>
            {' '}
            from <span class="address">{address}</span>
          </>
        )}
        .
      </p>
    </div>
  );
}

function FilterForm({ path, filter }: { readonly path: string; readonly filter: ShownFailures['filter'] }): Markup {
  return (
    <form method="get" action={`${path}#failures`} class="failure-filters">
      <div class="field">
        <label for="failure-status">Status</label>
        <input
          id="failure-status"
          name="status"
          value={filter.status ?? ''}
          inputmode="numeric"
          pattern="[45][0-9]{2}"
          title="A status from 400 to 599"
          maxlength={3}
        />
      </div>
      <div class="field">
        <label for="failure-code">Error code</label>
        <select id="failure-code" name="code">
          <option value="">All</option>
          {Object.keys(ERRORS).map((code) => (
            <option value={code} selected={code === filter.code}>
              {code}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" class="secondary">
        Show
      </button>
    </form>
  );
}

function Row({ failure }: { readonly failure: Failure }): Markup {
  return (
    <tr>
      <td>
        <DateTime iso={failure.at} />
      </td>
      <td>
        <code>
          {failure.method} {failure.path}
        </code>
      </td>
      <td>
        {failure.status} <a href={`/docs/errors#${failure.code}`}>{failure.code}</a>
      </td>
      <td class="address">{failure.address ?? '–'}</td>
      <td>
        <code>{failure.requestId}</code>
      </td>
      <td>{failure.idempotencyKey === null ? '–' : <code>{failure.idempotencyKey}</code>}</td>
    </tr>
  );
}

/** Failed calls with a key, with filters. */
export function Failures({ apiKey, shown }: { readonly apiKey: ApiKey; readonly shown: ShownFailures }): Markup {
  const { failures, nextCursor, filter, lateUse } = shown;
  const path = `/settings/api-access/${apiKey.id}`;
  const { cursor: _, ...chosen } = filter;
  const isFiltered = Object.keys(chosen).length > 0;
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">Failed calls</h2>
      {lateUse ? <LateUseNotice apiKey={apiKey} lateUse={lateUse} /> : null}
      <p class="muted">
        Calls that were answered with a status of 400 or above. The newest {FAILURES_PER_KEY} are kept for 7 days.
      </p>
      {failures.length === 0 && !isFiltered ? (
        <p>No calls failed.</p>
      ) : (
        <>
          <FilterForm path={path} filter={filter} />
          {failures.length === 0 ? (
            <p>
              No failed call matches. <a href={`${path}#failures`}>Show all</a>
            </p>
          ) : (
            <section class="scroll" tabindex={0} aria-label="Failed calls, as a table">
              <table>
                <thead>
                  <tr>
                    <th scope="col">When</th>
                    <th scope="col">Call</th>
                    <th scope="col">Answer</th>
                    <th scope="col">Address</th>
                    <th scope="col">Request ID</th>
                    <th scope="col">Idempotency-Key</th>
                  </tr>
                </thead>
                <tbody>
                  {failures.map((failure) => (
                    <Row failure={failure} />
                  ))}
                </tbody>
              </table>
            </section>
          )}
          {nextCursor === null ? null : (
            <p>
              <a href={`${path}?${new URLSearchParams({ ...chosen, cursor: nextCursor })}#failures`}>
                Older failed calls
              </a>
            </p>
          )}
        </>
      )}
    </section>
  );
}
