import { MAILED_LINK_TTL_MS } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { randomBase62 } from '../../lib/base62.ts';
import { sha256Hex } from '../../lib/hash.ts';
import type { Ctx } from '../context.ts';
import { passwordResetMail, verificationMail } from './mails.ts';
import { insertMailedLink, type LinkPurpose } from './store.ts';

const MAILS = { verification: verificationMail, reset: passwordResetMail } as const;

/** 190 bits. */
const TOKEN_LENGTH = 32;

/** Checks the form of the token of a mailed link; no other text reaches the database. */
export const isLinkToken = (text: string) => /^[0-9A-Za-z]{32}$/.test(text);

/** A new link: the token for the mail, and the row for the database. */
export async function newLink(ctx: Ctx, purpose: LinkPurpose) {
  const token = randomBase62(TOKEN_LENGTH, (count) => crypto.getRandomValues(new Uint8Array(count)));
  return { token, row: { hash: await sha256Hex(token), purpose, expiresAt: new Date(ctx.now + MAILED_LINK_TTL_MS) } };
}

/** Mails a link to the account with this address, if there is one. Defer it: its duration reveals if there is one. */
export async function mailLink(ctx: Ctx, email: string, purpose: LinkPurpose): Promise<void> {
  const { token, row } = await newLink(ctx, purpose);
  const { rows } = await runSql(insertMailedLink(ctx.ports.db, row, { email }));
  if (rows.length > 0) await ctx.ports.mailer.send(MAILS[purpose](ctx.ports.webOrigin, email, token));
}
