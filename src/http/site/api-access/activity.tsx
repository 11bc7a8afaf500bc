import { ACTIVITY_ADDRESSES_SHOWN, MADE_COUNTED_MAX } from '../../../config/limits.ts';
import {
  type Activity,
  deleteMade,
  type MadeCounts,
  type MadeItem,
  type MadeKind,
  readActivity,
  type UsedAddress,
} from '../../../domain/key-activity/index.ts';
import type { UsageBucket } from '../../../domain/keys/index.ts';
import { grouped } from '../../../lib/grouped.ts';
import type { Person } from '../../api/endpoint.ts';
import { pathParam } from '../../request/path-param.ts';
import { FieldError, type FormProblem, formProblemOf, invalid, UNSENT } from '../components/form.tsx';
import { DateTime } from '../components/time.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { excerptOf } from '../permalinks/content.tsx';
import { readForm, textOf, utcTimeOf } from '../read-form.ts';
import { type Markup, redirect, render } from '../render.ts';
import { LastUsed, StatusBadge } from './components/key-facts.tsx';
import { UsageChart, UsageUnknown } from './components/usage-chart.tsx';

const PERIODS = { '24h': '24 hours', '7d': '7 days', '30d': '30 days', all: 'All' } as const;

const NOUNS: Readonly<Record<MadeKind, readonly [one: string, many: string]>> = {
  jes: ['Jes', 'Jes'],
  jesclip: ['JesClip', 'JesClips'],
  comment: ['comment on a Jes', 'comments on Jes'],
  jesclip_comment: ['comment on a JesClip', 'comments on JesClips'],
};

/** `12 Jes, 1 JesClip`; for a capped count, `more than 10,000 Jes`. */
function countsText(counts: MadeCounts): string {
  const parts = (Object.keys(NOUNS) as MadeKind[]).flatMap((kind) => {
    const count = counts[kind];
    if (count === 0) return [];
    const noun = NOUNS[kind][count === 1 ? 0 : 1];
    return [
      count < MADE_COUNTED_MAX ? `${grouped(count)} ${noun}` : `more than ${grouped(MADE_COUNTED_MAX - 1)} ${noun}`,
    ];
  });
  return parts.join(', ');
}

function hrefOf({ kind, id, subjectId }: MadeItem): string {
  switch (kind) {
    case 'jes':
      return `/post/${id}`;
    case 'jesclip':
      return `/jesclip/${id}`;
    case 'comment':
      return `/post/${subjectId}#comment-${id}`;
    case 'jesclip_comment':
      return `/jesclip/${subjectId}#comment-${id}`;
  }
}

function kindText({ kind, subjectId, text }: MadeItem): string {
  if (kind !== 'jes') return kind === 'jesclip' ? 'JesClip' : 'Comment';
  if (subjectId === null) return 'Jes';
  return text === '' ? 'Bounce' : 'Quote-bounce';
}

/** A period to choose, by a link or by a time. */
function Periods(props: {
  readonly path: string;
  readonly chosen: string;
  readonly since: Date;
  readonly problem: FormProblem;
}): Markup {
  const { path, chosen, since, problem } = props;
  return (
    <>
      <nav aria-label="Period">
        <ul class="periods">
          {Object.entries(PERIODS).map(([value, words]) => (
            <li>
              <a href={`${path}?since=${value}`} aria-current={value === chosen ? 'true' : undefined}>
                {words}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <form method="get" action={path} class="failure-filters">
        <div class="field">
          <label for="since">Since (UTC)</label>
          <input
            id="since"
            name="since"
            type="datetime-local"
            value={since.toISOString().slice(0, 16)}
            required
            {...invalid('since', problem.errors)}
          />
          <FieldError name="since" errors={problem.errors} />
        </div>
        <button type="submit" class="secondary">
          Show
        </button>
      </form>
    </>
  );
}

function Addresses({ addresses }: { readonly addresses: readonly UsedAddress[] }): Markup {
  return (
    <section aria-labelledby="addresses">
      <h2 id="addresses">Addresses</h2>
      {addresses.length === 0 ? (
        <p>We know of no address that used it.</p>
      ) : (
        <>
          <p class="muted">
            Each row is an IPv4 address or an IPv6 /64 network that the key was used from after another one.
            {addresses.length < ACTIVITY_ADDRESSES_SHOWN ? '' : ` The latest ${ACTIVITY_ADDRESSES_SHOWN}.`}
          </p>
          <section class="scroll" tabindex={0} aria-label="Addresses, as a table">
            <table>
              <thead>
                <tr>
                  <th scope="col">Address</th>
                  <th scope="col">First change to it</th>
                  <th scope="col">Last change to it</th>
                </tr>
              </thead>
              <tbody>
                {addresses.map(({ address, firstAt, lastAt }) => (
                  <tr>
                    <td class="address">{address}</td>
                    <td>
                      <DateTime iso={firstAt} />
                    </td>
                    <td>
                      <DateTime iso={lastAt} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
    </section>
  );
}

function Requests({
  hours,
  since,
}: {
  readonly hours: readonly UsageBucket[] | undefined;
  readonly since: Date;
}): Markup {
  return (
    <section aria-labelledby="requests">
      <h2 id="requests">Requests by hour</h2>
      {hours === undefined ? (
        <UsageUnknown />
      ) : hours.length === 0 ? (
        <p>We keep counts for 30 days; this time is older.</p>
      ) : (
        <UsageChart
          id="requests-chart"
          heading={`Since ${since.toISOString().slice(0, 16).replace('T', ', ')} UTC`}
          buckets={hours}
          unit="hour"
          period={hours.length < 720 ? 'this time' : 'the last 30 days'}
        />
      )}
    </section>
  );
}

/** A button behind a first click, since a deletion cannot be undone. */
function DeleteButton(props: {
  readonly path: string;
  readonly since: Date;
  readonly summary: string;
  readonly button: string;
  /** The thing that the button deletes, for screen readers. */
  readonly what: string;
  readonly item?: Pick<MadeItem, 'kind' | 'id'>;
}): Markup {
  const { path, since, summary, button, what, item } = props;
  return (
    <details class="delete">
      <summary>
        {summary}
        <span class="visually-hidden"> {what}</span>
      </summary>
      <form method="post" action={path}>
        <input type="hidden" name="since" value={since.toISOString()} />
        {item ? (
          <>
            <input type="hidden" name="kind" value={item.kind} />
            <input type="hidden" name="id" value={item.id} />
          </>
        ) : null}
        <button type="submit" class="danger">
          {button}
        </button>
      </form>
    </details>
  );
}

function Item(props: { readonly path: string; readonly since: Date; readonly item: MadeItem }): Markup {
  const { path, since, item } = props;
  const text = excerptOf(item.text, 140);
  const name = `${kindText(item)} of ${item.createdAt.slice(0, 16).replace('T', ', ')} UTC`;
  return (
    <li>
      <p>
        <a href={hrefOf(item)}>{kindText(item)}</a> <DateTime iso={item.createdAt} />
        {item.files === 0 || item.kind === 'jesclip'
          ? null
          : ` · ${item.files === 1 ? '1 file' : `${item.files} files`}`}
      </p>
      {text === '' ? null : <p dir="auto">{text}</p>}
      <DeleteButton path={path} since={since} summary="Delete" button="Delete it for good" what={name} item={item} />
    </li>
  );
}

function Made({ path, activity }: { readonly path: string; readonly activity: Activity }): Markup {
  const { since, made, counts, nextCursor } = activity;
  const told = countsText(counts);
  return (
    <section aria-labelledby="made">
      <h2 id="made">Content made with this key</h2>
      {told === '' ? (
        <p>Nothing was made since then.</p>
      ) : (
        <>
          <p>{told}.</p>
          <DeleteButton
            path={path}
            since={since}
            summary="Delete all of these"
            button={`Delete ${told} for good`}
            what={`: ${told}`}
          />
          <ul class="made">
            {made.map((item) => (
              <Item path={path} since={since} item={item} />
            ))}
          </ul>
        </>
      )}
      {nextCursor === null ? null : (
        <p>
          <a href={`${path}?${new URLSearchParams({ since: since.toISOString(), cursor: nextCursor })}#made`}>Older</a>
        </p>
      )}
    </section>
  );
}

function ActivityPage(props: {
  readonly person: Person;
  readonly activity: Activity;
  readonly chosen: string;
  readonly problem: FormProblem;
  readonly notice: string | undefined;
}): Markup {
  const { person, activity, chosen, problem, notice } = props;
  const { apiKey, isUseUnknown, since, hours, addresses } = activity;
  const keyPath = `/settings/api-access/${apiKey.id}`;
  const path = `${keyPath}/activity`;
  return (
    <Layout title={`What ${apiKey.label} did`} viewer={person} section="api-access">
      <p class="back">
        <a href={keyPath}>{apiKey.label}</a>
      </p>
      <div class="heading">
        <h1>What “{apiKey.label}” did</h1>
        <StatusBadge status={apiKey.status} />
      </div>
      <p>
        <code class="masked">{apiKey.maskedKey}</code> · Last used:{' '}
        <LastUsed apiKey={apiKey} now={person.ctx.now} isUnknown={isUseUnknown} />
      </p>
      {notice === undefined ? null : <output class="notice">{notice}</output>}
      {apiKey.status === 'active' ? (
        <p class="notice">
          This key is active: whoever has it can go on. If it leaked, <a href={`${keyPath}/revoke`}>revoke it first</a>.
        </p>
      ) : null}
      <Periods path={path} chosen={chosen} since={since} problem={problem} />
      <Addresses addresses={addresses} />
      <Requests hours={hours} since={since} />
      <Made path={path} activity={activity} />
    </Layout>
  );
}

/**
 * The requests of a key, their addresses and all it made, in a period: 7 days unless the query names another. An
 * unknown period is an error above the page of 7 days.
 */
export const getActivity: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id/activity',
  access: 'session',
  async handle(context, person) {
    const { req } = context.c;
    const id = pathParam(req, 'id');
    const { since, cursor, deleted, more } = req.query();
    const query = { ...(since && { since: utcTimeOf(since) }), ...(cursor !== undefined && { cursor }) };
    let problem = UNSENT;
    const activity = await readActivity(person.ctx, id, query).catch(async (error: unknown) => {
      problem = formProblemOf(context, error);
      return await readActivity(person.ctx, id, {});
    });
    const notice = noticeOf(deleted, more === '1');
    const chosen = problem === UNSENT ? (since ?? '7d') : '7d';
    const page = <ActivityPage person={person} activity={activity} chosen={chosen} problem={problem} notice={notice} />;
    return await render(context, problem.status, page, problem.headers);
  },
};

/** @param deleted the number, as the query of the page has it */
function noticeOf(deleted: string | undefined, hasMore: boolean): string | undefined {
  if (deleted === undefined || !/^\d{1,7}$/.test(deleted)) return undefined;
  const told = `${grouped(Number(deleted))} deleted.`;
  return hasMore ? `${told} There are more: delete all of these once more.` : told;
}

/**
 * Deletes one thing that the key made, or all since a time. The deletion of many ends after a bounded time; the page
 * then says that there are more.
 */
export const postActivity: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/:id/activity',
  access: 'session',
  async handle(context, { ctx }) {
    const { req } = context.c;
    const id = pathParam(req, 'id');
    const form = await readForm(req.raw);
    const since = textOf(form, 'since');
    const item = form.has('id') ? { item: { kind: textOf(form, 'kind'), id: textOf(form, 'id') } } : {};
    const { count, hasMore } = await deleteMade(ctx, id, { since, ...item });
    const query = new URLSearchParams({ since, deleted: String(count), ...(hasMore && { more: '1' }) });
    return redirect(context, `/settings/api-access/${id}/activity?${query}`);
  },
};
