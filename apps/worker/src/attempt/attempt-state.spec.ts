import type { Verdict } from '@fenceline/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  begin,
  step,
  type AttemptState,
  type Effect,
  type Input,
  type StopReason,
} from './attempt-state.js';

const verdict = { verdict: 'pass' } as Verdict;
const recorded: Input = { type: 'lab-ended', end: { outcome: 'recorded' }, recorded: true };
const cancelledLab: Input = {
  type: 'lab-ended',
  end: { outcome: 'cancelled', message: 'stopped on request' },
  recorded: true,
};
const uploaded = (...uploadIds: string[]): Input => ({ type: 'uploaded', uploadIds });
const judged: Input = { type: 'judged', verdict, expected: true };
const stop = (why: StopReason): Input => ({ type: 'stop', why });

/** Runs inputs from the beginning and gives the last state and every effect. */
function run(...inputs: Input[]): { state: AttemptState; effects: Effect[]; last: Effect[] } {
  let { state, effects } = begin();
  const all = [...effects];
  for (const input of inputs) {
    ({ state, effects } = step(state, input));
    all.push(...effects);
  }
  return { state, effects: all, last: [...effects] };
}

describe('an attempt', () => {
  it('is prepared, run, uploaded, judged, published and told, in this order', () => {
    const { state, effects } = run(
      { type: 'prepared' },
      recorded,
      uploaded('recording'),
      judged,
      uploaded('verdict', 'report', 'timeline'),
      { type: 'told' },
    );
    expect(effects.map((effect) => effect.do)).toEqual([
      'prepare',
      'run',
      'upload-recording',
      'judge',
      'upload-judgement',
      'finish',
    ]);
    expect(effects.at(-1)).toEqual({
      do: 'finish',
      result: { kind: 'judged', verdict },
      uploadIds: ['recording', 'verdict', 'report', 'timeline'],
    });
    expect(state.stage).toBe('over');
  });

  it.each(['error', 'timeout'] as const)('of which the lab ends in %s is not judged', (outcome) => {
    const end: Input = { type: 'lab-ended', end: { outcome, message: 'why' }, recorded: true };
    expect(run({ type: 'prepared' }, end, uploaded('cut recording')).last).toEqual([
      { do: 'finish', result: { kind: outcome, message: 'why' }, uploadIds: ['cut recording'] },
    ]);
  });

  it('whose kernels lack what it needs is skipped, before or after it ran', () => {
    const lack: Input = { type: 'not-prepared', kind: 'skipped', message: 'no ccr' };
    expect(run(lack).last).toEqual([
      { do: 'finish', result: { kind: 'skipped', message: 'no ccr' }, uploadIds: [] },
    ]);
    const unexpected: Input = { type: 'judged', verdict, expected: false };
    const after = run({ type: 'prepared' }, recorded, uploaded('r'), unexpected, uploaded('v'));
    expect(after.last).toMatchObject([{ do: 'finish', result: { kind: 'skipped' } }]);
  });

  it('whose checker fails is judged again, to say only that, and then an error', () => {
    const crash: Input = { type: 'not-judged', message: 'out of memory' };
    const before = [{ type: 'prepared' } as const, recorded, uploaded('r'), crash];
    expect(run(...before).last).toEqual([{ do: 'judge', failure: 'out of memory' }]);
    expect(run(...before, judged).last).toEqual([{ do: 'upload-judgement' }]);
    expect(run(...before, crash).last).toMatchObject([{ do: 'finish', result: { kind: 'error' } }]);
  });

  it('keeps its verdict where the page cannot be uploaded', () => {
    const full: Input = {
      type: 'not-uploaded',
      superseded: false,
      message: 'no space',
    };
    const { last } = run({ type: 'prepared' }, recorded, uploaded('r'), judged, full);
    expect(last).toEqual([{ do: 'finish', result: { kind: 'judged', verdict }, uploadIds: ['r'] }]);
  });

  it('that is cancelled ends its VMs in order, keeps the recording and finishes as cancelled', () => {
    const running = [{ type: 'prepared' } as const, stop('cancel')];
    expect(run(...running).last).toEqual([{ do: 'cut-short', how: 'in-order' }]);
    expect(run(...running, cancelledLab, uploaded('cut')).last).toEqual([
      {
        do: 'finish',
        result: { kind: 'cancelled', message: 'Cancelled on request.' },
        uploadIds: ['cut'],
      },
    ]);
  });

  it('that is cancelled as its lab ends by itself is cancelled all the same', () => {
    const { last } = run({ type: 'prepared' }, stop('cancel'), recorded, uploaded('r'));
    expect(last).toMatchObject([{ do: 'finish', result: { kind: 'cancelled' } }]);
  });

  it('that was judged keeps its verdict, whoever cancels it then', () => {
    const { last } = run(
      { type: 'prepared' },
      recorded,
      uploaded('r'),
      judged,
      stop('cancel'),
      uploaded('v'),
    );
    expect(last).toMatchObject([{ do: 'finish', result: { kind: 'judged' } }]);
  });

  it('that is superseded surrenders what it has, and never finishes', () => {
    const { effects, state } = run(
      { type: 'prepared' },
      stop('superseded'),
      cancelledLab,
      uploaded('cut'),
      { type: 'told' },
    );
    expect(effects.at(-1)).toEqual({ do: 'surrender', uploadIds: ['cut'] });
    expect(state.stage).toBe('over');
    expect(effects.some((effect) => effect.do === 'finish')).toBe(false);
  });

  it('learns that it is superseded as it uploads, and uploads for a look alone', () => {
    const refused: Input = { type: 'not-uploaded', superseded: true, message: 'superseded' };
    const before = [{ type: 'prepared' } as const, recorded, refused];
    expect(run(...before).last).toEqual([{ do: 'upload-recording', surrender: true }]);
    expect(run(...before, uploaded('r')).last).toEqual([{ do: 'surrender', uploadIds: ['r'] }]);
    expect(run(...before, refused).state.stage).toBe('over');
  });

  it('learns that it is superseded as it finishes', () => {
    const { last } = run({ type: 'prepared' }, recorded, uploaded('r'), judged, uploaded('v'), {
      type: 'not-told',
      superseded: true,
    });
    expect(last).toEqual([{ do: 'surrender', uploadIds: ['r', 'v'] }]);
  });

  it('that is left tells the service nothing', () => {
    const { effects, state } = run({ type: 'prepared' }, stop('leave'), cancelledLab);
    expect(effects.at(-1)).toEqual({ do: 'cut-short', how: 'at-once' });
    expect(state.stage).toBe('over');
  });

  it('comes to exactly one end, whatever happens in whatever order', () => {
    const reasons = fc.constantFrom<StopReason>('cancel', 'time-out', 'superseded', 'leave');
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ ok: fc.boolean(), recorded: fc.boolean(), stop: fc.option(reasons) }),
          {
            minLength: 10,
            maxLength: 10,
          },
        ),
        (choices) => {
          let { state, effects } = begin();
          const done: Effect[] = [...effects];
          const take = (input: Input): void => {
            ({ state, effects } = step(state, input));
            done.push(...effects);
          };
          for (const choice of choices) {
            if (state.stage === 'over') break;
            if (choice.stop !== null) take(stop(choice.stop));
            take(endOf(state, choice));
          }
          expect(state.stage).toBe('over');
          const told = done.filter((effect) => effect.do === 'finish');
          const surrendered = done.filter((effect) => effect.do === 'surrender');
          expect(told.length).toBeLessThanOrEqual(1);
          expect(surrendered.length).toBeLessThanOrEqual(1);
          if (state.stop === null) expect(told).toHaveLength(1);
          expect(done.filter((effect) => effect.do === 'run').length).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** How the work of a stage ends. */
function endOf(
  { stage }: AttemptState,
  { ok, recorded }: { ok: boolean; recorded: boolean },
): Input {
  switch (stage) {
    case 'preparing':
      return ok ? { type: 'prepared' } : { type: 'not-prepared', kind: 'error', message: 'no' };
    case 'running':
      return { type: 'lab-ended', end: { outcome: ok ? 'recorded' : 'error' }, recorded };
    case 'uploading':
    case 'publishing':
      return ok ? uploaded(stage) : { type: 'not-uploaded', superseded: recorded, message: 'no' };
    case 'judging':
      return ok ? judged : { type: 'not-judged', message: 'no' };
    case 'finishing':
    case 'surrendering':
    case 'over':
      return ok ? { type: 'told' } : { type: 'not-told', superseded: recorded };
  }
}
