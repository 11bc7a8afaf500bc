import { NeonDbError, neon, neonConfig } from '@neondatabase/serverless';
import { DrizzleQueryError, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http';
import type { Config } from '../config/env.ts';
import { NEON_TIMEOUT_MS } from '../config/limits.ts';
import { inTime } from './in-time.ts';
import type { Meter } from './meter.ts';

export type Db = NeonHttpDatabase;

/** One statement of a batch. */
export type Statement = BatchItem<'pg'>;

/** A piece of SQL with its parameters. */
export type Sql = SQL;

/** A time in a JSON made by Postgres, as `toISOString` writes it. */
export function timeJson(column: Sql): Sql {
  return sql`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** Neon did not answer, or not with an answer of Postgres: it is unknown if a write was committed. */
export class DbUnavailable extends Error {
  override readonly name = 'DbUnavailable';
}

/** Postgres refused a statement. Holds the names of things, never the statement or its parameters. */
export class DbRejected extends Error {
  override readonly name = 'DbRejected';
  /** SQLSTATE. */
  readonly code: string;
  /** The rule that refused: a constraint of the schema, or the name given to {@link refuse}. */
  readonly constraint: string | undefined;

  constructor(error: NeonDbError, code: string) {
    super(`Postgres refused a statement: ${code} ${error.constraint ?? error.table ?? ''}`.trim());
    this.code = code;
    this.constraint = error.constraint;
  }
}

/** The SQLSTATEs that our rules distinguish. */
export const SQLSTATE = {
  foreignKeyViolation: '23503',
  lockNotAvailable: '55P03',
} as const;

/**
 * An expression that refuses the whole transaction, for the branch of a statement that breaks one of our rules. The
 * error names the rule as its constraint, as Postgres names a violated CHECK (`refuse()` of migration 0008).
 *
 * @param rule a constant of ours, never a caller's text
 */
export function refuse(rule: string): Sql {
  return sql`refuse(${sql.raw(`'${rule}'`)})`;
}

/**
 * A text in SQL, unless a rule is broken. Postgres makes the text first, so a refusal in it comes before these rules;
 * CASE then tests them in their order. A statement has all its rules in one such expression: Postgres evaluates columns
 * in the order in which the table has them, and a caller must not notice that order.
 *
 * @param broken for each rule the condition under which it is broken
 */
export function unlessBroken(text: SQLWrapper, broken: Readonly<Record<string, Sql>>): Sql {
  const refusals = Object.entries(broken).map(([rule, condition]) => sql`WHEN ${condition} THEN ${refuse(rule)}`);
  if (refusals.length === 0) return sql`${text}`;
  // OFFSET keeps the planner from merging the two queries.
  return sql`(SELECT CASE ${sql.join(refusals, sql` `)} ELSE made.text END FROM (SELECT ${text} AS text OFFSET 0) made)`;
}

/** The rule by which Postgres refused, or undefined for any other error. */
export function ruleOf(error: unknown): string | undefined {
  return error instanceof DbRejected ? error.constraint : undefined;
}

/** Serialization failure, deadlock, no lock in time: nothing was changed, and the same again may well succeed. */
export function isContention({ code }: DbRejected): boolean {
  return code === '40001' || code === '40P01' || code === SQLSTATE.lockNotAvailable;
}

/** The meter, which the driver spreads into `fetch`'s options and {@link meteredFetch} takes out again. */
interface FetchOptions extends RequestInit {
  meter?: Meter;
}

/** What the driver looks at of a response. */
type Answer = Pick<Response, 'ok' | 'status' | 'json' | 'text'>;

/**
 * One HTTP request to Neon with its whole answer, since the driver itself has no time-out. Other clients of the driver
 * in a process of Node, such as that of migrations, have no meter and wait as long as it takes.
 */
async function meteredFetch(input: string, { meter, ...init }: FetchOptions): Promise<Answer> {
  if (!meter) return await fetch(input, init);
  const exchange = () => inTime(fetch(input, init).then(whole), NEON_TIMEOUT_MS, () => new DbUnavailable());
  return await meter.measure('db', exchange);
}

async function whole(response: Response): Promise<Answer> {
  const { ok, status } = response;
  const text = await response.text();
  return { ok, status, text: async () => text, json: async () => JSON.parse(text) };
}

/**
 * Drizzle over Neon's HTTP protocol for one request. Every statement or batch is one HTTP request, and none
 * waits longer than {@link NEON_TIMEOUT_MS}.
 */
export function connectDb(config: Config, meter: Meter): Db {
  // The driver reads these as globals only; they are the same for every request of an isolate.
  neonConfig.fetchFunction = meteredFetch;
  if (config.NEON_SQL_ENDPOINT) neonConfig.fetchEndpoint = config.NEON_SQL_ENDPOINT;
  return drizzle({ client: neon(config.DATABASE_URL, { fetchOptions: { meter } }) });
}

/**
 * Runs a statement or batch and turns the driver's errors into {@link DbRejected} or {@link DbUnavailable}. The
 * original must not travel further: its message holds SQL and parameters.
 */
export async function runSql<T>(statement: PromiseLike<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    throw dbErrorOf(error);
  }
}

/**
 * Runs statements as one transaction in one request; answers the rows that each changed. @throws DbRejected,
 * DbUnavailable
 */
export async function runChanges(db: Db, statements: readonly Statement[]): Promise<readonly number[]> {
  const results = await runSql(db.batch(statements as unknown as [Statement, ...Statement[]]));
  return results.map((result) => (result as { readonly rowCount: number }).rowCount);
}

/**
 * Runs statements as one transaction in one request; answers the result of the last. @throws DbRejected, DbUnavailable
 */
export async function runBatch<Last extends Statement>(
  db: Db,
  first: readonly Statement[],
  last: Last,
): Promise<Last['_']['result']> {
  const results: readonly unknown[] = await runSql(
    db.batch([...first, last] as unknown as [Statement, ...Statement[]]),
  );
  return results.at(-1) as Last['_']['result'];
}

/** Maps a failed statement or batch to our error. */
export function dbErrorOf(error: unknown): DbRejected | DbUnavailable {
  // A single statement fails wrapped in a DrizzleQueryError, a batch with the driver's own error.
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof NeonDbError && cause.code ? new DbRejected(cause, cause.code) : new DbUnavailable();
}

/** Resolves when Neon answers. @throws DbUnavailable */
export async function pingDb(db: Db): Promise<void> {
  await runSql(db.execute(sql`SELECT 1`));
}
