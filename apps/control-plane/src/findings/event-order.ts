import type { Finding } from '@fenceline/contracts';

/**
 * What happened, step by step, without what differs from run to run: numbers of commands, blocks and frames, values and
 * times. Findings with the same order are one story.
 */
export function eventOrder({ witness }: Pick<Finding, 'witness'>): string[] {
  return witness.steps.map(({ what }) => wordsOf(what));
}

function wordsOf(what: string): string {
  return (
    what
      .replace(/\bCID (?:0x[0-9a-f]+|\d+)/gi, 'CID n')
      .replace(/\bLBAs? \d+(?:\s*(?:-|–|\.\.|to)\s*\d+)?/gi, 'LBA n')
      .replace(/\b(?:0x)?[0-9a-f]{8,}\b/gi, 'x')
      .replace(/\b0x[0-9a-f]+\b/gi, 'x')
      // A number of its own, with its unit: not one that ends a name, such as host1.
      .replace(/(?<![\w#.-])-?\d+(?:[.,]\d+)*(?: ?(?:ns|µs|ms|s|B|KiB|MiB))?(?![\w])/g, 'n')
      .replace(/\s+/g, ' ')
      .trim()
  );
}
