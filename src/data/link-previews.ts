import * as z from 'zod';
import { isId } from '../lib/id.ts';

/** A message of the queue: the preview of a URL is wanted for a Jes. An older or newer Worker may have sent it. */
export const previewJobSchema = z.object({ postId: z.string().refine(isId), url: z.string() });

export type PreviewJob = Readonly<z.infer<typeof previewJobSchema>>;

/** Fetches a web page of another site; `fetch` itself, or a test's replacement. */
export type FetchPage = (url: string, init: RequestInit) => Promise<Response>;
