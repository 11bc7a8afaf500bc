import { DRAWN_PIXELS_MAX, PIXELS_MAX } from '../../config/limits.ts';
import { newId } from '../../lib/id.ts';
import type { Inspection, MediaType } from '../../lib/media/inspect.ts';
import { ApiError, type Detail, invalidField } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import type { StoredMedia } from './media.ts';
import { newObjectName } from './object-name.ts';

/** A file that somebody sends. */
export interface UploadedFile {
  /** What an answer calls it: `media.1`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** What its sender says it is; undefined = nothing. */
  readonly contentType: string | undefined;
}

/**
 * Finds out what a file is, by its bytes, and puts it into the bucket without its metadata, under a name that nobody
 * can guess. What belongs to a request that is only a repeated one is looked at alike and not put.
 *
 * @param types those that are taken
 * @throws ApiError `unsupported_media_type`, `invalid_request`, both naming the file
 */
export async function storeFile(
  { now, ports }: Ctx,
  file: UploadedFile,
  types: readonly MediaType[],
  isRepeated: boolean,
): Promise<StoredMedia> {
  // Loaded with the first upload: calls without files know nothing of containers.
  const { agrees, inspectMedia } = await import('../../lib/media/inspect.ts');
  const inspection = inspectMedia(file.bytes, { maxPixels: PIXELS_MAX, maxDrawnPixels: DRAWN_PIXELS_MAX });
  if (inspection.outcome === 'refused') throw refusalOf(file, types, inspection);
  const { pieces, ...found } = inspection.media;
  const { mimeType, size } = found;
  if (!types.includes(mimeType)) throw notOneOf(file, types);
  if (file.contentType !== undefined && !agrees(file.contentType, mimeType)) {
    throw unsupported({ path: file.path, message: `is ${mimeType}, which is not what its Content-Type says` });
  }
  const id = newId(now);
  const object = newObjectName(id, EXTENSIONS[mimeType]);
  if (!isRepeated) await ports.objects.put(object, mimeType, pieces, size);
  return { id, object, ...found };
}

const EXTENSIONS: Record<MediaType, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'video/mp4': 'mp4',
  'video/mpeg': 'mpg',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
};

function refusalOf(
  file: UploadedFile,
  types: readonly MediaType[],
  { why, message }: Extract<Inspection, { outcome: 'refused' }>,
): ApiError {
  if (why === 'unknown_type') return notOneOf(file, types);
  return invalidField(file.path, message);
}

function notOneOf({ path }: UploadedFile, types: readonly MediaType[]): ApiError {
  return unsupported({ path, message: `is none of ${types.join(', ')}` });
}

function unsupported(detail: Detail): ApiError {
  return new ApiError({ code: 'unsupported_media_type', details: [detail] });
}
