/** A request of a Jes for the preview of a URL. */
export interface PreviewJob {
  readonly postId: string;
  readonly url: string;
}

/** Fetches a web page of another site; `fetch` itself, or a test's replacement. */
export type FetchPage = (url: string, init: RequestInit) => Promise<Response>;
