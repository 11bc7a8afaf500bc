import { DatabaseError, Pool, type PoolClient, type QueryArrayConfig } from 'pg';
import {
  inTransaction,
  SESSION_SETTINGS,
  type SqlBackend,
  SqlError,
  type Statement,
  type StatementResult,
} from './backend.ts';

/**
 * Connections to the server at most. Enough for tests of races, and several test files fit into the 100 connections
 * that Postgres allows by default.
 */
const POOL_SIZE = 20;

/** The values as they came, where `pg` would parse them by their type. */
const textTypes = { getTypeParser: () => (text: string) => text };

/**
 * Without `queryMode`, which its types forget, `pg` uses the simple protocol for a query without parameters,
 * and that would run several statements in one text.
 */
type ExtendedQueryConfig = QueryArrayConfig & { readonly queryMode: 'extended' };

/**
 * Opens a pool of connections to a real Postgres: for tests in which requests must really run side by side.
 *
 * @param connectionString of the server behind the emulator, not the one that the client under test is given
 */
export function openPostgres(connectionString: string): SqlBackend {
  const pool = new Pool({
    connectionString,
    max: POOL_SIZE,
    types: textTypes,
    options: Object.entries(SESSION_SETTINGS)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  // A connection that breaks while idle, or while a request holds it, must not end the process: the pool
  // drops the former, and the latter's query fails.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));

  return {
    query: (statement) => withClient(pool, (client) => runStatement(client, statement)),
    transaction: (options, work) =>
      withClient(pool, (client) => inTransaction((statement) => runStatement(client, statement), options, work)),
    exec: (sql) =>
      withClient(pool, async (client) => {
        await reported(client.query(sql));
      }),
    close: () => pool.end(),
  };
}

/** Lends a connection; one that may be broken, or was left within a transaction, is destroyed, not reused. */
async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let fatal = false;
  try {
    return await work(client);
  } catch (error) {
    // FATAL and PANIC end the connection, but its end may not have been seen yet.
    fatal = error instanceof SqlError && error.fields.severity !== 'ERROR';
    throw error;
  } finally {
    client.release(fatal || client.getTransactionStatus() !== 'I');
  }
}

async function runStatement(client: PoolClient, { query, params }: Statement): Promise<StatementResult> {
  const config: ExtendedQueryConfig = { text: query, values: [...params], rowMode: 'array', queryMode: 'extended' };
  const { command, rowCount, fields, rows } = await reported(client.query<Array<string | null>>(config));
  // An empty statement has no command; Neon reports an empty text.
  return { command: command ?? '', rowCount, fields, rows };
}

async function reported<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof DatabaseError ? new SqlError(error) : error;
  }
}
