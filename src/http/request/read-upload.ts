import {
  JSON_BODY_MAX_BYTES,
  UPLOAD_FIELDS_MAX,
  UPLOAD_LIMITS,
  UPLOAD_OVERHEAD_MAX_BYTES,
  UPLOAD_PARTS_SPARE,
  type UploadLimits,
} from '../../config/limits.ts';
import { ApiError, invalidField } from '../../domain/api-error.ts';
import type { ActorCtx } from '../../domain/context.ts';
import { hasClaim, type Written } from '../../domain/idempotency/index.ts';
import { requireUploadsLeft } from '../../domain/limits/index.ts';
import {
  beginUpload,
  discardMedia,
  keepOrDiscard,
  type StoredMedia,
  storeFile,
  type Upload as UploadMemory,
} from '../../domain/media/index.ts';
import { concat, toHex } from '../../lib/bytes.ts';
import { grouped } from '../../lib/grouped.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { parseContentType } from '../../lib/header-value.ts';
import { MEDIA_TYPES } from '../../lib/media/inspect.ts';
import { BrokenEncoding, TRANSFER_DECODERS } from '../../lib/transfer-encoding.ts';
import { claimNameOf } from '../api/write.ts';
import { type Part, readParts } from './multipart.ts';
import { isEncoded } from './read-bytes.ts';
import type { RequestContext } from './request-context.ts';
import { type FieldKind, isUpload, type UploadForm } from './upload-form.ts';

/** A write that came as a form. */
interface Upload<C extends ActorCtx> {
  readonly ctx: C;
  /** Its fields, as JSON would hold them. */
  readonly input: unknown;
  /** Its files, which are in the bucket already. */
  readonly media: readonly StoredMedia[];
}

/**
 * Reads a write that comes as multipart/form-data, and runs its verb. If the verb is refused or replayed, the objects
 * of the files are deleted after the response.
 *
 * @throws ApiError as {@link readUpload} and the verb do
 */
export async function writeUpload<C extends ActorCtx, T>(
  context: RequestContext,
  caller: C,
  form: UploadForm,
  verb: (ctx: C, input: unknown, media: readonly StoredMedia[]) => Promise<Written<T>>,
): Promise<Written<T>> {
  const { ctx, input, media } = await readUpload(context, caller, form);
  return await keepOrDiscard(ctx, media, () => verb(ctx, input, media));
}

/**
 * Reads a write that comes as multipart/form-data (contract section 8): each file is buffered, inspected and put into
 * the bucket while the next arrives. Its `Idempotency-Key` claims the parts, independent of the boundary.
 *
 * @throws ApiError `unsupported_media_type`, `payload_too_large`, `invalid_request`, `service_unavailable`;
 * `daily_quota_exceeded` for a person at their daily limit of uploads
 */
async function readUpload<C extends ActorCtx>({ c }: RequestContext, ctx: C, form: UploadForm): Promise<Upload<C>> {
  const request = c.req.raw;
  if (!isUpload(request) || isEncoded(request)) {
    throw new ApiError({ code: 'unsupported_media_type', accepts: form.accepts });
  }
  const name = claimNameOf(c);
  const limits = { ...UPLOAD_LIMITS[ctx.actor.type], ...(form.isSingle && { files: 1 }) };
  const declaredBytes = declaredLength(request, limits);
  const isKnown = name !== undefined && (await hasClaim(ctx, name));
  const { actor, now, ports } = ctx;
  if (actor.type === 'session' && !isKnown) await requireUploadsLeft(ports.db, actor.accountId, now);

  const read = async () => {
    const memory = await beginUpload(ctx.actor.accountId);
    const options = { limits, declaredBytes, memory, isFingerprinted: name !== undefined, isKnown };
    try {
      return await new UploadReader(ctx, form, options).read(readParts(request, maxBytesOf(limits)));
    } finally {
      memory.end();
    }
  };
  const reading = read();
  // A client that hangs up ends the request, unless the runtime waits for work of it: its memory must be given back.
  ctx.defer(reading.catch(() => undefined));
  const { input, media, parts } = await reading;
  if (name === undefined) return { ctx, input, media };
  const fingerprint = await sha256Hex(`${name.method} ${name.path}\n${JSON.stringify(parts)}`);
  return { ctx: { ...ctx, claim: { ...name, fingerprint, isKnown } }, input, media };
}

function maxBytesOf({ files, fileBytes }: UploadLimits): number {
  return files * fileBytes + JSON_BODY_MAX_BYTES + UPLOAD_OVERHEAD_MAX_BYTES;
}

/**
 * @returns Infinity without a declared length
 * @throws ApiError `payload_too_large`
 */
function declaredLength({ headers }: Request, limits: UploadLimits): number {
  const length = Number(headers.get('Content-Length') ?? Number.NaN);
  if (!Number.isSafeInteger(length) || length < 0) return Number.POSITIVE_INFINITY;
  const maxBytes = maxBytesOf(limits);
  if (length > maxBytes) throw new ApiError({ code: 'payload_too_large', maxBytes });
  return length;
}

interface Options {
  readonly limits: UploadLimits;
  readonly declaredBytes: number;
  readonly memory: UploadMemory;
  readonly isFingerprinted: boolean;
  /** Nothing of it is stored: it is a repeated request. */
  readonly isKnown: boolean;
}

/** The consumer of one part's content. */
interface Sink {
  /** The path in error details: `content`, `media.1`. */
  readonly path: string;
  write(bytes: Uint8Array): void | Promise<void>;
  end(): Promise<void>;
  /** Frees the memory that is held; called once, after success and failure alike. */
  release(): void;
}

const TYPES = { all: MEDIA_TYPES, videos: MEDIA_TYPES.filter((type) => type.startsWith('video/')) };

/** One reading of one form. */
class UploadReader {
  readonly #ctx: ActorCtx;
  readonly #form: UploadForm;
  readonly #options: Options;
  readonly #fields = new Map<string, unknown>();
  /** The texts of those fields that may come several times. */
  readonly #lists = new Map<string, string[]>();
  readonly #media: StoredMedia[] = [];
  /** The input of the fingerprint, for each part. */
  readonly #parts: unknown[] = [];
  #fieldCount = 0;
  #fieldBytes = 0;
  #partCount = 0;

  constructor(ctx: ActorCtx, form: UploadForm, options: Options) {
    this.#ctx = ctx;
    this.#form = form;
    this.#options = options;
  }

  async read(events: ReturnType<typeof readParts>) {
    let sink: Sink | undefined;
    try {
      for await (const event of events) {
        if (event.type === 'part') {
          this.#countPart();
          sink = decoded(this.#open(event.part), event.part);
        } else if (event.type === 'bytes') await sink?.write(event.bytes);
        else {
          await sink?.end();
          sink?.release();
          sink = undefined;
        }
      }
    } catch (error) {
      if (!this.#options.isKnown) discardMedia(this.#ctx, this.#media);
      throw error;
    } finally {
      sink?.release();
    }
    for (const [name, texts] of this.#lists) this.#fields.set(name, listOf(texts));
    return { input: Object.fromEntries(this.#fields), media: this.#media, parts: this.#parts };
  }

  #open(part: Part): Sink {
    return part.name === this.#form.files ? this.#openFile(part) : this.#openField(part);
  }

  #countPart(): void {
    const maxParts = this.#options.limits.files + UPLOAD_FIELDS_MAX + UPLOAD_PARTS_SPARE;
    this.#partCount += 1;
    if (this.#partCount > maxParts) throw invalidField('body', `holds more than ${maxParts} parts`);
  }

  #openField(part: Part): Sink {
    const { name } = part;
    const kind = this.#form.fields.get(name) ?? 'text';
    // Clients generated from our OpenAPI document send JSON as a file named "blob".
    if (kind === 'text' && part.filename !== undefined) throw invalidField(name, 'must not be a file');
    if (this.#fields.has(name)) throw invalidField(name, 'was sent more than once');
    if (++this.#fieldCount > UPLOAD_FIELDS_MAX)
      throw invalidField('body', `holds more than ${UPLOAD_FIELDS_MAX} fields`);
    const chunks: Uint8Array[] = [];
    return {
      path: name,
      write: (bytes) => {
        this.#fieldBytes += bytes.byteLength;
        if (this.#fieldBytes > JSON_BODY_MAX_BYTES) {
          throw tooLarge(name, `is too large: all fields together have at most ${grouped(JSON_BODY_MAX_BYTES)} bytes`);
        }
        chunks.push(bytes);
      },
      end: async () => {
        const bytes = concat(chunks);
        await this.#note(part, bytes);
        if (kind === 'texts') this.#lists.set(name, [...(this.#lists.get(name) ?? []), textOf(part, bytes)]);
        else this.#fields.set(name, READERS[kind](part, bytes));
      },
      release: () => undefined,
    };
  }

  #openFile(part: Part): Sink {
    const { files, fileBytes } = this.#options.limits;
    const index = this.#media.length;
    const path = this.#form.isSingle ? part.name : `${part.name}.${index}`;
    const file = this.#options.memory.openFile(Math.min(fileBytes, this.#options.declaredBytes));
    return {
      path,
      write: async (bytes) => {
        const length = file.length + bytes.byteLength;
        if (index >= files) throw tooLarge(path, `exceeds the limit of ${files} ${files === 1 ? 'file' : 'files'}`);
        if (length > fileBytes) throw tooLarge(path, `is larger than ${grouped(fileBytes)} bytes`);
        if (length > file.maxBytes) throw invalidField('body', 'is longer than its Content-Length');
        await file.append(bytes);
      },
      end: async () => {
        const { bytes } = file;
        await this.#note(part, bytes);
        // Browsers send this for a file input that was left empty.
        if (part.filename === '' && bytes.length === 0) return;
        const sent = { path, bytes, contentType: part.contentType };
        this.#media.push(await storeFile(this.#ctx, sent, TYPES[this.#form.types], this.#options.isKnown));
      },
      release: () => file.release(),
    };
  }

  async #note({ name, filename, contentType }: Part, bytes: Uint8Array): Promise<void> {
    if (!this.#options.isFingerprinted) return;
    const digest = await crypto.subtle.digest('SHA-256', bytes);
    this.#parts.push([name, filename, contentType, toHex(new Uint8Array(digest))]);
  }
}

/** Each turns the content of a field into the value that JSON would hold. */
const READERS: Record<Exclude<FieldKind, 'texts'>, (part: Part, bytes: Uint8Array) => unknown> = {
  text: textOf,
  json(part, bytes) {
    try {
      return JSON.parse(textOf(part, bytes).replace(/^\uFEFF/, ''));
    } catch (error) {
      throw error instanceof ApiError ? error : invalidField(part.name, 'must be JSON');
    }
  },
};

/** Apache HttpClient declares ISO-8859-1 unless its user names another charset. */
const LATIN1_LABELS = ['iso-8859-1', 'latin1', 'windows-1252'];

function textOf({ name, contentType }: Part, bytes: Uint8Array): string {
  const charset = parseContentType(contentType)?.parameters.get('charset')?.toLowerCase() ?? '';
  const labels = LATIN1_LABELS.includes(charset) ? ['utf-8', charset] : ['utf-8'];
  for (const label of labels) {
    try {
      return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // The next label. Latin-1 text with accents is hardly ever valid UTF-8, so UTF-8 comes first.
    }
  }
  throw invalidField(name, 'must be UTF-8');
}

/** These leave the bytes as they are (RFC 2045 section 6.2). */
const IDENTITY_ENCODINGS = ['7bit', '8bit', 'binary', ''];

/**
 * Wraps a sink so that it takes bytes in the `Content-Transfer-Encoding` of their part, as mail libraries write them.
 *
 * @throws ApiError `invalid_request` for an unknown encoding; the sink throws it for malformed bytes
 */
function decoded(sink: Sink, { transferEncoding = '' }: Part): Sink {
  if (IDENTITY_ENCODINGS.includes(transferEncoding)) return sink;
  const { path } = sink;
  const decoder = TRANSFER_DECODERS.get(transferEncoding)?.();
  if (!decoder) {
    const known = [...TRANSFER_DECODERS.keys()].join(', ');
    throw invalidField(path, `has an unknown Content-Transfer-Encoding; leave it out, or take one of ${known}`);
  }
  const write = async (decode: () => Uint8Array) => {
    try {
      const bytes = decode();
      if (bytes.length > 0) await sink.write(bytes);
    } catch (error) {
      if (!(error instanceof BrokenEncoding)) throw error;
      throw invalidField(path, `is not ${transferEncoding}, which its Content-Transfer-Encoding says`);
    }
  };
  return {
    ...sink,
    write: (bytes) => write(() => decoder.write(bytes)),
    end: async () => {
      await write(() => decoder.end());
      await sink.end();
    },
  };
}

/** The texts of a field. One text that is a JSON list holds them all; a picture's own text seldom is one. */
function listOf(texts: readonly string[]): unknown {
  const [only] = texts;
  if (only === undefined || texts.length > 1) return texts;
  try {
    const list: unknown = JSON.parse(only);
    return Array.isArray(list) ? list : texts;
  } catch {
    return texts;
  }
}

function tooLarge(path: string, message: string): ApiError {
  return new ApiError({ code: 'payload_too_large', details: [{ path, message }] });
}
