import { ERRORS } from '../../config/errors.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Exchange } from '../exchange.ts';
import { answerTo } from '../problem.ts';
import { Layout, SignOutButton } from './layout.tsx';
import { render } from './render.ts';

/** The one way a refusal becomes a page. */
export function errorPage(exchange: Exchange, refusal: Refusal): Promise<Response> {
  const { status, title } = ERRORS[refusal.code];
  const { message, headers } = answerTo(refusal);
  exchange.refusal = refusal;
  const { authentication } = exchange;
  const isPerson = authentication?.outcome === 'admitted' && authentication.actor.type === 'session';
  const page = (
    <Layout title={title} viewer={isPerson ? authentication : undefined}>
      <section class="narrow">
        <h1>{title}</h1>
        <p>{message}</p>
        {refusal.code === 'account_suspended' ? (
          <SignOutButton />
        ) : (
          <p>
            <a href="/settings/api-access">Go to API access</a>
          </p>
        )}
        <p class="muted">
          Request <code>{exchange.ctx.requestId}</code>
        </p>
      </section>
    </Layout>
  );
  return render(exchange, status, page, headers);
}
