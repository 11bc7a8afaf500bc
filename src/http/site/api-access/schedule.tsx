import { REVOKE_AFTER_SILENCE_MAX_HOURS } from '../../../config/limits.ts';
import {
  type ApiKey,
  cancelScheduledRevocation,
  type RevocationSchedule,
  type RotationVerdict,
  readApiKey,
  scheduleRevocation,
} from '../../../domain/keys/index.ts';
import type { Person } from '../../api/endpoint.ts';
import { clientAddress } from '../../request/client-address.ts';
import { pathParam } from '../../request/path-param.ts';
import {
  ErrorSummary,
  FieldError,
  type FormProblem,
  formProblemOf,
  invalid,
  invalidGroup,
  titleOf,
  UNSENT,
} from '../components/form.tsx';
import { DateTime } from '../components/time.tsx';
import { Layout } from '../layout.tsx';
import type { PersonalPage } from '../page.ts';
import { readForm, textOf, utcTimeOf } from '../read-form.ts';
import { type Markup, redirect, render } from '../render.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 24;

/** The form as it is filled in. */
export interface ScheduleFields {
  readonly when: string;
  readonly hours: string;
  readonly at: string;
}

/** A silence that is longer than any that the key has had. */
export function defaultSchedule(verdict?: RotationVerdict): ScheduleFields {
  const longest = verdict && 'longestMs' in verdict ? Math.ceil((2 * verdict.longestMs) / HOUR_MS) : 0;
  const hours = Math.min(Math.max(DEFAULT_HOURS, longest), REVOKE_AFTER_SILENCE_MAX_HOURS);
  return { when: 'silence', hours: String(hours), at: '' };
}

/** When a key is to be revoked. */
export function ScheduleForm(props: {
  readonly apiKey: ApiKey;
  readonly form: ScheduleFields;
  readonly problem: FormProblem;
}): Markup {
  const { apiKey, form, problem } = props;
  const { errors } = problem;
  return (
    <form method="post" action={`/settings/api-access/${apiKey.id}/schedule`}>
      <fieldset {...invalidGroup('when', errors)}>
        <legend>When shall “{apiKey.label}” be revoked?</legend>
        <label class="choice">
          <input type="radio" name="when" value="silence" checked={form.when === 'silence'} />
          <span>After some time without requests</span>
        </label>
        <label>
          Hours without a request
          <input
            type="number"
            id="hours"
            name="hours"
            min={1}
            max={REVOKE_AFTER_SILENCE_MAX_HOURS}
            step={1}
            value={form.hours}
            inputmode="numeric"
            {...invalid('hours', errors)}
          />
        </label>
        <FieldError name="hours" errors={errors} />
        <label class="choice">
          <input type="radio" name="when" value="time" checked={form.when === 'time'} />
          <span>At a fixed time</span>
        </label>
        <label>
          Date and time (UTC)
          <input
            type="datetime-local"
            id="at"
            name="at"
            value={form.at}
            data-chooses="time"
            {...invalid('at', errors)}
          />
        </label>
        <FieldError name="at" errors={errors} />
        <FieldError name="when" errors={errors} />
      </fieldset>
      <p class="muted">
        The time without requests until now counts. We mail you now and after the revocation. You can cancel until then.
      </p>
      <button type="submit">Schedule the revocation</button>
    </form>
  );
}

/** The scheduled revocation, with a button to cancel it. */
export function ScheduledRevocation(props: { readonly apiKey: ApiKey; readonly schedule: RevocationSchedule }): Markup {
  const { apiKey, schedule } = props;
  const at = <DateTime iso={schedule.at.toISOString()} />;
  return (
    <div class="notice" id="scheduled">
      <p>
        {schedule.afterSilence === null ? (
          <>
            “{apiKey.label}” will be revoked on {at}.
          </>
        ) : (
          <>
            “{apiKey.label}” will be revoked once it has not been used for {hoursText(schedule.afterSilence)}: on {at}{' '}
            at the earliest.
          </>
        )}
      </p>
      <form method="post" action={`/settings/api-access/${apiKey.id}/schedule/cancel`}>
        <button type="submit" class="quiet">
          Cancel the revocation
        </button>
      </form>
    </div>
  );
}

const hoursText = (hours: number) => (hours === 1 ? '1 hour' : `${hours} hours`);

function SchedulePage(props: {
  readonly person: Person;
  readonly apiKey: ApiKey;
  readonly form: ScheduleFields;
  readonly problem: FormProblem;
}): Markup {
  const { person, apiKey, form, problem } = props;
  return (
    <Layout title={titleOf(`Revoke ${apiKey.label} later`, problem.errors)} viewer={person} section="api-access">
      <section class="narrow">
        <p class="back">
          <a href={`/settings/api-access/${apiKey.id}`}>{apiKey.label}</a>
        </p>
        <h1>Revoke “{apiKey.label}” later</h1>
        <ErrorSummary errors={problem.errors} />
        <ScheduleForm apiKey={apiKey} form={form} problem={problem} />
      </section>
    </Layout>
  );
}

/** The form that schedules a revocation, for an active key only. */
export const getSchedule: PersonalPage = {
  method: 'GET',
  path: '/settings/api-access/:id/schedule',
  access: 'session',
  async handle(context, person) {
    const apiKey = await readApiKey(person.ctx, pathParam(context.c.req, 'id'));
    if (apiKey.status !== 'active') return redirect(context, `/settings/api-access/${apiKey.id}`);
    const page = <SchedulePage person={person} apiKey={apiKey} form={defaultSchedule()} problem={UNSENT} />;
    return await render(context, 200, page);
  },
};

/** Schedules the revocation at a time in UTC, or after hours without a request, in place of an earlier schedule. */
export const postSchedule: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/:id/schedule',
  access: 'session',
  async handle(context, person) {
    const { req } = context.c;
    const id = pathParam(req, 'id');
    const sent = await readForm(req.raw);
    const form = { when: textOf(sent, 'when'), hours: textOf(sent, 'hours'), at: textOf(sent, 'at') };
    try {
      await scheduleRevocation(person.ctx, id, toInput(form), clientAddress(req.raw.headers));
    } catch (error) {
      const problem = formProblemOf(context, error);
      const apiKey = await readApiKey(person.ctx, id);
      const page = <SchedulePage person={person} apiKey={apiKey} form={form} problem={problem} />;
      return await render(context, problem.status, page, problem.headers);
    }
    return redirect(context, `/settings/api-access/${id}`);
  },
};

/** The input of the verb. Only the field of the chosen option counts. */
function toInput({ when, hours, at }: ScheduleFields) {
  if (when === 'time') return { when, at: utcTimeOf(at) };
  return { when, hours: /^\d{1,4}$/.test(hours.trim()) ? Number(hours) : Number.NaN };
}

/** Takes the schedule away; does nothing if there is none. */
export const postCancelSchedule: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/:id/schedule/cancel',
  access: 'session',
  async handle(context, person) {
    const { req } = context.c;
    const id = pathParam(req, 'id');
    await readForm(req.raw);
    await cancelScheduledRevocation(person.ctx, id, clientAddress(req.raw.headers));
    return redirect(context, `/settings/api-access/${id}`);
  },
};
