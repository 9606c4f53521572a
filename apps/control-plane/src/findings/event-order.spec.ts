import { describe, expect, it } from 'vitest';
import { eventOrder } from './event-order.js';

const orderOf = (...steps: string[]) =>
  eventOrder({ witness: { steps: steps.map((what, ms) => ({ ms, what })) } });

describe('the order of events of a finding', () => {
  it('is the same for other commands, blocks and times', () => {
    expect(orderOf('host1 sends Write LBA 8-15, CID 0x12, on a', 'it waits 12.5 ms')).toEqual(
      orderOf('host1 sends Write LBA 128-135, CID 0x7, on a', 'it waits 8,000 ms'),
    );
  });

  it('differs where a step, a host or a path does', () => {
    const first = orderOf('host1 sends Write LBA 8, CID 1, on a');
    expect(orderOf('host2 sends Write LBA 8, CID 1, on a')).not.toEqual(first);
    expect(orderOf('host1 sends Write LBA 8, CID 1, on b')).not.toEqual(first);
    expect(orderOf('host1 sends Write LBA 8, CID 1, on a', 'the medium takes it')).not.toEqual(
      first,
    );
  });

  it('keeps names that have numbers in them', () => {
    const step = 'bound of host1 over A, CNTLID 1 (#0), by time, under cqt-zero-10s';
    expect(orderOf(step)).toEqual([step.replace('CNTLID 1', 'CNTLID n')]);
  });

  it('keeps what was sent out of it', () => {
    expect(orderOf('it returns 9f3c0a1d44e1b2c3, CIRN 0xdeadbeef')).toEqual([
      'it returns x, CIRN x',
    ]);
  });
});
