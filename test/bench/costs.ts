import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DUE, type Subrequests } from './due.ts';
import { markdown } from './report.ts';

/** Public list prices in US dollars, as published in that month. */
const PRICES_READ = 'November 2026';
const MILLION = 1_000_000;
/** Workers Paid, beyond the 10 million requests of a month that are included. */
const WORKER_REQUEST = 0.3 / MILLION;
/** Workers Paid, beyond the included 30 million milliseconds. */
const WORKER_CPU_MS = 0.02 / MILLION;
/** Upstash Redis, pay as you go. */
const REDIS_COMMAND = 0.2 / 100_000;
/** Neon's Launch plan, an hour of one compute unit (1 vCPU, 4 GB). */
const NEON_CU_HOUR = 0.106;

/** CPU of a Worker for a request: more than any row of the bench. */
const ASSUMED_CPU_MS = 3;
/** What a statement takes of a compute unit that is never idle; by index, of some kilobytes. */
const ASSUMED_STATEMENT_MS = 1;

const SCALE_MD = join(import.meta.dirname, '../../src/SCALE.md');
const BLOCK = /(<!-- costs: npm run docs:costs -->\n)[\s\S]*?(<!-- \/costs -->)/;

const ROWS: readonly (readonly [string, Subrequests])[] = [
  ['malformed key', DUE.invalid],
  ['refused again: limited or revoked (at most)', DUE.limitedAgain],
  ['unknown key, first probe', DUE.unknown],
  ['warm whoami', DUE.warm],
  ['cold whoami', DUE.cold],
  ['read a Jes, or list comments', DUE.read],
  ['create a Jes', DUE.create],
  ['a key checked by: hash, SQL, two `@upstash/ratelimit`', DUE.usual],
  ['a key checked by: better-auth api-key, database', DUE.betterAuthDatabase],
  ['a key checked by: better-auth api-key, secondary storage', DUE.betterAuthRedis],
];

/** `src/SCALE.md` with the costs of a million requests in their place. */
export function withCostTable(text: string): string {
  if (!BLOCK.test(text)) throw new Error('src/SCALE.md has no place for the costs');
  const table = markdown(
    ['per million requests', 'billed commands', 'SQL', 'Workers', 'Upstash', 'Neon', 'in all'],
    ROWS.map(([name, { commands, statements }]) => {
      const worker = WORKER_REQUEST + ASSUMED_CPU_MS * WORKER_CPU_MS;
      const redis = commands * REDIS_COMMAND;
      const neon = (statements * ASSUMED_STATEMENT_MS * NEON_CU_HOUR) / 3_600_000;
      const dollars = [worker, redis, neon, worker + redis + neon].map((each) => `$${(each * MILLION).toFixed(2)}`);
      return [name, `${commands} M`, `${statements} M`, ...dollars];
    }),
  );
  return text.replace(
    BLOCK,
    (_, open: string, close: string) =>
      `${open}${table}\n\nList prices of ${PRICES_READ}: Workers $0.30 a million requests and $0.02 a million ms of CPU (${ASSUMED_CPU_MS} ms each assumed), ` +
      `Upstash pay as you go\n$0.20 per 100,000 commands, Neon Launch $${NEON_CU_HOUR} a CU-hour (${ASSUMED_STATEMENT_MS} ms a statement assumed).\n${close}`,
  );
}

if (import.meta.main) writeFileSync(SCALE_MD, withCostTable(readFileSync(SCALE_MD, 'utf8')));
