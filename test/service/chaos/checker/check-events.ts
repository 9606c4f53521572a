import type { Breach } from './check-history.js';
import type { ServiceHistory } from './history.js';

/** The log is numbered 1, 2, 3, …, and a subscriber saw just that. */
export function checkEvents({ events, seen }: ServiceHistory): Breach[] {
  return [...gaps(events.map(({ number }) => number)), ...differences(events, seen)];
}

function gaps(numbers: readonly (number | null)[]): Breach[] {
  const law = 'events have no gap';
  const unnumbered = numbers.filter((number) => number === null).length;
  const breaches: Breach[] =
    unnumbered === 0 ? [] : [{ law, what: `${unnumbered} events have no number` }];
  const sorted = numbers.filter((number) => number !== null).sort((a, b) => a - b);
  const at = sorted.findIndex((number, index) => number !== index + 1);
  if (at >= 0) breaches.push({ law, what: `in the place of number ${at + 1} is ${sorted[at]!}` });
  return breaches;
}

function differences(events: ServiceHistory['events'], seen: ServiceHistory['seen']): Breach[] {
  const law = 'a subscriber sees every event once';
  const typeOf = new Map(events.map(({ number, type }) => [number, type]));
  const breaches: Breach[] = [];
  let last = 0;
  for (const { number, type } of seen) {
    if (number !== last + 1) {
      breaches.push({ law, what: `after ${last} it saw ${number}` });
      break;
    }
    if (typeOf.get(number) !== type) {
      const what = `it saw ${number} as ${type}, and the log has ${typeOf.get(number) ?? 'none'}`;
      breaches.push({ law, what });
    }
    last = number;
  }
  const numbered = events.filter(({ number }) => number !== null).length;
  if (breaches.length === 0 && last < numbered) {
    breaches.push({ law, what: `it saw ${last} of ${numbered} events` });
  }
  return breaches;
}
