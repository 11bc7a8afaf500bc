import type { Harness } from './harness.ts';
import { newAddress } from './people.ts';

/** Opens a page as a browser would. */
export function open(harness: Harness, path: string, cookie?: string): Promise<Response> {
  return harness.fetch(path, { address: newAddress(), ...(cookie !== undefined && { cookie }) });
}

/**
 * Sends a form as a browser would from our own page, each from another address. A field with several values is sent
 * several times.
 */
export function submit(
  harness: Harness,
  path: string,
  fields: Readonly<Record<string, string | readonly string[]>>,
  cookie?: string,
  address = newAddress(),
): Promise<Response> {
  const pairs = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  return harness.fetch(path, {
    method: 'POST',
    address,
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'Sec-Fetch-Site': 'same-origin',
    },
    ...(cookie !== undefined && { cookie }),
    body: new URLSearchParams(pairs).toString(),
  });
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** The text of a page, without its tags. */
export async function textOf(response: Response): Promise<string> {
  const text = (await response.text())
    .replace(/<[^>]*>/g, ' ')
    .replace(/&([a-z]+|#39);/g, (_, name) => ENTITIES[name] ?? '');
  return text.replace(/\s+/g, ' ').trim();
}
