import { URL_MAX_CHARACTERS, WEBHOOK_DESCRIPTION_MAX_CHARACTERS } from '../../../config/limits.ts';
import { EVENT_NAMES } from '../../../data/schema/outbox-events.ts';
import { FieldError, type FieldErrors, invalidGroup, TextField } from '../components/form.tsx';
import { textOf } from '../read-form.ts';
import type { Markup } from '../render.ts';

/** The form of an endpoint, as a person fills it in. */
export interface WebhookForm {
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string;
}

/** Reads the form as it was sent; the verb checks its values. */
export function toWebhookForm(fields: URLSearchParams): WebhookForm {
  const url = textOf(fields, 'url').trim();
  return { url, events: fields.getAll('events'), description: textOf(fields, 'description').trim() };
}

/** The errors of a form: those of one event belong to the field of all, those of the key to the whole form. */
export function toWebhookErrors(errors: FieldErrors): FieldErrors {
  return new Map(
    [...errors].map(([path, message]) => [
      path.replace(/^events\..*|^id$/, (field) => (field === 'id' ? '' : 'events')),
      message,
    ]),
  );
}

const EVENTS: Readonly<Record<string, string>> = {
  'jes.created': 'You post a Jes, bounce one or quote one',
  'jesclip.created': 'You post a JesClip',
  'comment.created': 'You comment',
  'apikey.revoked': 'A key of yours is revoked',
};

/** The fields that the pages of a new and of an existing endpoint share. */
export function WebhookFields({ form, errors }: { readonly form: WebhookForm; readonly errors: FieldErrors }): Markup {
  return (
    <>
      <TextField
        name="url"
        label="URL"
        value={form.url}
        help="A public https address, such as https://example.com/hooks/jestha."
        autocomplete="url"
        maxlength={URL_MAX_CHARACTERS}
        errors={errors}
      />
      <fieldset {...invalidGroup('events', errors)}>
        <legend>Events</legend>
        {EVENT_NAMES.map((name) => (
          <label class="choice">
            <input type="checkbox" name="events" value={name} checked={form.events.includes(name)} />
            <span>
              {EVENTS[name]} <code>{name}</code>
            </span>
          </label>
        ))}
        <FieldError name="events" errors={errors} />
      </fieldset>
      <TextField
        name="description"
        label="Description"
        value={form.description}
        help="For you only."
        autocomplete="off"
        required={false}
        maxlength={WEBHOOK_DESCRIPTION_MAX_CHARACTERS}
        errors={errors}
      />
    </>
  );
}
