import { KEYS_PER_REPORT } from '../../config/limits.ts';
import { reportKeys } from '../../domain/leaks/index.ts';
import type { Person } from '../api/endpoint.ts';
import {
  ErrorSummary,
  FieldError,
  type FieldErrors,
  formProblemOf,
  invalid,
  TextField,
  titleOf,
} from './components/form.tsx';
import { Layout } from './layout.tsx';
import type { PublicPage } from './page.ts';
import { readForm, textOf } from './read-form.ts';
import { type Markup, render } from './render.ts';

function ReportPage(props: {
  readonly viewer: Person | undefined;
  readonly keys: string;
  readonly url: string;
  readonly errors: FieldErrors;
}): Markup {
  const { viewer, keys, url, errors } = props;
  return (
    <Layout title={titleOf('Report a key', errors)} viewer={viewer}>
      <section class="narrow">
        <h1>Report a leaked key</h1>
        <p>
          Did you find a key that begins with <code>jes_live_</code> where others can read it? Report it here: it is
          revoked at once, and its owner is told. You need no account.
        </p>
        <ErrorSummary errors={errors} />
        <form method="post" action="/report-key">
          <div class="field">
            <label for="keys">The key, or several, one a line</label>
            <textarea
              id="keys"
              name="keys"
              rows={4}
              required
              spellcheck={false}
              {...invalid('keys', errors, 'keys-help')}
            >
              {keys}
            </textarea>
            <small id="keys-help">At most {KEYS_PER_REPORT}.</small>
            <FieldError name="keys" errors={errors} />
          </div>
          <TextField
            name="url"
            label="Where did you find it?"
            value={url}
            help="The address of the page. The owner is told it."
            autocomplete="off"
            required={false}
            errors={errors}
          />
          <button type="submit">Report the key</button>
        </form>
      </section>
    </Layout>
  );
}

function ReportedPage({ viewer }: { readonly viewer: Person | undefined }): Markup {
  return (
    <Layout title="Thank you" viewer={viewer}>
      <section class="narrow">
        <h1>Thank you</h1>
        <p>We received your report. If it has an active Jestha key, we revoke the key and tell its owner.</p>
      </section>
    </Layout>
  );
}

/** The form for anybody who found a key in public. */
export const getReportKey: PublicPage = {
  method: 'GET',
  path: '/report-key',
  access: 'public',
  handle: (context, viewer) => render(context, 200, <ReportPage viewer={viewer} keys="" url="" errors={new Map()} />),
};

/** Takes a report. The response is the same for an unknown and an active key, so it tells nobody which keys work. */
export const postReportKey: PublicPage = {
  method: 'POST',
  path: '/report-key',
  access: 'public',
  async handle(context, viewer) {
    const form = await readForm(context.c.req.raw);
    const [keys, url] = [textOf(form, 'keys'), textOf(form, 'url').trim()];
    const lines = keys.split(/\s+/).filter((line) => line !== '');
    try {
      await reportKeys(context.ctx, { keys: lines, ...(url !== '' && { url }) });
    } catch (error) {
      const problem = formProblemOf(context, error);
      const errors = new Map(
        [...problem.errors].map(([path, message]) => [path.replace(/^keys\..*/, 'keys'), message]),
      );
      const { status, headers } = problem;
      return await render(context, status, <ReportPage {...{ viewer, keys, url, errors }} />, headers);
    }
    return await render(context, 202, <ReportedPage viewer={viewer} />);
  },
};
