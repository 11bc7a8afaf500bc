import * as z from 'zod';
import type { Config } from '../config/env.ts';
import { MAIL_TIMEOUT_MS } from '../config/limits.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Two mails with the same one within 24 hours are one: a mail whose attempt had an unknown outcome can be sent again.
   */
  readonly idempotencyKey?: string;
}

/** Sends one mail. */
export interface MailPort {
  /** @throws MailFailed when the provider did not take it */
  send(mail: Mail): Promise<void>;
}

/** The provider did not take a mail. Holds its status and nothing of the mail. */
export class MailFailed extends Error {
  override readonly name = 'MailFailed';
}

/** Resend's HTTP API (`POST /emails`); the local stack answers it too and keeps the mails in a folder. */
export function connectMailer(config: Config): MailPort {
  return {
    async send({ idempotencyKey, ...mail }) {
      const response = await fetch(`${config.MAIL_API_URL}/emails`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${config.MAIL_API_KEY}`,
          'Content-Type': 'application/json',
          ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
        },
        body: JSON.stringify({ from: config.MAIL_FROM, ...mail, to: [mail.to] }),
        signal: AbortSignal.timeout(MAIL_TIMEOUT_MS),
      }).catch(() => undefined);
      // Taken before, with a text that differs by now.
      if (response?.status === 409 && (await nameOf(response)) === 'invalid_idempotent_request') return;
      if (!response?.ok) throw new MailFailed(`the mail provider answered ${response?.status ?? 'nothing'}`);
    },
  };
}

const errorSchema = z.object({ name: z.string() });

async function nameOf(response: Response): Promise<string | undefined> {
  return errorSchema.safeParse(await response.json().catch(() => undefined)).data?.name;
}
