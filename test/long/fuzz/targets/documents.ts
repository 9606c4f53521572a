import { manifestSchema, planSchema, type Manifest } from '@fenceline/contracts';
import {
  EvidenceError,
  isManifestIntact,
  parseDocument,
  readFinalImage,
  readTimeline,
  sealManifest,
} from '@fenceline/evidence/testing';
import { topologyOf, WireDecoder } from '@fenceline/history';
import { cut, streamed } from '../chunks.js';
import { law, sameTrace, type Trace } from '../laws.js';
import { bytesOf, goldenPart, utf8 } from '../material/recordings.js';
import { Seeds } from '../mutate.js';
import type { Target } from '../target.js';

/**
 * `manifest.json`. Laws: nothing but an EvidenceError is thrown; no part's name leads out of the folder; a manifest of
 * which one byte is not as it was sealed is found out.
 */
export async function manifestTarget(share: number): Promise<Target> {
  const sealed = utf8.decode(await goldenPart('manifest.json'));
  const manifest = manifestSchema.parse(JSON.parse(sealed));
  law(manifest.complete, 'the golden recording is not sealed');
  // Few parts, so that changes meet the fields and not only the list.
  const text = sealManifest({ ...manifest, parts: manifest.parts.slice(0, 3) });
  const seeds = new Seeds([bytesOf(text)]);
  return {
    name: 'manifest',
    share,
    try(random) {
      const bytes = seeds.mutant(random);
      const mutant = utf8.decode(bytes);
      const read = unlessRefused(() => parseDocument('manifest.json', mutant, manifestSchema));
      if (read === null) return;
      for (const { path } of read.parts) law(!path.split('/').includes('..'), `${path} leads out`);
      if (mutant !== text && sealOf(read) !== undefined) {
        law(!isManifestIntact(bytes, sealOf(read)), 'a manifest that was changed looks intact');
      }
    },
  };
}

const sealOf = (manifest: Manifest) => (manifest.complete ? manifest.sealedSha256 : undefined);

/** `plan.json`. Law: nothing but an EvidenceError is thrown, or that a link leads to a port that there is not. */
export async function planTarget(share: number): Promise<Target> {
  const seeds = new Seeds([await goldenPart('plan.json')]);
  return {
    name: 'plan',
    share,
    try(random) {
      const text = utf8.decode(seeds.mutant(random));
      const plan = unlessRefused(() => parseDocument('plan.json', text, planSchema));
      if (plan === null) return;
      try {
        const topology = topologyOf(plan);
        law(topology.links.length === plan.links.length, 'links are lost');
        for (const { name } of topology.links) new WireDecoder(topology, {}).link(name);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('link '))) throw error;
      }
    },
  };
}

/** Runs a reader; null where it refuses its input as it should. */
function unlessRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof EvidenceError) return null;
    throw error;
  }
}

/** `timeline.jsonl`. Laws: nothing but an EvidenceError is thrown; chunks make no difference. */
export async function timelineTarget(share: number): Promise<Target> {
  const lines = utf8.decode(await goldenPart('timeline.jsonl')).split('\n');
  const oneOfEach = new Map(lines.map((line) => [/"kind":"[^"]*"/.exec(line)?.[0], line]));
  return linesTarget('timeline', share, [...oneOfEach.values()].join('\n'), async (chunks) => {
    const { events, cut: reason } = await readTimeline(chunks);
    return [...events.flatMap(({ kind, t }) => [kind, t]), reason];
  });
}

/** `final-image.jsonl`. Laws: as of the timeline. */
export async function finalImageTarget(share: number): Promise<Target> {
  const image = [
    '{"slba":0,"hashes":["0123456789abcdef","0000000000000000"]}',
    '{"slba":7,"hashes":["ffffffffffffffff"]}',
    '{"blocks":3}',
    '',
  ].join('\n');
  return Promise.resolve(
    linesTarget('final-image', share, image, async (chunks) =>
      (await readFinalImage(chunks)).flatMap(({ slba, hashes }) => [slba, ...hashes]),
    ),
  );
}

function linesTarget(
  name: string,
  share: number,
  text: string,
  read: (chunks: AsyncIterable<Uint8Array>) => Promise<Trace>,
): Target {
  const seeds = new Seeds([bytesOf(text)]);
  const traceOf = async (chunks: readonly Uint8Array[]): Promise<Trace> => {
    try {
      return await read(streamed(chunks));
    } catch (error) {
      if (error instanceof EvidenceError) return [error.message];
      throw error;
    }
  };
  return {
    name,
    share,
    async try(random) {
      const bytes = seeds.mutant(random);
      const whole = await traceOf([bytes]);
      sameTrace(whole, await traceOf(cut(bytes, random)), 'chunks make a difference');
    },
  };
}
