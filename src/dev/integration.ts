import * as z from 'zod';

/** One call of the documented integration: the request, and the contract's promise. */
export interface Step {
  readonly sent: string;
  /** Status and, of an error, its code; several answers that are fine are joined by " or ". */
  readonly promised: string;
  send(): Promise<Response>;
}

/** Sends to the API; with content it is a new Jes. */
export type Call = (path: string, key?: string, content?: string) => Promise<Response>;

/** @param headers sent with every request */
export function callerOf(origin: string, headers: Readonly<Record<string, string>> = {}): Call {
  return (path, key, content) =>
    fetch(origin + path, {
      ...(content !== undefined && { method: 'POST', body: JSON.stringify({ content, visibility: 'PUBLIC' }) }),
      headers: {
        'Content-Type': 'application/json',
        ...headers,
        ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      },
    });
}

/** Uploads a file with a new Jes. */
export function uploadTo(origin: string, key: string, file: Blob, name: string): Promise<Response> {
  const body = new FormData();
  body.set('content', 'A picture from npm run demo');
  body.set('media', file, name);
  body.set('alt', 'A square that fades from blue to orange');
  return fetch(`${origin}/api/posts`, { method: 'POST', headers: { Authorization: `Bearer ${key}` }, body });
}

/**
 * The refusals of calls without a good key. Writes nothing.
 *
 * @param unknown a well-formed key that does not exist
 */
export function strangerSteps(call: Call, unknown: string): Step[] {
  const whoami = (key?: string) => call('/api/auth/me', key);
  return [
    { sent: 'no key', promised: '401 authentication_required', send: () => whoami() },
    { sent: 'a malformed key', promised: '401 invalid_api_key', send: () => whoami('jes_live_oops') },
    { sent: 'a key that nobody has', promised: '401 invalid_api_key', send: () => whoami(unknown) },
  ];
}

/**
 * The responses to a key that may only read. Writes nothing, even if the key could: a Jes without content is refused.
 */
export function readerSteps(call: Call, reader: string): Step[] {
  return [
    { sent: 'who am I?', promised: '200', send: () => call('/api/auth/me', reader) },
    { sent: 'a key without write:jes', promised: '403 missing_scope', send: () => call('/api/posts', reader, '') },
  ];
}

const bodySchema = z.object({ code: z.string().optional(), message: z.string().optional() }).catch({});

/** Sends one after another and prints a table of what came back. @returns true if every promise was kept */
export async function play(steps: readonly Step[]): Promise<boolean> {
  const rows: string[][] = [['sent', 'promised', 'came back', 'X-RateLimit-Remaining', 'message']];
  for (const { sent, promised, send } of steps) {
    const response = await send();
    const text = await response.text();
    const isJson = response.headers.get('Content-Type') === 'application/json';
    const body = bodySchema.parse(isJson ? JSON.parse(text) : {});
    const cameBack = [response.status, body.code].filter(Boolean).join(' ');
    const isKept = promised.split(' or ').includes(cameBack);
    const remaining = response.headers.get('X-RateLimit-Remaining') ?? '';
    rows.push([sent, promised, `${isKept ? '✓' : '✗'} ${cameBack}`, remaining, body.message ?? '']);
  }
  console.log(table(rows));
  return rows.every(([, , cameBack]) => !cameBack?.startsWith('✗'));
}

function table(rows: readonly string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
