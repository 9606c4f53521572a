import { CcrStatus, Property, Status } from '@fenceline/nvme';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { block, ENABLE, HostAssociation, TestLab } from './scripted-host.testing.js';

/** What may happen between a host, its controllers and the medium. */
type Step =
  | { do: 'write' | 'write-by-r2t'; slba: number }
  | { do: 'finish'; which: number }
  | { do: 'hold' | 'release' | 'ccr' | 'expire' | 'close' | 'disable' | 'shut-down' }
  | { do: 'pass'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('write' as const, 'write-by-r2t' as const),
      slba: fc.nat(9),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('finish' as const), which: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('hold' as const, 'release' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'ccr' as const,
        'close' as const,
        'disable' as const,
        'shut-down' as const,
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(400) }) },
);

const settingsOf = fc.record({
  immediate: fc.boolean(),
  takesMs: fc.constantFrom(0, 100),
  boundMs: fc.constantFrom(300, 5000),
});

/**
 * The law of the fence: once a host has been told that a controller is reset, by CCR or by its status, no request of
 * its association is at the medium, and none comes.
 */
describe('after a reset that was reported', () => {
  it('nothing of the association is at the medium, whatever came before', () => {
    fc.assert(
      fc.property(
        settingsOf,
        fc.integer({ min: 0, max: 200 }),
        fc.array(step, { maxLength: 40 }),
        expectQuiet,
      ),
      { numRuns: 300 },
    );
  });
});

function expectQuiet(
  ccr: { immediate: boolean; takesMs: number; boundMs: number },
  delayMs: number,
  steps: readonly Step[],
): void {
  const lab = new TestLab();
  const node = lab.node({ settings: { ccr } });
  const lost = new HostAssociation(lab, node, 1, { katoMs: 1000 });
  const source = new HostAssociation(lab, node, 2);
  const { instance } = lost;
  const { medium } = lab;
  medium.holds = true;
  node.delayWrites(1, delayMs * 1_000_000);
  const asked: number[] = [];
  /** Requests that had ever been submitted when success was first seen. */
  let submittedAtSuccess: number | null = null;
  const look = () => {
    const wasTold =
      asked.some((cid) => {
        const answer = source.admin.answers.get(cid);
        return answer?.status === Status.success && answer.dword0 === 1;
      }) ||
      source
        .ccrLog()
        .some(({ icid, status }) => icid === instance.cntlid && status === CcrStatus.success) ||
      isDown(lost);
    if (wasTold) submittedAtSuccess ??= medium.submitted.length;
    if (submittedAtSuccess === null) return;
    expect(medium.pending).toEqual([]);
    expect(medium.submitted).toHaveLength(submittedAtSuccess);
  };
  for (const step of steps) {
    take(step);
    lab.run();
    look();
  }
  node.releaseWrites(1);
  lab.pass(10_000);
  look();

  function take(step: Step): void {
    switch (step.do) {
      case 'write':
      case 'write-by-r2t':
        lost.io.write(step.slba, block(1), step.do === 'write');
        return;
      case 'finish':
        if (medium.pending.length > 0) medium.pending[step.which % medium.pending.length]!.finish();
        return;
      case 'hold':
        node.holdWrites(1);
        return;
      case 'release':
        node.releaseWrites(1);
        return;
      case 'ccr':
        asked.push(source.admin.ccr(instance));
        return;
      case 'close':
        lost.admin.close();
        return;
      case 'disable':
        lost.admin.setProperty(Property.configuration, 0);
        return;
      case 'shut-down':
        lost.admin.setProperty(Property.configuration, ENABLE | (1 << 14));
        return;
      case 'pass':
        lab.pass(step.ms);
        return;
      case 'expire':
        lab.pass(2000);
    }
  }
}

/** Has the host been told that its controller is not ready, or has shut down? */
function isDown({ admin }: HostAssociation): boolean {
  const answer = admin.tryPropertyGet(Property.status);
  return answer !== undefined && ((answer.dword0 & 1) === 0 || ((answer.dword0 >>> 2) & 3) === 2);
}
