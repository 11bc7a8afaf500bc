import { make, type PartInfo } from 'multipasta';
import { UPLOAD_DEADLINE_MS, UPLOAD_STALL_MS } from '../config/limits.ts';
import { inTime } from '../data/in-time.ts';
import { invalidField, Refused } from '../domain/refusal.ts';

/** What comes by, in order: the head of a part, its bytes in pieces, its end. */
export type PartEvent =
  | { readonly type: 'part'; readonly part: Part }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'end' };

export interface Part {
  readonly name: string;
  /** As it was sent; undefined = none was. Nothing is ever stored under it. */
  readonly filename: string | undefined;
  /** What the sender says it is, whole; undefined = nothing was said. */
  readonly contentType: string | undefined;
}

const HYPHEN = 0x2d;
const CHUNK_BYTES = 64 * 1_024;

/**
 * The parts of a multipart/form-data body (RFC 7578), as they arrive: nothing is read before what came before it was
 * taken. The parser is multipasta; what it does not do is done here, and each of it has a test.
 *
 * @throws Refused `invalid_request` naming what is wrong with the body, `payload_too_large`
 */
export async function* readParts(request: Request, maxBytes: number): AsyncGenerator<PartEvent> {
  const contentType = request.headers.get('Content-Type') ?? '';
  requireBoundary(contentType);
  const parser = new Parser(contentType);
  let length = 0;
  for await (const chunk of chunksOf(request)) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Refused({ code: 'payload_too_large', maxBytes });
    yield* parser.write(chunk);
    // What follows the closing boundary says nothing (RFC 2046 section 5.1.1), and may never come.
    if (parser.isDone) return;
  }
  yield* parser.end();
}

/** RFC 2046 section 5.1.1: 1 to 70 characters. */
function requireBoundary(contentType: string): void {
  if (/;\s*boundary=(?:"[^"\\]{1,70}"|[^\s";]{1,70})\s*(?:;|$)/i.test(contentType)) return;
  throw invalidField('Content-Type', 'must name the boundary of the parts');
}

/** The chunks of a body; one that stops coming is given up. */
async function* chunksOf({ body }: Request): AsyncGenerator<Uint8Array> {
  if (!body) return;
  // With a room of ours for each read, since the runtime's own are a sixteenth of that, and each costs a turn.
  const reader = body.getReader({ mode: 'byob' });
  const started = performance.now();
  try {
    for (;;) {
      const left = Math.max(0, started + UPLOAD_DEADLINE_MS - performance.now());
      const { done, value } = await inTime(
        reader.read(new Uint8Array(CHUNK_BYTES)).catch(brokenOff),
        Math.min(UPLOAD_STALL_MS, left),
        () => invalidField('body', 'stopped arriving'),
      );
      if (done) return;
      yield value;
    }
  } finally {
    // Also where the taker has seen enough. That it cannot be cancelled any more is nobody's concern.
    reader.cancel().catch(() => undefined);
  }
}

/** What fails beside its time is the connection, or the length it promised. */
function brokenOff(error: unknown): never {
  throw error instanceof Refused ? error : invalidField('body', 'broke off');
}

class Parser {
  isDone = false;
  readonly #parser: ReturnType<typeof make>;
  #events: PartEvent[] = [];
  #isInPart = false;
  #held = new Uint8Array();

  constructor(contentType: string) {
    this.#parser = make({
      headers: { 'content-type': contentType },
      // One way for fields and files, so that a field too is judged while it arrives.
      isFile: () => true,
      onFile: (info) => this.#begin(info),
      onField: () => this.isDone || unreadable(),
      // That the end was not reached is seen in the end.
      onError: ({ _tag }) => this.isDone || _tag === 'EndNotReached' || unreadable(),
      onDone: () => {
        this.isDone = true;
      },
    });
  }

  /**
   * The parser overlooks a closing boundary of whose two hyphens only one has come. So hyphens at the end of a chunk
   * wait for the next.
   */
  write(chunk: Uint8Array): PartEvent[] {
    const bytes = this.#held.length === 0 ? chunk : joined(this.#held, chunk);
    const hyphens = bytes.at(-1) !== HYPHEN ? 0 : bytes.at(-2) !== HYPHEN ? 1 : 2;
    this.#held = bytes.slice(bytes.length - hyphens);
    return this.#take(() => this.#parser.write(bytes.subarray(0, bytes.length - hyphens)));
  }

  end(): PartEvent[] {
    const last = this.#take(() => {
      this.#parser.write(this.#held);
      this.#parser.end();
    });
    if (!this.isDone) throw invalidField('body', 'ends before its closing boundary');
    return last;
  }

  #take(feed: () => void): PartEvent[] {
    try {
      feed();
    } catch (error) {
      // What it throws itself is of a percent-encoding that is none, in a file name.
      throw error instanceof Refused ? error : unreadable();
    }
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #begin(info: PartInfo): (chunk: Uint8Array | null) => void {
    if (this.isDone) return () => undefined;
    this.#events.push({ type: 'part', part: partOf(info) });
    this.#isInPart = true;
    return (bytes) => {
      if (this.isDone) return;
      // A part that is over before its headers are ends the one before it once more.
      if (!this.#isInPart) unreadable();
      this.#isInPart = bytes !== null;
      this.#events.push(bytes === null ? { type: 'end' } : { type: 'bytes', bytes });
    };
  }
}

/** `; name="value"` of a header. Quoted values hold anything; how quotes in them are written differs between clients. */
const PARAMETER = /\s*;\s*([\w-]+\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/y;

function parameterAt(disposition: string, at: number): RegExpExecArray | null {
  PARAMETER.lastIndex = at;
  return PARAMETER.exec(disposition);
}

/**
 * What a part says of itself. The parser reads no file name beyond Latin-1 and takes the part for nameless then, so its
 * `Content-Disposition` is read here.
 */
function partOf({ headers }: PartInfo): Part {
  const { 'content-disposition': disposition, 'content-type': contentType } = headers;
  if (typeof disposition !== 'string' || Array.isArray(contentType)) unreadable();
  const parameters = new Map<string, string>();
  const type = /^\s*form-data/i.exec(disposition)?.[0];
  let end = type?.length ?? 0;
  for (let match = parameterAt(disposition, end); match; match = parameterAt(disposition, end)) {
    const [all, name = '', quoted, token = ''] = match;
    parameters.set(name.toLowerCase(), quoted ?? token);
    end += all.length;
  }
  if (!/^[\s;]*$/.test(disposition.slice(end))) unreadable();
  const name = parameters.get('name');
  if (type === undefined || name === undefined) unreadable();
  const filename = parameters.get('filename*') ?? parameters.get('filename');
  // Where it came in pieces, the parser leaves the space before it.
  return { name, filename, contentType: contentType?.trim() };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function unreadable(): never {
  throw invalidField('body', 'holds a part whose headers cannot be read');
}
