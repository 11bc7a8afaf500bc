import * as z from 'zod';
import {
  DELIVERIES_PER_PAGE,
  EVENTS_PER_PAGE,
  URL_MAX_CHARACTERS,
  WEBHOOK_DESCRIPTION_MAX_CHARACTERS,
  WEBHOOK_PAGE_MAX,
} from '../../config/limits.ts';
import { EVENT_NAMES, TEST_EVENT } from '../../data/schema/outbox-events.ts';
import { DELIVERY_STATUSES } from '../../data/schema/webhook-deliveries.ts';
import { pageOf } from '../page.ts';
import { humanLine, timeOfId } from '../text.ts';

const eventName = z.enum(EVENT_NAMES, { error: `must be one of ${EVENT_NAMES.join(', ')}` });

/** Whether the host may be a target depends on the deployment; the verb asks `isAllowedTarget`. */
const url = z
  .string({ error: 'must be a string' })
  .trim()
  .max(URL_MAX_CHARACTERS, `must be at most ${URL_MAX_CHARACTERS} characters`)
  .meta({ format: 'uri', description: 'https, port 443, a public host name.' });

const events = z
  .array(eventName)
  .min(1, 'choose at least one event')
  .transform((names) => [...new Set(names)]);

const description = humanLine(0, WEBHOOK_DESCRIPTION_MAX_CHARACTERS);

/** `POST /api/auth/api-keys/:id/webhooks` (contract section 10). */
export const newWebhookSchema = z.strictObject({ url, events, description: description.optional() });

/** `PATCH /api/auth/api-keys/:id/webhooks/:webhookId`. What is left out stays. */
export const webhookChangeSchema = z
  .strictObject({
    url: url.optional(),
    events: events.optional(),
    description: description.nullish().meta({ description: 'Null removes it.' }),
    status: z
      .enum(['active', 'disabled'], { error: 'must be active or disabled' })
      .optional()
      .meta({ description: 'Enabling an endpoint resets its failures.' }),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    message: 'give at least one of url, events, description and status',
  });

/** `POST …/rotate-secret`. */
export const rotationSchema = z.strictObject({
  endPrevious: z
    .literal(true, { error: 'must be true' })
    .optional()
    .meta({ description: 'Ends the previous secret now, while two are valid.' }),
});

/** `POST …/replay`. */
export const replaySchema = z.strictObject({
  since: timeOfId('must be an ISO date and time').meta({ description: 'The start of the replay.' }),
  status: z
    .enum(['failed', 'all'], { error: 'must be failed or all' })
    .default('failed')
    .meta({ description: '`failed`: what was not delivered, or not even sent while the endpoint was disabled.' }),
});

/** The query of `GET …/deliveries`. */
export const deliveriesQuerySchema = z.object({
  status: z.enum(DELIVERY_STATUSES, { error: `must be one of ${DELIVERY_STATUSES.join(', ')}` }).optional(),
  event: z
    .enum([...EVENT_NAMES, TEST_EVENT], { error: `must be one of ${EVENT_NAMES.join(', ')}, ${TEST_EVENT}` })
    .optional(),
  ...pageOf(DELIVERIES_PER_PAGE, WEBHOOK_PAGE_MAX),
});

/** The query of `GET /api/auth/api-keys/:id/events`. */
export const eventsQuerySchema = z.object({
  event: eventName.optional(),
  ...pageOf(EVENTS_PER_PAGE, WEBHOOK_PAGE_MAX),
});
