import { resendVerification, verifyEmail } from '../../domain/accounts/index.ts';
import { visitorOf } from '../visitor.ts';
import { Layout } from './layout.tsx';
import type { PersonalPage, PublicPage } from './page.ts';
import { redirect, render } from './render.ts';

export const getVerifyEmail: PublicPage = {
  method: 'GET',
  path: '/verify-email',
  access: 'public',
  async answer(exchange, viewer) {
    const isVerified = await verifyEmail(exchange.ctx, visitorOf(exchange), exchange.c.req.query('token') ?? '');
    const title = isVerified ? 'Your e-mail address is confirmed' : 'This link does not work';
    const page = (
      <Layout title={title} viewer={viewer}>
        <section class="narrow">
          <h1>{title}</h1>
          <p>{isVerified ? 'Thank you.' : 'It is too old, or was not copied whole. Sign in and ask for another.'}</p>
          <p>
            <a href="/settings/api-access">Go to API access</a>
          </p>
        </section>
      </Layout>
    );
    return await render(exchange, isVerified ? 200 : 400, page);
  },
};

export const postResendVerification: PersonalPage = {
  method: 'POST',
  path: '/verify-email/resend',
  access: 'session',
  async answer(exchange, { ctx, owner }) {
    await resendVerification(ctx, owner.email);
    return redirect(exchange, '/settings/api-access?notice=verification-sent');
  },
};
