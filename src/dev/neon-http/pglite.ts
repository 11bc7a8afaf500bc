import { mkdir } from 'node:fs/promises';
import { PGlite, protocol } from '@electric-sql/pglite';
import {
  inTransaction,
  SESSION_SETTINGS,
  type SqlBackend,
  SqlError,
  type Statement,
  type StatementResult,
} from './backend.ts';

const { serialize, messages } = protocol;

/**
 * Ends a `COPY … FROM STDIN`, which has no data to come; everywhere else the protocol ignores it. Without it,
 * Postgres would find its input at an end, and exit with the whole process.
 */
const COPY_FAIL = serialize.copyFail('No source stream defined');

type Message = Awaited<ReturnType<PGlite['execProtocolStream']>>[number];

/**
 * Opens PGlite, a Postgres compiled to WebAssembly, in a folder or, without one, in memory.
 *
 * It has one connection and runs on the thread of its caller: requests run one after another, a batch as a
 * whole, and `pg_sleep` stops everything. Good for development, blind to races.
 *
 * It is spoken to by the wire protocol rather than by `PGlite.query`, which parses values, keeps only two
 * properties of a field, and has no isolation levels.
 *
 * @param dataDir made where it does not exist; one process at a time may have it open
 */
export async function openPglite(dataDir: string | undefined): Promise<SqlBackend> {
  if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
  const database = await PGlite.create(dataDir === undefined ? {} : { dataDir });
  const run = (statement: Statement) => runStatement(database, statement);

  const exclusively = <T>(work: () => Promise<T>): Promise<T> =>
    database.runExclusive(async () => {
      try {
        return await work();
      } finally {
        // A lone BEGIN: Neon throws such a connection away, here it is the only one.
        if (database.isInTransaction()) await runScript(database, 'ROLLBACK');
      }
    });

  // PGlite overrides a time zone given at its start by the one in its environment.
  const settings = Object.entries(SESSION_SETTINGS).map(([name, value]) => `SET ${name} = '${value}'`);
  await exclusively(() => runScript(database, settings.join(';')));

  return {
    query: (statement) => exclusively(() => run(statement)),
    transaction: (options, work) => exclusively(() => inTransaction(run, options, work)),
    exec: (sql) => exclusively(() => runScript(database, sql)),
    close: () => database.close(),
  };
}

/** Runs one statement by the extended protocol, which refuses several in one text. */
async function runStatement(database: PGlite, { query, params }: Statement): Promise<StatementResult> {
  const answer = await send(database, [
    serialize.parse({ text: query }),
    serialize.bind({ values: [...params] }),
    serialize.describe({ type: 'P' }),
    serialize.execute({}),
    COPY_FAIL,
    serialize.sync(),
  ]);
  const description = answer.find((message) => message instanceof messages.RowDescriptionMessage);
  const complete = answer.find((message) => message instanceof messages.CommandCompleteMessage);
  return {
    ...parseCommandTag(complete?.text ?? ''),
    fields: description?.fields ?? [],
    rows: answer.filter((message) => message instanceof messages.DataRowMessage).map((row) => row.fields),
  };
}

async function runScript(database: PGlite, sql: string): Promise<void> {
  await send(database, [serialize.query(sql), COPY_FAIL]);
}

async function send(database: PGlite, request: readonly Uint8Array[]): Promise<readonly Message[]> {
  const answer = await database.execProtocolStream(Buffer.concat(request), { throwOnError: false });
  const error = answer.find((message) => message instanceof messages.DatabaseError);
  if (error) throw new SqlError(error);
  return answer;
}

/** `INSERT 0 5` is five rows, `SELECT 2` two, `CREATE TABLE` has no count. */
function parseCommandTag(tag: string): { command: string; rowCount: number | null } {
  const words = tag.split(' ');
  const count = words.at(-1) ?? '';
  return { command: words[0] ?? '', rowCount: /^\d+$/.test(count) ? Number(count) : null };
}
