import { setWarnings } from '../../../domain/key-mails/index.ts';
import type { PersonalPage } from '../page.ts';
import { readForm, textOf } from '../read-form.ts';
import { type Markup, redirect } from '../render.ts';

/** The switch for mails that a person can do without. */
export function MailSwitch({ isOn }: { readonly isOn: boolean }): Markup {
  return (
    <section aria-labelledby="mails">
      <h2 id="mails">Mails about your keys</h2>
      <p>
        {isOn
          ? 'We mail you 30, 7 and 1 days before a key expires, when it has expired, and when its allowlist refuses many requests.'
          : 'You get no mails about expiry and refused addresses.'}{' '}
        We always mail you when a key is generated, revoked, found in public, or used from a new network, and when its
        revocation is scheduled.
      </p>
      <form method="post" action="/settings/api-access/mails">
        <input type="hidden" name="warnings" value={isOn ? 'off' : 'on'} />
        <button type="submit" class="quiet">
          {isOn ? 'Stop mails about expiry and refused addresses' : 'Mail me about expiry and refused addresses'}
        </button>
      </form>
    </section>
  );
}

/** Switches the warnings about expiry and refused addresses on or off. Mails that keep the account safe go on. */
export const postMailSwitch: PersonalPage = {
  method: 'POST',
  path: '/settings/api-access/mails',
  access: 'session',
  async handle(context, { ctx }) {
    await setWarnings(ctx, textOf(await readForm(context.c.req.raw), 'warnings') === 'on');
    return redirect(context, '/settings/api-access');
  },
};
