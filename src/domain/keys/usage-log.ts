/** Requests of a key by the hour (unix hours). */
export class HourCounts {
  readonly #hours = new Map<number, { readonly accepted: number; readonly throttled: number }>();

  add(hour: number, accepted: number, throttled: number): void {
    const before = this.of(hour);
    this.#hours.set(hour, { accepted: before.accepted + accepted, throttled: before.throttled + throttled });
  }

  of(hour: number): { readonly accepted: number; readonly throttled: number } {
    return this.#hours.get(hour) ?? { accepted: 0, throttled: 0 };
  }
}

/** The hour that is being counted, at the beginning of the posts log. */
const COUNTED_HOUR = /^u1\|\d*\|[^|]*\|\d*\|0(\d{7})(\d{5})0(\d{12})/;
const USAGE = /^(\d+)\|\d+\|(.*)$/;
/** A step over hours, or the counts of one. */
const TOKEN = /([+-]?)([P-o]*[0-O])(?:!([P-o]*[0-O]))?/g;

/**
 * All that Redis knows of the use of a key.
 *
 * @param windows of the key, which hold the counts of its last hour
 * @param usage the hours before that. The formats of both: `data/scripts/authorize.ts`
 */
export function hourCounts(windows: string | null, usage: string | null): HourCounts {
  const counts = new HourCounts();
  const [, last, accepted, throttled] = COUNTED_HOUR.exec(windows ?? '') ?? [];
  if (last !== undefined) counts.add(Number(last), Number(accepted), Number(throttled));
  const [, first, log = ''] = USAGE.exec(usage ?? '') ?? [];
  let hour = Number(first);
  for (const [, sign, number = '', refused = ''] of log.matchAll(TOKEN)) {
    const value = unpack(number);
    if (sign === '') {
      counts.add(hour, value, unpack(refused));
      hour += 1;
    } else hour += sign === '+' ? value : -value;
  }
  return counts;
}

/** A number as the script packs it: groups of 5 bits, the lowest first. */
function unpack(text: string): number {
  return [...text].reduceRight((value, char) => value * 32 + ((char.charCodeAt(0) - 48) % 32), 0);
}
