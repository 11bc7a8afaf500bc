import type { ProbeResult } from '../../../domain/webhooks/index.ts';
import type { Markup } from '../render.ts';
import { attemptText } from './attempt-text.ts';

/** Each probe, the behaviour of a correct receiver, and the advice for an incorrect one. */
const PROBES: Readonly<Record<ProbeResult['probe'], { title: string; expected: string; advice: string }>> = {
  good: {
    title: 'A good request',
    expected: 'a status from 200 to 299',
    advice: 'Verify the signature over the raw body, before it is parsed, with the secret as it was shown.',
  },
  wrong_signature: {
    title: 'A wrong signature',
    expected: 'a status from 400 on',
    advice: 'Anyone could send you events: compare the signature before you do anything else.',
  },
  stale_timestamp: {
    title: 'A timestamp that is 10 minutes old',
    expected: 'a status from 400 on',
    advice: 'A recorded request could be sent again: refuse a webhook-timestamp that is more than 5 minutes off.',
  },
  repeated_id: {
    title: 'The first request again',
    expected: 'a status from 200 to 299',
    advice: 'An event can arrive more than once: answer a webhook-id that you have seen with 200, and do nothing else.',
  },
  two_signatures: {
    title: 'Two signatures, the second one correct',
    expected: 'a status from 200 to 299',
    advice:
      'During a rotation the header has several signatures, separated by spaces: one correct signature is enough.',
  },
  in_time: {
    title: 'A response in time',
    expected: 'a response within 10 seconds',
    advice: 'Answer first, then do the work: put the event into a queue of yours.',
  },
};

/** The results of the six probes. */
export function ReceiverCheck({ probes }: { readonly probes: readonly ProbeResult[] }): Markup {
  const failed = probes.filter(({ isPassed }) => !isPassed).length;
  return (
    <section aria-labelledby="check" class="check">
      <h2 id="check">
        {failed === 0
          ? 'Your receiver passed every probe'
          : `Your receiver failed ${failed} of ${probes.length} probes`}
      </h2>
      <section class="scroll" tabindex={0} aria-label="Probes, as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">Probe</th>
              <th scope="col">Expected</th>
              <th scope="col">Met</th>
              <th scope="col">Result</th>
            </tr>
          </thead>
          <tbody>
            {probes.map(({ probe, isPassed, met }) => (
              <tr>
                <td>
                  {PROBES[probe].title}
                  {isPassed ? null : <small class="error">{PROBES[probe].advice}</small>}
                </td>
                <td>{PROBES[probe].expected}</td>
                <td>
                  {met.kind === 'response' ? `status ${met.statusCode}` : attemptText(met.error)}, {met.durationMs} ms
                </td>
                <td>
                  <span class={`badge ${isPassed ? 'active' : 'failed'}`}>{isPassed ? 'Passed' : 'Failed'}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
