import type { LivePart } from '@fenceline/contracts/api';
import { expect, it } from 'vitest';
import { linesOf } from './live-lines.js';

const step = (name: string, ms: number | null): LivePart => ({
  ...{ kind: 'step', step: name, detail: '', ms },
});
const line = (text: string, ms: number): LivePart => ({
  ...{ kind: 'console', vm: 'A', line: text, ms },
});

it('puts lines in the order of the lab, without bars and blank ones', () => {
  const parts: LivePart[] = [
    step('prepare', null),
    step('boot', 50),
    step('configure', 5970),
    { kind: 'bar', path: 'A', fromMs: 0, toMs: 250, writes: 1, reads: 0, held: 0 },
    line('ready', 5870),
    line(' ', 5880),
    { kind: 'fault', what: 'drop A', ms: 8000 },
    step('upload', null),
  ];
  const numbered = parts.map((part, seq) => ({ seq, part }));
  expect(linesOf(numbered).map(({ seq }) => seq)).toEqual([0, 1, 4, 2, 6, 7]);
});
