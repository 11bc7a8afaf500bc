// Apart from the reader of such a form, which is loaded with the first one.

import { parseContentType } from '../../lib/header-value.ts';

/** The ways to read a field; `texts`: several texts, each in a field of its own or all in one JSON list. */
export type FieldKind = 'text' | 'json' | 'texts';

/** The rules of a form with files. */
export interface UploadForm {
  /** The name under which files come. */
  readonly files: 'media' | 'video';
  /** There is one file, and no more. */
  readonly isSingle?: true;
  /** Those of `MEDIA_TYPES` that are taken. */
  readonly types: 'all' | 'videos';
  /** Fields that are not plain text, by name. */
  readonly fields: ReadonlyMap<string, FieldKind>;
  /** The content types that the path takes, for the refusal of any other. */
  readonly accepts: 'form' | 'json or form';
}

/** True if a request claims to be a form with files. */
export function isUpload({ headers }: Request): boolean {
  return parseContentType(headers.get('Content-Type'))?.type === 'multipart/form-data';
}
