import { readTar, TarError } from '@fenceline/archive';
import { cut, streamed } from '../chunks.js';
import { law, sameTrace, sumOf, type Trace } from '../laws.js';
import { smallTars, withChecksums } from '../material/tars.js';
import { Seeds } from '../mutate.js';
import type { Target } from '../target.js';

const limits = { bytes: 64 * 1024, entries: 20 };

/**
 * The reader of the tar file within a file for transport. Laws: nothing but a TarError is thrown, with a reason; no
 * name leads out of the folder; a content is as long as was said; limits hold; chunks make no difference.
 */
export async function tarTarget(share: number): Promise<Target> {
  const seeds = new Seeds(await smallTars());
  return {
    name: 'tar',
    share,
    async try(random) {
      const mutant = seeds.mutant(random);
      const tar = random.oneIn(3) ? mutant : withChecksums(mutant);
      const whole = await traceOf([tar]);
      sameTrace(whole, await traceOf(cut(tar, random)), 'chunks make a difference');
    },
  };
}

async function traceOf(chunks: readonly Uint8Array[]): Promise<Trace> {
  const trace: Trace = [];
  let bytes = 0;
  try {
    await readTar(streamed(chunks), limits, async ({ name, size, content }) => {
      const parts = name.split('/');
      law(!name.startsWith('/') && !parts.includes('..'), `${JSON.stringify(name)} leads out`);
      law(!/(?![\u0080-\u009f])[\p{Cc}\\]/u.test(name), `${JSON.stringify(name)} is no plain name`);
      let come = 0;
      let sum = 0;
      for await (const piece of content) {
        come += piece.length;
        sum = sumOf(piece, 0, piece.length, sum);
      }
      law(come === size, `${come} bytes came of ${size}`);
      bytes += come;
      law(bytes <= limits.bytes, 'more bytes come than may');
      trace.push(name, size, sum);
    });
    trace.push('whole');
  } catch (error) {
    if (!(error instanceof TarError) || error.message === '') throw error;
    trace.push(error.message);
  }
  return trace;
}
