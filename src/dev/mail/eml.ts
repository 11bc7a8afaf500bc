import * as z from 'zod';

/** The body of Resend's `POST /emails`, limited to the fields that we send. */
export const mailSchema = z.strictObject({
  from: z.string().min(1),
  to: z.array(z.email({ pattern: z.regexes.html5Email })).min(1),
  subject: z.string().min(1),
  text: z.string().min(1),
  headers: z.record(z.string().regex(/^[!-9;-~]+$/), z.string()).optional(),
});

export type ReceivedMail = z.infer<typeof mailSchema> & { readonly id: string; readonly receivedAt: Date };

/** RFC 2047: characters beyond ASCII travel encoded. */
function header(text: string): string {
  const line = text.replaceAll(/[\r\n]+/g, ' ');
  return /^[\x20-\x7e]*$/.test(line) ? line : `=?utf-8?B?${Buffer.from(line).toString('base64')}?=`;
}

/** A mail as a file that mail programs open (RFC 5322). */
export function toEml({ id, from, to, subject, text, headers = {}, receivedAt }: ReceivedMail): string {
  return [
    `Message-ID: <${id}@localhost>`,
    `Date: ${receivedAt.toUTCString()}`,
    `From: ${header(from)}`,
    `To: ${to.join(', ')}`,
    `Subject: ${header(subject)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${header(value)}`),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    text.replaceAll(/\r?\n/g, '\r\n'),
    '',
  ].join('\r\n');
}
