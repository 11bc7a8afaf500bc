// Apart from what reads such a form, which is loaded with the first one.

/** What a form with files may hold. */
export interface UploadForm {
  /** The name under which files come. */
  readonly files: 'media' | 'video';
  /** There is one file, and no more. */
  readonly isSingle?: true;
  /** Those of `MEDIA_TYPES` that are taken. */
  readonly types: 'all' | 'videos';
  /** Fields whose texts are JSON. */
  readonly json: readonly string[];
  /** Fields that hold several texts: each in a field of its own, or all in one JSON list. */
  readonly lists?: readonly string[];
  /** What the path takes, for the answer to anything else. */
  readonly accepts: 'form' | 'json or form';
}

/** Whether a request claims to be a form with files. */
export function isUpload({ headers }: Request): boolean {
  return /^multipart\/form-data\s*(?:;|$)/i.test(headers.get('Content-Type') ?? '');
}
