import { SESSION_TTL_S } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { randomBase62 } from '../../lib/base62.ts';
import { newId } from '../../lib/id.ts';
import { addressBlock } from '../../lib/ip.ts';
import type { ClientAddress, Ctx } from '../context.ts';
import { insertSession } from './store.ts';
import type { Visitor } from './visitor.ts';

/** As long as those that better-auth draws. */
const TOKEN_LENGTH = 32;

/** Longer names of browsers are cut: a header may hold kilobytes. */
const USER_AGENT_MAX_CHARACTERS = 500;

/** Begins a session of an account in the visitor's browser. @returns its token, for the cookie */
export async function beginSession(ctx: Ctx, accountId: string, visitor: Visitor): Promise<string> {
  const token = randomBase62(TOKEN_LENGTH, (count) => crypto.getRandomValues(new Uint8Array(count)));
  const at = new Date(ctx.now);
  const { address, userAgent } = visitor;
  await runSql(
    insertSession(ctx.ports.db, {
      id: newId(ctx.now),
      token,
      accountId,
      ipAddress: address ? blockOf(address) : null,
      userAgent: userAgent?.slice(0, USER_AGENT_MAX_CHARACTERS) ?? null,
      createdAt: at,
      updatedAt: at,
      expiresAt: new Date(ctx.now + SESSION_TTL_S * 1_000),
    }),
  );
  return token;
}

/** An IPv4 address, or the first of the /64 that an IPv6 caller has: all that we keep of where somebody signed in. */
function blockOf({ text, hex }: ClientAddress): string {
  const block = addressBlock(hex);
  return block.length === hex.length ? text : `${block.replaceAll(/(.{4})/g, '$1:')}:`;
}
