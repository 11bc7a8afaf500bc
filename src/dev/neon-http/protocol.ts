import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod';
import type { EmulatorResponse } from '../emulator/server.ts';
import {
  type ErrorFields,
  errorFields,
  ISOLATION_LEVELS,
  SqlError,
  type Statement,
  type StatementResult,
  type TransactionOptions,
} from './backend.ts';

/**
 * Neon's limits on one request and one answer, in bytes: 10 MB until late in 2024, 64 MB since
 * (https://github.com/neondatabase/website/pull/2434). The messages and statuses are those of its proxy,
 * `proxy/src/serverless/sql_over_http.rs` and `error.rs` in https://github.com/neondatabase/neon.
 */
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** A request that is refused by the service itself; Postgres has no part in it. */
export class ProtocolError extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly code: string;

  constructor(message: string, status = 400, code = '') {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The content of one request: a single statement, or a batch in a transaction. */
export type Payload =
  | { readonly statement: Statement }
  | { readonly batch: readonly Statement[]; readonly options: TransactionOptions };

const statementSchema = z.strictObject({
  // The wire protocol ends the text there; on the real service it cannot be encoded either.
  query: z.string().refine((text) => !text.includes('\0'), 'must not contain a NUL character'),
  // The client turns everything else into text before it sends it.
  params: z.array(z.string('must be text or null').nullable()).default([]),
});
const batchSchema = z.strictObject({ queries: z.array(statementSchema) });

const isolationLevelSchema = z.enum(Object.keys(ISOLATION_LEVELS) as [keyof typeof ISOLATION_LEVELS]).optional();

/**
 * The user and password of the `Neon-Connection-String` header.
 *
 * @throws {ProtocolError} whose message never contains the header: it holds the password
 */
export function readConnectionString(headers: IncomingHttpHeaders): { user: string; password: string } {
  const header = headers['neon-connection-string'];
  if (typeof header !== 'string') throw new ProtocolError('invalid header: neon-connection-string');
  let url: URL;
  let user: string;
  let password: string;
  try {
    url = new URL(header);
    user = decodeURIComponent(url.username);
    password = decodeURIComponent(url.password);
  } catch {
    throw new ProtocolError('invalid connection string');
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') throw new ProtocolError('incorrect scheme');
  if (url.pathname.length <= 1) throw new ProtocolError('missing database name');
  if (user === '') throw new ProtocolError('missing username');
  if (password === '') throw new ProtocolError('missing authentication credentials: required password');
  return { user, password };
}

/** @throws {ProtocolError} */
export function readPayload(headers: IncomingHttpHeaders, body: string): Payload {
  if (headers['neon-raw-text-output'] !== 'true' || headers['neon-array-mode'] !== 'true') {
    throw new ProtocolError('the emulator answers only to Neon-Raw-Text-Output: true and Neon-Array-Mode: true');
  }
  const isolationLevel = isolationLevelSchema.safeParse(headers['neon-batch-isolation-level']);
  if (!isolationLevel.success) throw new ProtocolError('invalid isolation level');
  if (Buffer.byteLength(body) > MAX_REQUEST_BYTES) {
    throw new ProtocolError(`request is too large (max is ${MAX_REQUEST_BYTES} bytes)`, 413);
  }

  const json = parseJson(body);
  if (typeof json !== 'object' || json === null || !('queries' in json)) {
    return { statement: parseShape(statementSchema, json) };
  }
  return {
    batch: parseShape(batchSchema, json).queries,
    options: {
      isolationLevel: isolationLevel.data,
      // Any other value than `true` counts as false.
      readOnly: headers['neon-batch-read-only'] === 'true',
      deferrable: headers['neon-batch-deferrable'] === 'true',
    },
  };
}

/** A statement's result as the protocol shows it. */
export function resultJson({ command, rowCount, fields, rows }: StatementResult): object {
  return {
    command,
    rowCount,
    rowAsArray: true,
    rows,
    fields: fields.map(({ name, dataTypeID, tableID, columnID, dataTypeSize, dataTypeModifier }) => ({
      name,
      dataTypeID,
      tableID,
      columnID,
      dataTypeSize,
      dataTypeModifier,
      format: 'text',
    })),
  };
}

/** @throws {ProtocolError} when it is larger than an answer may be; before COMMIT, that rolls a batch back */
export function resultAnswer(result: object): EmulatorResponse {
  const body = JSON.stringify(result);
  if (Buffer.byteLength(body) > MAX_RESPONSE_BYTES) {
    throw new ProtocolError(`response is too large (max is ${MAX_RESPONSE_BYTES} bytes)`, 507);
  }
  return { status: 200, body };
}

/**
 * The answer to an error of Postgres or a refusal; any other error is not the protocol's, and is thrown on.
 * The client reads the fields of a 400 only.
 */
export function errorAnswer(error: unknown): EmulatorResponse {
  if (error instanceof SqlError) return failure(400, error.message, error.fields);
  if (error instanceof ProtocolError) {
    // Neon leaves these two empty and all others null for an error that did not come from Postgres.
    return failure(error.status, error.message, errorFields({ code: error.code, severity: '' }));
  }
  throw error;
}

function failure(status: number, message: string, fields: ErrorFields): EmulatorResponse {
  return { status, body: JSON.stringify({ message, ...fields }) };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ProtocolError('could not parse the HTTP request body: not JSON');
  }
}

function parseShape<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new ProtocolError(`could not parse the HTTP request body: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
