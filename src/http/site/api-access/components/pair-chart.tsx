import type { UsageBucket } from '../../../../domain/keys/index.ts';
import { grouped } from '../../../../lib/grouped.ts';
import type { Markup } from '../../render.ts';
import { barsPath, columnsOf, datedHour, heightOf, requests, scaleOf, Titles } from './usage-chart.tsx';

const WIDTH = 640;
const HALF = 90;

const requestsIn = ({ accepted, throttled }: UsageBucket) => accepted + throttled;

/** The requests of two keys by the hour on one scale: the older key above the line, the newer one below it. */
export function PairChart(props: {
  readonly older: readonly UsageBucket[];
  /** The same hours as `older`. */
  readonly newer: readonly UsageBucket[];
}): Markup {
  const { older, newer } = props;
  const peak = Math.max(0, ...[...older, ...newer].map(requestsIn));
  const scale = scaleOf(peak);
  const columns = columnsOf(older.length, WIDTH);
  const titleOf = (i: number) => {
    const [above, below] = [older[i], newer[i]];
    return `${above ? datedHour(above) : ''} UTC: older ${above ? requestsIn(above) : 0}, newer ${below ? requestsIn(below) : 0}`;
  };
  const barOf = (bucket: UsageBucket | undefined) => (bucket ? heightOf(requestsIn(bucket), scale, HALF) : 0);
  const sum = (buckets: readonly UsageBucket[]) => requests(buckets.reduce((n, each) => n + requestsIn(each), 0));
  const [first] = older;
  const last = older.at(-1);
  return (
    <figure class="chart">
      <figcaption>
        <strong>Last {older.length} hours, both on one scale</strong>
        <span id="pair-sentence">
          Older key: {sum(older)}. Newer key: {sum(newer)}. Most in one hour: {grouped(peak)}.
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
          <path class="older" d={barsPath(columns, (i) => [HALF, barOf(older[i])])} />
          <path class="newer" d={barsPath(columns, (i) => [HALF + 1 + barOf(newer[i]), barOf(newer[i])])} />
          <Titles columns={columns} height={2 * HALF + 1} titleOf={titleOf} />
          <rect class="empty" x={0} y={HALF} width={WIDTH} height={1} />
        </svg>
        <span class="tick top" aria-hidden="true">
          {grouped(scale)}
        </span>
        <span class="tick bottom" aria-hidden="true">
          {grouped(scale)}
        </span>
      </div>
      <div class="axis" aria-hidden="true">
        <span>{first && `${datedHour(first)} UTC`}</span>
        <span>{last && datedHour(last)}</span>
      </div>
      <details>
        <summary>Show as a table</summary>
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
                    <td>{grouped(requestsIn(bucket))}</td>
                    <td>{below ? grouped(requestsIn(below)) : '–'}</td>
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
