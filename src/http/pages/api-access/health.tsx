import type { KeyHealth } from '../../../domain/keys/index.ts';
import type { Markup } from '../render.ts';

/** What the owner of a key should know of it, a line each. */
export function HealthLines({ health }: { readonly health: readonly KeyHealth[] }): Markup | null {
  if (health.length === 0) return null;
  return (
    <ul class="health">
      {health.map(({ severity, message, action }) => (
        <li class={severity}>
          <strong>{message}</strong> {action}
        </li>
      ))}
    </ul>
  );
}
