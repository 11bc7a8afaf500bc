/** Receivers that verify, as the chapter on webhooks shows them; `test/worker/webhook-samples` runs each. */
export const RECEIVERS = {
  client: `// TypeScript or JavaScript, with the client: anywhere with fetch
import { verifyWebhook } from 'jestha-api/client';

export async function receive(request) {
  try {
    const event = await verifyWebhook({
      body: await request.text(), // before it is parsed
      headers: request.headers,
      secret: process.env.JESTHA_WEBHOOK_SECRET,
    });
    console.log(event.event, event.id); // into your queue; the same id may come again
    return new Response('ok');
  } catch {
    return new Response('not from Jestha', { status: 401 });
  }
}`,
  node: `// Node, without a library
import { createHmac, timingSafeEqual } from 'node:crypto';

const secret = Buffer.from(process.env.JESTHA_WEBHOOK_SECRET.replace('whsec_', ''), 'base64');

/** @param body the raw body, a Buffer @param headers those of node:http, in lower case */
export function isFromJestha(body, headers) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false;
  const right = createHmac('sha256', secret).update(\`\${id}.\${timestamp}.\`).update(body).digest();
  return signatures.split(' ').some((signature) => {
    const sent = Buffer.from(signature.replace('v1,', ''), 'base64');
    return sent.length === right.length && timingSafeEqual(sent, right);
  });
}`,
  python: `# Python, without a library
import base64, hashlib, hmac, os, time

secret = base64.b64decode(os.environ["JESTHA_WEBHOOK_SECRET"].removeprefix("whsec_"))

def is_from_jestha(body: bytes, headers) -> bool:
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > 300:
        return False
    signed = f"{headers.get('webhook-id')}.{timestamp}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    sent = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(one, right) for one in sent)`,
} as const;
