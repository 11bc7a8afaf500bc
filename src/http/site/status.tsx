import { type Parts, readParts } from '../api/service/parts.ts';
import type { RequestContext } from '../request/request-context.ts';
import { DateTime } from './components/time.tsx';
import { Layout, VISITOR_LINKS } from './layout.tsx';
import type { AnonymousPage } from './page.ts';
import { type Markup, render } from './render.ts';

/** Each service by the work of people and callers that needs it. */
const SERVICES: readonly { readonly part: keyof Parts; readonly name: string; readonly without: string }[] = [
  {
    part: 'redis',
    name: 'API keys and limits',
    without: 'Calls are answered from the database, with 60 a minute a key.',
  },
  { part: 'neon', name: 'Jes, accounts and webhooks', without: 'Reads and writes answer 503. Retry them later.' },
  { part: 'objects', name: 'Pictures and videos', without: 'Uploads answer 503. Everything else works.' },
];

function StatusPage({ parts, now }: { readonly parts: Parts; readonly now: number }): Markup {
  const isWell = SERVICES.every(({ part }) => parts[part] === 'ok');
  return (
    <Layout title="Status" nav={VISITOR_LINKS}>
      <section class="narrow">
        <h1>Status</h1>
        <p class={isWell ? 'notice done' : 'alert'}>
          {isWell ? 'All services work.' : 'Some services do not work right now.'}
        </p>
        <table>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {SERVICES.map(({ part, name, without }) => (
              <tr>
                <th scope="row">{name}</th>
                <td>
                  {parts[part] === 'ok' ? (
                    <span class="badge active">Works</span>
                  ) : (
                    <>
                      <span class="badge failed">Does not answer</span> {without}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <p class="muted">
          Checked on <DateTime iso={new Date(now).toISOString()} /> by the location of our network that is nearest to
          you. Programs read <a href="/readyz">/readyz</a>.
        </p>
      </section>
    </Layout>
  );
}

/** The state of each service, as `/readyz` has it. It looks up no session, so it answers while Neon is away. */
export const getStatus: AnonymousPage = {
  method: 'GET',
  path: '/status',
  access: 'anonymous',
  async handle(context: RequestContext) {
    const parts = await readParts(context);
    return await render(context, 200, <StatusPage parts={parts} now={context.ctx.now} />);
  },
};
