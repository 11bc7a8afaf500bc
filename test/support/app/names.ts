/** A username that no other test has. */
export function newUsername(): string {
  return `u${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`;
}
