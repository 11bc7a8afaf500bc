import type { Ctx } from '../context.ts';

/** Puts a link into the queue of those to be unfurled, behind the answer. Should that fail, the Jes has no preview. */
export function askForPreview({ defer, ports }: Ctx, postId: string, url: string | null): void {
  if (url !== null) defer(ports.linkPreviews.send({ postId, url }));
}
