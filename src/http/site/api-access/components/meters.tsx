import type { Meter } from '../../../../domain/keys/index.ts';
import { grouped } from '../../../../lib/grouped.ts';
import type { Markup } from '../../render.ts';

const LABELS = {
  minute: 'Requests in the last minute',
  day: 'Requests in the last 24 hours',
  creations: 'Jes and JesClips today, by all your keys',
} as const;

/** The share of a limit from which a meter warns. */
const NEARLY_FULL = 0.8;

/** The share of each limit that a key has used. */
export function Meters({ meters }: { readonly meters: readonly Meter[] }): Markup {
  return (
    <ul class="meters">
      {meters.map(({ name, used, limit }) => (
        <li>
          <label for={`meter-${name}`}>{LABELS[name]}</label>
          <meter id={`meter-${name}`} min={0} max={limit} low={limit * NEARLY_FULL} optimum={0} value={used} />
          <span>
            {grouped(used)} of {grouped(limit)}
          </span>
        </li>
      ))}
    </ul>
  );
}
