// Apart from what reads such a form, which is loaded with the first one.

import { parseContentType } from '../lib/header-value.ts';

/** The ways to read a field; `texts`: several texts, each in a field of its own or all in one JSON list. */
export type FieldKind = 'text' | 'json' | 'texts';

/** What a form with files may hold. */
export interface UploadForm {
  /** The name under which files come. */
  readonly files: 'media' | 'video';
  /** There is one file, and no more. */
  readonly isSingle?: true;
  /** Those of `MEDIA_TYPES` that are taken. */
  readonly types: 'all' | 'videos';
  /** Fields that are not plain text, by name. */
  readonly fields: ReadonlyMap<string, FieldKind>;
  /** What the path takes, for the answer to anything else. */
  readonly accepts: 'form' | 'json or form';
}

/** Whether a request claims to be a form with files. */
export function isUpload({ headers }: Request): boolean {
  return parseContentType(headers.get('Content-Type'))?.type === 'multipart/form-data';
}
