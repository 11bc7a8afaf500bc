import type { UsageBucket } from '../../../domain/keys/index.ts';
import type { Markup } from '../render.ts';

const WIDTH = 640;
const HEIGHT = 160;
const GAP = 2;

/** The requests of the busiest bucket. */
const mostIn = (buckets: readonly UsageBucket[]) =>
  Math.max(0, ...buckets.map(({ accepted, throttled }) => accepted + throttled));

const total = (buckets: readonly UsageBucket[], outcome: 'accepted' | 'throttled') =>
  buckets.reduce((sum, bucket) => sum + bucket[outcome], 0);

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const COUNT = new Intl.NumberFormat('en-US');
/** `1 request`. */
export const requests = (count: number) => `${COUNT.format(count)} ${count === 1 ? 'request' : 'requests'}`;

/** What a chart says, in a sentence: for who cannot see it, and above it for who can. */
export function usageSentence(buckets: readonly UsageBucket[], period: string): string {
  const throttled = total(buckets, 'throttled');
  const tail = throttled === 0 ? 'none throttled' : `${COUNT.format(throttled)} throttled`;
  return `${requests(total(buckets, 'accepted'))} accepted in ${period}, ${tail}.`;
}

/** `24 Nov, 14:00`. */
export const datedHour = (bucket: UsageBucket) => bucketName(bucket, 'hour', true);

type Unit = 'hour' | 'day';

/** `14:00` of an hour, `24 Nov` of a day, `24 Nov, 14:00` of an hour among those of several days. */
function bucketName({ start }: UsageBucket, unit: Unit, isDated: boolean): string {
  const day = DAY.format(new Date(start));
  if (unit === 'day') return day;
  const hour = start.slice(11, 16);
  return isDated ? `${day}, ${hour}` : hour;
}

/** Names of hours need the day where there are more of them than one day has. */
const areDated = (buckets: readonly UsageBucket[]) => buckets.length > 24;

function Bars(props: {
  readonly buckets: readonly UsageBucket[];
  readonly width: number;
  readonly height: number;
  readonly unit: Unit;
}): Markup {
  const { buckets, width, height, unit } = props;
  // Nothing is divided by zero.
  const peak = Math.max(1, mostIn(buckets));
  const step = width / buckets.length;
  const gap = Math.min(GAP, step / 4);
  const isDated = areDated(buckets);
  return (
    <>
      {buckets.map((bucket, i) => {
        const accepted = Math.round((bucket.accepted / peak) * height);
        const throttled = Math.round((bucket.throttled / peak) * height);
        const x = (i * step + gap / 2).toFixed(1);
        const bar = { x, width: (step - gap).toFixed(1) };
        return (
          <g>
            <title>{`${bucketName(bucket, unit, isDated)}: ${bucket.accepted} accepted, ${bucket.throttled} throttled`}</title>
            <rect class="empty" {...bar} y={height - 1} height={1} />
            <rect class="accepted" {...bar} y={height - accepted} height={accepted} />
            <rect class="throttled" {...bar} y={height - accepted - throttled} height={throttled} />
          </g>
        );
      })}
    </>
  );
}

/** Requests of a key over time, as bars, with the same figures in a table. */
export function UsageChart(props: {
  /** Unique on the page. */
  readonly id: string;
  readonly heading: string;
  readonly buckets: readonly UsageBucket[];
  readonly unit: Unit;
  /** `the last 24 hours` */
  readonly period: string;
}): Markup {
  const { id, heading, buckets, unit, period } = props;
  const [first] = buckets;
  const last = buckets.at(-1);
  const isDated = areDated(buckets);
  return (
    <figure class="chart">
      <figcaption>
        <strong>{heading}</strong>
        <span id={`${id}-sentence`}>{usageSentence(buckets, period)}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={heading}
        aria-describedby={`${id}-sentence`}
        preserveAspectRatio="none"
      >
        <Bars buckets={buckets} width={WIDTH} height={HEIGHT} unit={unit} />
      </svg>
      <div class="axis" aria-hidden="true">
        <span>
          {first && bucketName(first, unit, isDated)}
          {unit === 'hour' ? ' UTC' : ''}
        </span>
        <span>
          most in one {unit}: {COUNT.format(mostIn(buckets))}
        </span>
        <span>{last && bucketName(last, unit, isDated)}</span>
      </div>
      <details>
        <summary>The same as a table</summary>
        <section class="scroll" tabindex={0} aria-label={`${heading}, as a table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{unit === 'hour' ? 'Hour (UTC)' : 'Day (UTC)'}</th>
                <th scope="col">Accepted</th>
                <th scope="col">Throttled</th>
              </tr>
            </thead>
            <tbody>
              {buckets.map((bucket) => (
                <tr>
                  <th scope="row">{bucketName(bucket, unit, isDated)}</th>
                  <td>{COUNT.format(bucket.accepted)}</td>
                  <td>{COUNT.format(bucket.throttled)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}

/** Which colour is which, once for the charts of a section. */
export function ChartKey(): Markup {
  return (
    <p class="chart-key" aria-hidden="true">
      {(['accepted', 'throttled'] as const).map((outcome) => (
        <span class={outcome}>{outcome}</span>
      ))}
    </p>
  );
}

/** The last 24 hours in the size of a word. */
export function Sparkline({ buckets }: { readonly buckets: readonly UsageBucket[] }): Markup {
  return (
    <svg
      class="sparkline"
      viewBox="0 0 144 36"
      role="img"
      aria-label={usageSentence(buckets, 'the last 24 hours')}
      preserveAspectRatio="none"
    >
      <Bars buckets={buckets} width={144} height={36} unit="hour" />
    </svg>
  );
}

/** Where usage would stand, while Redis does not answer. */
export function UsageUnknown(): Markup {
  return <p class="muted">Usage is unknown right now: our counters do not answer. Keys work and can be revoked.</p>;
}
