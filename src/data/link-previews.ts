/** A Jes wants to know what is behind a URL. */
export interface PreviewJob {
  readonly postId: string;
  readonly url: string;
}

/** Asks a web page of somebody else's; `fetch` itself, or what a test puts in its place. */
export type FetchPage = (url: string, init: RequestInit) => Promise<Response>;
