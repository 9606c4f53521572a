import { JournalDecoder } from '@fenceline/capture';
import { cut } from '../chunks.js';
import { law, sameTrace, type Trace } from '../laws.js';
import { resealed, smallJournal } from '../material/journals.js';
import { Seeds } from '../mutate.js';
import type { Target } from '../target.js';

/**
 * The decoder of the backend's journal. Half of the inputs get the checksums that they should have, so that the
 * records are read and not only refused. Laws: nothing is thrown; records are numbered from 1; a journal is read to its
 * end or to the place that the cut names; chunks make no difference.
 */
export function journalTarget(share: number): Target {
  const seeds = new Seeds([smallJournal()]);
  return {
    name: 'journal',
    share,
    try(random) {
      const mutant = seeds.mutant(random);
      const journal = random.oneIn(2) ? mutant : resealed(mutant);
      sameTrace(traceOf([journal]), traceOf(cut(journal, random)), 'chunks make a difference');
    },
  };
}

function traceOf(chunks: readonly Uint8Array[]): Trace {
  const trace: Trace = [];
  let records = 0;
  const decoder = new JournalDecoder((record, number) => {
    law(number === ++records, `record ${records} has number ${number}`);
    for (const value of Object.values(record) as (Trace[number] | bigint[])[]) {
      if (Array.isArray(value)) trace.push(...value);
      else trace.push(value);
    }
  });
  let length = 0;
  for (const chunk of chunks) {
    decoder.push(chunk);
    length += chunk.length;
  }
  const cutAt = decoder.finish();
  law(cutAt === null || cutAt.offset <= length, 'it is cut behind its end');
  trace.push(
    records,
    decoder.header?.blockSize ?? null,
    cutAt?.offset ?? null,
    cutAt?.reason ?? null,
  );
  return trace;
}
