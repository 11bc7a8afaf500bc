import type { KnockingKey } from '../../../domain/failures/index.ts';
import type { RotatedKey, Rotation, RotationVerdict } from '../../../domain/keys/index.ts';
import { UNSENT } from '../components/form.tsx';
import { DateTime, formatDuration } from '../components/time.tsx';
import type { Markup } from '../render.ts';
import { LastUsed } from './components/key-facts.tsx';
import { PairChart } from './components/pair-chart.tsx';
import { UsageUnknown } from './components/usage-chart.tsx';
import { defaultSchedule, ScheduledRevocation, ScheduleForm } from './schedule.tsx';

const CHART_HOURS = 48;
const DAY_MS = 86_400_000;

/**
 * The meaning of a verdict, for the owner of both keys.
 *
 * @param now unix ms
 */
export function verdictSentence(verdict: RotationVerdict, older: RotatedKey, now: number): string {
  const age = now - Date.parse(older.apiKey.createdAt);
  const period = age < 30 * DAY_MS ? `since it was generated ${formatDuration(age)} ago` : 'in the last 30 days';
  switch (verdict.code) {
    case 'unknown':
      return 'Our counters do not respond right now, so we cannot tell whether the older key is still in use.';
    case 'unused':
      return 'The older key has never been used: you can revoke it.';
    case 'not_moved':
      return 'Wait: the newer key has not been used yet. Give it to your service first.';
    case 'rare':
      return `Wait: the older key was last used ${formatDuration(verdict.silenceMs)} ago, and too rarely ${period} to know how long it rests.`;
    case 'wait':
      return `Wait: the last request with the older key came ${formatDuration(verdict.silenceMs)} ago; its longest silence ${period} was up to ${formatDuration(verdict.longestMs)}.`;
    case 'revoke':
      return verdict.longestMs === 0
        ? `You can revoke the older key: its last request came ${formatDuration(verdict.silenceMs)} ago.`
        : `You can revoke the older key: its last request came ${formatDuration(verdict.silenceMs)} ago; its longest silence ${period} was at most ${formatDuration(verdict.longestMs)}.`;
  }
}

/** Two keys with the same scopes: the move of the traffic, and the end of the older one. */
export function RotationPanel({ rotation, now }: { readonly rotation: Rotation; readonly now: number }): Markup {
  const { older, newer, verdict } = rotation;
  const { id, label } = older.apiKey;
  return (
    <section aria-labelledby="rotation">
      <h2 id="rotation">Rotation under way?</h2>
      <p>Two of your keys have the same scopes. Once all traffic has moved to the newer one, revoke the older one.</p>
      <dl class="facts two">
        <KeyLine name="Older" shown={older} now={now} />
        <KeyLine name="Newer" shown={newer} now={now} />
      </dl>
      <p class={verdict.code === 'revoke' || verdict.code === 'unused' ? 'notice done' : 'notice'} id="verdict">
        {verdictSentence(verdict, older, now)}
      </p>
      {older.hours === undefined || newer.hours === undefined ? (
        <UsageUnknown />
      ) : (
        <PairChart older={older.hours.slice(-CHART_HOURS)} newer={newer.hours.slice(-CHART_HOURS)} />
      )}
      {older.schedule ? (
        <ScheduledRevocation apiKey={older.apiKey} schedule={older.schedule} />
      ) : (
        <>
          <p>
            <a class="danger" href={`/settings/api-access/${id}/revoke`}>
              Revoke {label} now
            </a>
          </p>
          <details>
            <summary>Revoke {label} later</summary>
            <ScheduleForm apiKey={older.apiKey} form={defaultSchedule(verdict)} problem={UNSENT} />
          </details>
        </>
      )}
    </section>
  );
}

function KeyLine(props: { readonly name: string; readonly shown: RotatedKey; readonly now: number }): Markup {
  const { name, shown, now } = props;
  const { apiKey, hours } = shown;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <a href={`/settings/api-access/${apiKey.id}`}>{apiKey.label}</a> <code class="masked">{apiKey.maskedKey}</code>
        <br />
        Last used: <LastUsed apiKey={apiKey} now={now} isUnknown={hours === undefined} />
      </dd>
    </div>
  );
}

/** Revoked keys that this one has replaced, and the addresses that still try them. */
export function Knocking({ keys }: { readonly keys: readonly KnockingKey[] }): Markup | null {
  if (keys.length === 0) return null;
  return (
    <section aria-labelledby="knocking">
      <h2 id="knocking">Services that still send the replaced key</h2>
      {keys.map(({ id, label, maskedKey, count, lastAt, addresses }) => (
        <div class="alert">
          <p>
            <a href={`/settings/api-access/${id}#failures`}>{label}</a> <code class="masked">{maskedKey}</code> is
            revoked, and {count === 1 ? '1 request' : `${count} requests`} with it {count === 1 ? 'was' : 'were'}{' '}
            refused in the last 7 days. The last came on <DateTime iso={lastAt} />. Give the new key to whoever sends
            them:
          </p>
          <ul class="addresses">
            {addresses.map(({ address, count: times }) => (
              <li>
                <span class="address">{address ?? 'no address'}</span>: {times === 1 ? 'once' : `${times} times`}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
