import { parseArgs } from 'node:util';
import type { Sizes } from './measure.ts';

export interface Options {
  readonly mode: 'full' | 'quick';
  readonly sizes: Sizes;
  /** Accounts with five keys each; more of them let more requests come in a minute. */
  readonly accounts: number;
  readonly betterAuthKeys: number;
  /** Calls of the authorize script in a round over one allowlist. */
  readonly scriptCalls: number;
  /** Large uploads at once. */
  readonly uploads: readonly number[];
  /** Keys whose events are timed, eight each. */
  readonly webhookKeys: number;
  /** Measure every route over ten million Jes instead of all else. */
  readonly tenMillion: boolean;
  /** Keys in the table, for the comparison of a small one with a large one. */
  readonly scale: { readonly small: number; readonly large: number };
}

const FULL: Omit<Options, 'tenMillion' | 'scale'> = {
  mode: 'full',
  sizes: { turns: 2, warmup: 500, latency: 120, round: { none: 5_000, redis: 5_000, sql: 1_000, waiting: 40 } },
  accounts: 400,
  betterAuthKeys: 200,
  scriptCalls: 3_000,
  uploads: [1, 20],
  webhookKeys: 25,
};

/** A smoke run: every part of the bench, with figures that mean little. */
const QUICK: Omit<Options, 'tenMillion' | 'scale'> = {
  mode: 'quick',
  sizes: { turns: 1, warmup: 80, latency: 24, round: { none: 200, redis: 100, sql: 40, waiting: 16 } },
  accounts: 30,
  betterAuthKeys: 40,
  scriptCalls: 300,
  uploads: [4],
  webhookKeys: 3,
};

const SMALL = 1_000;

export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      /** About a minute, with figures that mean little. */
      quick: { type: 'boolean', default: false },
      /** Compare with a million keys. Wants a real Postgres and a few minutes more. */
      scale: { type: 'boolean', default: false },
      /** Instead of all else, every route over ten million Jes. Wants a real Postgres and a quarter of an hour. */
      'ten-million': { type: 'boolean', default: false },
    },
  });
  const large = values.scale ? 1_000_000 : values.quick ? 5_000 : 20_000;
  return { ...(values.quick ? QUICK : FULL), tenMillion: values['ten-million'], scale: { small: SMALL, large } };
}
