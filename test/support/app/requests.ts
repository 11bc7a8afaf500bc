const requests = new WeakMap<Response, Request>();

/** Notes the request of a response that came over no network, and so does not know its own address. */
export function noteRequest(response: Response, request: Request): void {
  requests.set(response, request);
}

/** The request that was noted. */
export function requestOf(response: Response): Request | undefined {
  return requests.get(response);
}
