import type { KeyHealth } from '../../../domain/keys/index.ts';
import type { Markup } from '../render.ts';

/** The health notes of a key for its owner, a line each. */
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
