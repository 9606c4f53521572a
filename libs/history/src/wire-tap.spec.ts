import { AdminOpcode, encodeResponse } from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import { block, concat, TestAssociation, Traffic } from './traffic.testing.js';
import { WireTap } from './wire-tap.js';

/** A tap on two paths that writes down what it hears; frames are overwritten after it saw them. */
function tapped() {
  const traffic = new Traffic();
  const linkA = traffic.link('A');
  const linkB = traffic.link('B');
  const heard: string[] = [];
  /** The links of the associations that came up, in order. */
  const up: string[] = [];
  const tap = new WireTap(traffic.topology(), {
    onCommandSent: (command, { link }) =>
      void heard.push(`${link} sent ${command.slba}+${command.blocks} ${command.payloads.join()}`),
    onRetry: (command, originals) =>
      void heard.push(`CID ${command.cid} repeats CID ${originals.map(({ cid }) => cid).join()}`),
    onAnswered: (command, { link }) =>
      void heard.push(`${link} answered CID ${command.cid}: ${command.status}`),
    onCcrSent: ({ link }) => void heard.push(`CCR over ${link}`),
    onCcrAccepted: ({ link }) => void heard.push(`CCR over ${link} accepted`),
    onCcrEvent: ({ link }) => void heard.push(`CCR event over ${link}`),
    onConnected: ({ link }) => void up.push(link),
    onGivenUp: ({ label, giveUpBy }) => void heard.push(`${label} given up: ${giveUpBy}`),
  });
  traffic.tap = ({ link, bytes }, view, t) => {
    const lent = bytes.slice();
    tap.frame(link.name, view, lent, t);
    lent.fill(0xee);
  };
  return {
    tap,
    traffic,
    heard,
    up,
    a: new TestAssociation(traffic, linkA, { cntlid: 1 }),
    b: new TestAssociation(traffic, linkB, { cntlid: 100 }),
  };
}

describe('WireTap', () => {
  it('tells writes with their payloads once all data were sent, and their answers', () => {
    const { heard, a, b } = tapped();
    a.write(1, 10, block(1));
    b.writeByR2t(2, 20, concat(block(1), block(0)), [6000]);
    b.read(3, 20, block(1));
    a.answer(1);
    b.answer(2, 0x280);
    expect(heard).toEqual([
      'A sent 10+1 1',
      'B sent 20+2 1,0',
      'A answered CID 1: 0',
      'B answered CID 2: 640',
    ]);
  });

  it('tells the first retry on another path, and the give-up, once', () => {
    const { heard, a, b } = tapped();
    a.write(1, 10, block(1), { lost: true });
    b.write(7, 10, block(1));
    a.io.close('host', 'rst', true);
    b.answer(7);
    expect(heard).toEqual([
      'A sent 10+1 1',
      'B sent 10+1 1',
      'CID 7 repeats CID 1',
      'host1 over A, CNTLID 1 (#0) given up: retry',
      'B answered CID 7: 0',
    ]);
  });

  it('knows the open connection of a queue, and what each end expects next', () => {
    const { tap, traffic, a } = tapped();
    const before = tap.openConnection('A', 1)!;
    const atNode = before.expectedBy('node');
    const atHost = before.expectedBy('host');
    const sentBefore = a.io.position('host');
    a.write(1, 10, block(1), { lost: true });
    expect(before.expectedBy('node')).toBe(atNode);
    const again = a.io.again('host', sentBefore, a.io.position('host'));
    traffic.delivered(again);
    expect(before.expectedBy('node') - atNode).toBe(a.io.position('host') - sentBefore);
    a.answer(1);
    expect(before.expectedBy('host')).toBeGreaterThan(atHost);
    expect(tap.openConnection('A', 2)).toBeNull();
    a.io.close('host', 'fin');
    expect(tap.openConnection('A', 1)).toBeNull();
  });

  it('does not tell a retransmission as a command', () => {
    const { traffic, heard, a } = tapped();
    const start = a.io.position('host');
    a.write(1, 10, block(1), { lost: true });
    const again = a.io.again('host', start, a.io.position('host'));
    traffic.sent(again);
    traffic.delivered(again);
    expect(heard).toEqual(['A sent 10+1 1']);
  });

  it('tells each CCR, its answer where the operation goes on, and its event', () => {
    const { heard, b } = tapped();
    const ccr = { opcode: AdminOpcode.crossControllerReset, dwords: { 10: 1 } };
    const event = b.adminCommand({ opcode: AdminOpcode.asyncEventRequest });
    const other = b.adminCommand({ opcode: AdminOpcode.asyncEventRequest });
    b.respond(b.admin, encodeResponse({ cid: other, dword0: 0x000c_0302 }));
    const refused = b.adminCommand(ccr);
    b.respond(b.admin, encodeResponse({ cid: refused, status: 0x13f }));
    const immediate = b.adminCommand(ccr);
    b.respond(b.admin, encodeResponse({ cid: immediate, dword0: 1 }));
    const accepted = b.adminCommand(ccr);
    b.respond(b.admin, encodeResponse({ cid: accepted, dword0: 0 }));
    b.respond(b.admin, encodeResponse({ cid: event, dword0: 0x001e_f402 }));
    expect(heard.filter((line) => !line.includes('given up'))).toEqual([
      'CCR over B',
      'CCR over B',
      'CCR over B',
      'CCR over B accepted',
      'CCR event over B',
    ]);
  });

  it('tells that an association is up once, with its first I/O queue', () => {
    const { traffic, up } = tapped();
    expect(up).toEqual(['A', 'B']);
    new TestAssociation(traffic, traffic.links[0]!, { cntlid: 2 });
    expect(up).toEqual(['A', 'B', 'A']);
  });
});
