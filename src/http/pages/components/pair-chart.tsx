import type { UsageBucket } from '../../../domain/keys/index.ts';
import type { Markup } from '../render.ts';
import { datedHour, heightOf, requests, scaleOf } from './usage-chart.tsx';

const WIDTH = 640;
const HALF = 90;
const GAP = 2;

const COUNT = new Intl.NumberFormat('en-US');

const requestsIn = ({ accepted, throttled }: UsageBucket) => accepted + throttled;

/** The requests of two keys by the hour on one scale: the older key above the line, the newer one below it. */
export function PairChart(props: {
  readonly older: readonly UsageBucket[];
  /** Of the same hours. */
  readonly newer: readonly UsageBucket[];
}): Markup {
  const { older, newer } = props;
  const peak = Math.max(0, ...[...older, ...newer].map(requestsIn));
  const scale = scaleOf(peak);
  const step = WIDTH / Math.max(1, older.length);
  const barOf = (bucket: UsageBucket | undefined) => (bucket ? heightOf(requestsIn(bucket), scale, HALF) : 0);
  const sum = (buckets: readonly UsageBucket[]) => requests(buckets.reduce((n, each) => n + requestsIn(each), 0));
  const [first] = older;
  const last = older.at(-1);
  return (
    <figure class="chart">
      <figcaption>
        <strong>Last {older.length} hours, both on one scale</strong>
        <span id="pair-sentence">
          Older key: {sum(older)}. Newer key: {sum(newer)}. Most in one hour: {COUNT.format(peak)}.
        </span>
        <span class="readout" aria-hidden="true"></span>
      </figcaption>
      <p class="chart-key" aria-hidden="true">
        <span class="older">older, above the line</span>
        <span class="newer">newer, below the line</span>
      </p>
      <div class="plot">
        <svg
          viewBox={`0 0 ${WIDTH} ${2 * HALF + 1}`}
          role="img"
          aria-label="Requests of both keys by the hour"
          aria-describedby="pair-sentence"
          preserveAspectRatio="none"
        >
          {older.map((bucket, i) => {
            const below = newer[i];
            const bar = { x: (i * step + GAP / 2).toFixed(1), width: (step - GAP).toFixed(1) };
            return (
              <g>
                <title>{`${datedHour(bucket)} UTC: older ${requestsIn(bucket)}, newer ${below ? requestsIn(below) : 0}`}</title>
                <rect class="column" x={bar.x} width={bar.width} y={0} height={2 * HALF + 1} />
                <rect class="older" {...bar} y={HALF - barOf(bucket)} height={barOf(bucket)} />
                <rect class="newer" {...bar} y={HALF + 1} height={barOf(below)} />
              </g>
            );
          })}
          <rect class="empty" x={0} y={HALF} width={WIDTH} height={1} />
        </svg>
        <span class="tick top" aria-hidden="true">
          {COUNT.format(scale)}
        </span>
        <span class="tick bottom" aria-hidden="true">
          {COUNT.format(scale)}
        </span>
      </div>
      <div class="axis" aria-hidden="true">
        <span>{first && `${datedHour(first)} UTC`}</span>
        <span>{last && datedHour(last)}</span>
      </div>
      <details>
        <summary>The same as a table</summary>
        <section class="scroll" tabindex={0} aria-label="Requests of both keys, as a table">
          <table>
            <thead>
              <tr>
                <th scope="col">Hour (UTC)</th>
                <th scope="col">Older key</th>
                <th scope="col">Newer key</th>
              </tr>
            </thead>
            <tbody>
              {older.map((bucket, i) => {
                const below = newer[i];
                return (
                  <tr>
                    <th scope="row">{datedHour(bucket)}</th>
                    <td>{COUNT.format(requestsIn(bucket))}</td>
                    <td>{below ? COUNT.format(requestsIn(below)) : '–'}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}
