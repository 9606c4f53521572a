import { CaptureReader } from '@fenceline/capture';
import type { TestFormat } from '@fenceline/capture/testing';
import { cut } from '../chunks.js';
import { law, sameTrace, sumOf, type Trace } from '../laws.js';
import { fewFrames } from '../material/captures.js';
import { Seeds } from '../mutate.js';
import type { Target } from '../target.js';

/**
 * The reader of capture files. Laws: nothing is thrown; packets lie within the bytes they came in and are
 * numbered from 1; a file is read to its end or to the place that `cut` names; chunks make no difference.
 */
export function captureFileTarget(kind: TestFormat['kind'], share: number): Target {
  const seeds = new Seeds(fewFrames(kind));
  return {
    name: kind,
    share,
    try(random) {
      const file = seeds.mutant(random);
      sameTrace(traceOf([file]), traceOf(cut(file, random)), 'chunks make a difference');
    },
  };
}

function traceOf(chunks: readonly Uint8Array[]): Trace {
  const trace: Trace = [];
  let packets = 0;
  const reader = new CaptureReader(
    ({ number, t, source, start, end, originalLength, linkType }) => {
      law(number === ++packets, `packet ${packets} has number ${number}`);
      law(start >= 0 && start <= end && end <= source.length, 'a packet lies outside of its bytes');
      law(Number.isFinite(t), 'a time is no number');
      trace.push(t, originalLength, linkType, end - start, sumOf(source, start, end));
    },
  );
  let length = 0;
  for (const chunk of chunks) {
    reader.push(chunk);
    length += chunk.length;
  }
  const { packets: told, soundBytes, cut: cutAt } = reader.end();
  law(told === packets, 'the summary counts other packets');
  law(soundBytes <= length, 'more bytes are sound than there are');
  law(cutAt !== null || soundBytes === length, 'bytes are left over, and nothing is cut');
  law(
    cutAt === null || cutAt.offset === soundBytes,
    'it is cut elsewhere than where sound bytes end',
  );
  trace.push(
    packets,
    soundBytes,
    cutAt?.reason ?? null,
    reader.originSeconds,
    reader.untimedPackets,
  );
  return trace;
}
