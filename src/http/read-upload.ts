import {
  JSON_BODY_MAX_BYTES,
  UPLOAD_FIELDS_MAX,
  UPLOAD_LIMITS,
  UPLOAD_OVERHEAD_MAX_BYTES,
  type UploadLimits,
} from '../config/limits.ts';
import type { ActorCtx } from '../domain/context.ts';
import { hasClaim } from '../domain/idempotency/index.ts';
import { discardMedia, holdBytes, type StoredMedia, storeFile } from '../domain/media/index.ts';
import { invalidField, Refused } from '../domain/refusal.ts';
import { toHex } from '../lib/bytes.ts';
import { sha256Hex } from '../lib/hash.ts';
import { MEDIA_TYPES } from '../lib/media/inspect.ts';
import type { Exchange } from './exchange.ts';
import { type Part, readParts } from './multipart.ts';
import { isUpload, type UploadForm } from './upload-form.ts';
import { claimNameOf } from './write.ts';

/** A write that came as a form. Whoever takes it runs its write in `keepOrDiscard`. */
export interface Upload<C extends ActorCtx> {
  readonly ctx: C;
  /** Its fields, as JSON would hold them. */
  readonly input: unknown;
  /** Its files, which are in the bucket already. */
  readonly media: readonly StoredMedia[];
}

/**
 * Reads a write that comes as multipart/form-data (contract section 8): each file is held, looked at and put into the bucket
 * while the next is on its way. Its `Idempotency-Key` claims the parts, however they were wrapped.
 *
 * @throws Refused `unsupported_media_type`, `payload_too_large`, `invalid_request`, `service_unavailable`
 */
export async function readUpload<C extends ActorCtx>({ c }: Exchange, ctx: C, form: UploadForm): Promise<Upload<C>> {
  const request = c.req.raw;
  const isEncoded = (request.headers.get('Content-Encoding') ?? 'identity') !== 'identity';
  if (!isUpload(request) || isEncoded) {
    throw new Refused({ code: 'unsupported_media_type', accepts: form.accepts });
  }
  const name = claimNameOf(c);
  const limits = { ...UPLOAD_LIMITS[ctx.actor.type], ...(form.isSingle && { files: 1 }) };
  const declaredBytes = declaredLength(request, limits);
  const isKnown = name !== undefined && (await hasClaim(ctx, name));

  const reader = new UploadReader(ctx, form, { limits, declaredBytes, isFingerprinted: name !== undefined, isKnown });
  const reading = reader.read(readParts(request, maxBytesOf(limits)));
  // Who hangs up ends the request, unless something outlives it: what is held must be given back.
  ctx.defer(reading.catch(() => undefined));
  const { input, media, parts } = await reading;
  if (name === undefined) return { ctx, input, media };
  const fingerprint = await sha256Hex(`${name.method} ${name.path}\n${JSON.stringify(parts)}`);
  return { ctx: { ...ctx, claim: { ...name, fingerprint, isKnown } }, input, media };
}

function maxBytesOf({ files, fileBytes }: UploadLimits): number {
  return files * fileBytes + JSON_BODY_MAX_BYTES + UPLOAD_OVERHEAD_MAX_BYTES;
}

/** @returns Infinity where nothing is declared @throws Refused `payload_too_large` */
function declaredLength({ headers }: Request, limits: UploadLimits): number {
  const length = Number(headers.get('Content-Length') ?? Number.NaN);
  if (!Number.isSafeInteger(length) || length < 0) return Number.POSITIVE_INFINITY;
  const maxBytes = maxBytesOf(limits);
  if (length > maxBytes) throw new Refused({ code: 'payload_too_large', maxBytes });
  return length;
}

interface Options {
  readonly limits: UploadLimits;
  readonly declaredBytes: number;
  readonly isFingerprinted: boolean;
  /** Nothing of it is stored: it is a repeated request. */
  readonly isKnown: boolean;
}

/** What is read of a part, or what became of it. */
interface Sink {
  write(bytes: Uint8Array): void;
  end(): Promise<void>;
  /** Gives back what is held; called once, whatever happened. */
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
  /** Of each part what the fingerprint is made of. */
  readonly #parts: unknown[] = [];
  #fieldCount = 0;
  #fieldBytes = 0;

  constructor(ctx: ActorCtx, form: UploadForm, options: Options) {
    this.#ctx = ctx;
    this.#form = form;
    this.#options = options;
  }

  async read(events: ReturnType<typeof readParts>) {
    let sink: Sink | undefined;
    try {
      for await (const event of events) {
        if (event.type === 'part') sink = await this.#open(event.part);
        else if (event.type === 'bytes') sink?.write(event.bytes);
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

  #open(part: Part): Sink | Promise<Sink> {
    return part.name === this.#form.files ? this.#openFile(part) : this.#openField(part);
  }

  #openField(part: Part): Sink {
    const { name } = part;
    const isList = this.#form.lists?.includes(name) === true;
    if (part.filename !== undefined && !isList) throw invalidField(name, 'must not be a file');
    if (this.#fields.has(name)) throw invalidField(name, 'was sent more than once');
    if (++this.#fieldCount > UPLOAD_FIELDS_MAX)
      throw invalidField('body', `holds more than ${UPLOAD_FIELDS_MAX} fields`);
    const chunks: Uint8Array[] = [];
    return {
      write: (bytes) => {
        this.#fieldBytes += bytes.byteLength;
        if (this.#fieldBytes > JSON_BODY_MAX_BYTES) {
          throw tooLarge(name, `is too large: all fields together have at most ${count(JSON_BODY_MAX_BYTES)} bytes`);
        }
        chunks.push(bytes);
      },
      end: async () => {
        const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
        await this.#note(part, bytes);
        if (isList) this.#lists.set(name, [...(this.#lists.get(name) ?? []), textOf(name, bytes)]);
        else this.#fields.set(name, fieldOf(name, bytes, this.#form.json.includes(name)));
      },
      release: () => undefined,
    };
  }

  async #openFile(part: Part): Promise<Sink> {
    const { files, fileBytes } = this.#options.limits;
    const index = this.#media.length;
    const path = this.#form.isSingle ? part.name : `${part.name}.${index}`;
    const { room, release } = await holdBytes(Math.min(fileBytes, this.#options.declaredBytes));
    let length = 0;
    return {
      write: (bytes) => {
        if (index >= files) throw tooLarge(path, `is one too many: at most ${files} of them are taken`);
        if (length + bytes.byteLength > fileBytes) throw tooLarge(path, `is larger than ${count(fileBytes)} bytes`);
        if (length + bytes.byteLength > room.length) throw invalidField('body', 'is longer than its Content-Length');
        room.set(bytes, length);
        length += bytes.byteLength;
      },
      end: async () => {
        const bytes = room.subarray(0, length);
        await this.#note(part, bytes);
        // What a browser sends for a file that nobody chose.
        if (part.filename === '' && length === 0) return;
        const file = { path, bytes, contentType: part.contentType };
        this.#media.push(await storeFile(this.#ctx, file, TYPES[this.#form.types], this.#options.isKnown));
      },
      release,
    };
  }

  async #note({ name, filename, contentType }: Part, bytes: Uint8Array): Promise<void> {
    if (!this.#options.isFingerprinted) return;
    const digest = await crypto.subtle.digest('SHA-256', bytes);
    this.#parts.push([name, filename, contentType, toHex(new Uint8Array(digest))]);
  }
}

function textOf(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidField(name, 'must be UTF-8');
  }
}

function fieldOf(name: string, bytes: Uint8Array, isJson: boolean): unknown {
  const text = textOf(name, bytes);
  if (!isJson) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw invalidField(name, 'must be JSON');
  }
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

const count = (value: number) => value.toLocaleString('en-US');

function tooLarge(path: string, message: string): Refused {
  return new Refused({ code: 'payload_too_large', details: [{ path, message }] });
}
