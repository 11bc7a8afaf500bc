/** One SQL statement with its parameters as Postgres text. */
export interface Statement {
  readonly query: string;
  readonly params: ReadonlyArray<string | null>;
}

/** A column of a result, as Postgres describes it on the wire. */
export interface Field {
  readonly name: string;
  readonly dataTypeID: number;
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeSize: number;
  readonly dataTypeModifier: number;
}

/** The result of a statement; every value is Postgres text. */
export interface StatementResult {
  readonly command: string;
  readonly rowCount: number | null;
  readonly fields: readonly Field[];
  readonly rows: ReadonlyArray<ReadonlyArray<string | null>>;
}

export interface TransactionOptions {
  readonly isolationLevel?: keyof typeof ISOLATION_LEVELS | undefined;
  readonly readOnly?: boolean;
  readonly deferrable?: boolean;
}

/** Runs one statement on the connection that the caller holds. */
export type Run = (statement: Statement) => Promise<StatementResult>;

/** A Postgres behind the emulator. The opener closes it. */
export interface SqlBackend {
  /** @throws {SqlError} what Postgres answered instead of a result */
  query(statement: Statement): Promise<StatementResult>;
  /**
   * Runs `work` between BEGIN and COMMIT on one connection; nothing else runs on it meanwhile. An error of
   * any kind rolls back and is rethrown.
   * @throws {SqlError}
   */
  transaction<T>(options: TransactionOptions, work: (run: Run) => Promise<T>): Promise<T>;
  /**
   * Runs a script of any number of statements, as a migration is; without BEGIN in it, all or nothing.
   * @throws {SqlError}
   */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** The isolation levels by their names in the `Neon-Batch-Isolation-Level` header. */
export const ISOLATION_LEVELS = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
} as const;

/**
 * The settings that decide how values look as text. Neon's are the defaults of Postgres with the time zone
 * GMT; a server installed by hand often has the time zone and date style of its machine.
 */
export const SESSION_SETTINGS = {
  TimeZone: 'GMT',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
} as const;

const ERROR_FIELDS = [
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'internalPosition',
  'internalQuery',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'file',
  'line',
  'routine',
] as const;

/** The fields of an error answer in addition to its message. */
export type ErrorFields = Readonly<Record<(typeof ERROR_FIELDS)[number], string | null>>;

type ErrorSource = { readonly [name in keyof ErrorFields]?: string | null | undefined };

/** An error that Postgres reported, with all that it said about it. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly fields: ErrorFields;

  constructor(source: ErrorSource & { readonly message: string }) {
    super(source.message);
    this.fields = errorFields(source);
  }
}

/** All fields of an error answer, `null` for an unknown one. */
export function errorFields(source: ErrorSource): ErrorFields {
  return Object.fromEntries(ERROR_FIELDS.map((field) => [field, source[field] ?? null])) as ErrorFields;
}

/** Runs `work` between BEGIN and COMMIT on a connection that no other request uses meanwhile. */
export async function inTransaction<T>(
  run: Run,
  options: TransactionOptions,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  await run({ query: begin(options), params: [] });
  try {
    const result = await work(run);
    // A deferred constraint fails here.
    await run({ query: 'COMMIT', params: [] });
    return result;
  } catch (error) {
    // The first error is the answer. If the connection is gone, so is the transaction.
    await run({ query: 'ROLLBACK', params: [] }).catch(() => undefined);
    throw error;
  }
}

function begin({ isolationLevel, readOnly, deferrable }: TransactionOptions): string {
  const modes = ['BEGIN'];
  if (isolationLevel) modes.push(`ISOLATION LEVEL ${ISOLATION_LEVELS[isolationLevel]}`);
  if (readOnly) modes.push('READ ONLY');
  if (deferrable) modes.push('DEFERRABLE');
  return modes.join(' ');
}
