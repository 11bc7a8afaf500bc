import type { UsageBucket } from '../../../../domain/keys/index.ts';
import { grouped } from '../../../../lib/grouped.ts';
import type { Markup } from '../../render.ts';

const WIDTH = 640;
const HEIGHT = 160;
const GAP = 2;

/** The requests of the busiest bucket. */
const mostIn = (buckets: readonly UsageBucket[]) =>
  Math.max(0, ...buckets.map(({ accepted, throttled }) => accepted + throttled));

const total = (buckets: readonly UsageBucket[], outcome: 'accepted' | 'throttled') =>
  buckets.reduce((sum, bucket) => sum + bucket[outcome], 0);

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
/** `1 request`. */
export const requests = (count: number) => `${grouped(count)} ${count === 1 ? 'request' : 'requests'}`;

/** The requests of all buckets. */
export const requestsIn = (buckets: readonly UsageBucket[]) => total(buckets, 'accepted') + total(buckets, 'throttled');

/** A chart in one sentence, for screen readers and as its caption. */
export function usageSentence(buckets: readonly UsageBucket[], period: string): string {
  const throttled = total(buckets, 'throttled');
  const tail = throttled === 0 ? 'none throttled' : `${grouped(throttled)} throttled`;
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

/** Names of hours need the day if the chart has more of them than one day has. */
const areDated = (buckets: readonly UsageBucket[]) => buckets.length > 24;

/** The least of 4, 10, 20, 40, 100, 200, … that is not below a number: both it and its half are round. */
export function scaleOf(peak: number): number {
  for (let power = 1; ; power *= 10) {
    for (const digit of [2, 4, 10]) if (digit * power >= Math.max(peak, 4)) return digit * power;
  }
}

/** The height of a count on a scale. One request beside a million is still visible. */
export function heightOf(count: number, scale: number, height: number): number {
  return count === 0 ? 0 : Math.max(MIN_HEIGHT, Math.round((count / scale) * height));
}

const MIN_HEIGHT = 3;

/** The position of a column of a chart. */
interface Column {
  readonly x: number;
  readonly width: number;
}

/** The columns of a chart, with gaps between them. */
export function columnsOf(count: number, width: number): Column[] {
  const step = width / Math.max(1, count);
  const gap = Math.min(GAP, step / 4);
  return Array.from({ length: count }, (_, i) => ({ x: i * step + gap / 2, width: step - gap }));
}

/**
 * Bars as one path, since a page of elements would be many times as large. @param barOf lower edge and height of a bar
 */
export function barsPath(columns: readonly Column[], barOf: (i: number) => readonly [base: number, height: number]) {
  return columns
    .map(({ x, width }, i) => {
      const [base, height] = barOf(i);
      return height === 0 ? '' : `M${x.toFixed(1)} ${base}v${-height}h${width.toFixed(1)}v${height}z`;
    })
    .join('');
}

/** The tooltip of each column; as high as the chart, so that low bars are hit, too. */
export function Titles(props: {
  readonly columns: readonly Column[];
  readonly height: number;
  readonly titleOf: (i: number) => string;
}): Markup {
  const { columns, height, titleOf } = props;
  return (
    <>
      {columns.map(({ x, width }, i) => (
        <g>
          <title>{titleOf(i)}</title>
          <rect class="column" x={x.toFixed(1)} width={width.toFixed(1)} height={height} />
        </g>
      ))}
    </>
  );
}

function Bars(props: {
  readonly buckets: readonly UsageBucket[];
  readonly columns: readonly Column[];
  readonly height: number;
  /** Requests at the top. */
  readonly scale: number;
}): Markup {
  const { buckets, columns, height, scale } = props;
  const bars = buckets.map((bucket) => [
    heightOf(bucket.accepted, scale, height),
    heightOf(bucket.throttled, scale, height),
  ]);
  return (
    <>
      <path class="empty" d={barsPath(columns, () => [height, 1])} />
      <path class="accepted" d={barsPath(columns, (i) => [height, bars[i]?.[0] ?? 0])} />
      <path class="throttled" d={barsPath(columns, (i) => [height - (bars[i]?.[0] ?? 0), bars[i]?.[1] ?? 0])} />
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
  /** Drawn as a line once a bucket comes near it. */
  readonly limit?: number;
}): Markup {
  const { id, heading, buckets, unit, period, limit = Number.POSITIVE_INFINITY } = props;
  const peak = mostIn(buckets);
  const isNearLimit = peak * 2 >= limit;
  const scale = scaleOf(isNearLimit ? Math.max(peak, limit) : peak);
  const middle = buckets[Math.floor(buckets.length / 2)];
  const [first] = buckets;
  const last = buckets.at(-1);
  const isDated = areDated(buckets);
  const columns = columnsOf(buckets.length, WIDTH);
  const titleOf = (i: number) => {
    const bucket = buckets[i];
    if (!bucket) return '';
    return `${bucketName(bucket, unit, isDated)}: ${bucket.accepted} accepted, ${bucket.throttled} throttled`;
  };
  return (
    <figure class="chart">
      <figcaption>
        <strong>{heading}</strong>
        <span id={`${id}-sentence`}>
          {usageSentence(buckets, period)}
          {peak === 0 ? '' : ` Most in one ${unit}: ${grouped(peak)}.`}
          {isNearLimit ? ` The line is the limit of ${grouped(limit)} a ${unit}.` : ''}
        </span>
        <span class="readout" aria-hidden="true"></span>
      </figcaption>
      <div class="plot">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          role="img"
          aria-label={heading}
          aria-describedby={`${id}-sentence`}
          preserveAspectRatio="none"
        >
          <rect class="grid" x={0} y={0} width={WIDTH} height={1} />
          <rect class="grid" x={0} y={HEIGHT / 2} width={WIDTH} height={1} />
          {isNearLimit ? (
            <rect class="limit" x={0} y={HEIGHT - heightOf(limit, scale, HEIGHT)} width={WIDTH} height={2} />
          ) : null}
          <Bars buckets={buckets} columns={columns} height={HEIGHT} scale={scale} />
          <Titles columns={columns} height={HEIGHT} titleOf={titleOf} />
        </svg>
        <span class="tick top" aria-hidden="true">
          {grouped(scale)}
        </span>
        <span class="tick middle" aria-hidden="true">
          {grouped(scale / 2)}
        </span>
      </div>
      <div class="axis" aria-hidden="true">
        <span>
          {first && bucketName(first, unit, isDated)}
          {unit === 'hour' ? ' UTC' : ''}
        </span>
        <span>{middle && buckets.length > 2 ? bucketName(middle, unit, isDated) : ''}</span>
        <span>{last && bucketName(last, unit, isDated)}</span>
      </div>
      <details>
        <summary>Show as a table</summary>
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
                  <td>{grouped(bucket.accepted)}</td>
                  <td>{grouped(bucket.throttled)}</td>
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
      <Bars
        buckets={buckets}
        columns={columnsOf(buckets.length, 144)}
        height={36}
        scale={Math.max(1, mostIn(buckets))}
      />
    </svg>
  );
}

/** A notice in place of the usage, while Redis does not answer. */
export function UsageUnknown(): Markup {
  return (
    <p class="muted">
      Usage is unknown right now: our counters do not respond. Keys still work, and you can revoke them.
    </p>
  );
}
