import { CCR_LOG_BYTES, encodeC2hData, encodeCcrLog, encodeResponse } from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import { TestAssociation, Traffic } from '../traffic.testing.js';
import { buildHistory } from './build-history.js';

const identify = { ciu: 3, cirn: 0x1234_5678_9abc_def0n, ccrl: 4 };
const ccr = { opcode: 0x38, dwords: { 10: (3 << 16) | 1, 12: 0x9abc_def0, 13: 0x1234_5678 } };

describe('commands of a Cross-Controller Reset', () => {
  it('keep what was asked, logged and told', async () => {
    const traffic = new Traffic();
    new TestAssociation(traffic, traffic.link('A'), { cntlid: 1, identify });
    const source = new TestAssociation(traffic, traffic.link('B'), { cntlid: 2 });
    const event = source.adminCommand({ opcode: 0x0c });
    const accepted = source.adminCommand(ccr);
    source.respond(source.admin, encodeResponse({ cid: accepted, dword0: 0 }));
    source.respond(source.admin, encodeResponse({ cid: event, dword0: 0x001e_f402 }));
    const data = encodeCcrLog([{ icid: 1, ciu: 3, status: 1 }]);
    const read = source.adminCommand({
      opcode: 0x02,
      dataLength: data.length,
      dwords: { 10: 0x1e },
    });
    source.respond(
      source.admin,
      encodeC2hData({ cid: read, offset: 0, data, last: true, success: true }),
    );
    const immediate = source.adminCommand(ccr);
    source.respond(source.admin, encodeResponse({ cid: immediate, dword0: 1 }));

    const history = await buildHistory(traffic.recording());
    const triple = { icid: 1, ciu: 3, cirn: identify.cirn };
    expect(history.commands.flatMap((command) => command.ccr ?? [])).toEqual([
      { ...triple, immediate: false },
      { ...triple, immediate: true },
    ]);
    expect(history.commands.flatMap((command) => command.event ?? [])).toEqual([0x001e_f402]);
    expect(history.commands.flatMap((command) => command.ccrLog ?? [])).toEqual([
      { announced: 1, entries: [expect.objectContaining({ icid: 1, ciu: 3, status: 1 })] },
    ]);
    expect(history.openings!.map(({ link }) => link)).toEqual(['A', 'A', 'B', 'B']);
    expect(history.associations[0]!.identifiedAt).toBeGreaterThan(0);
  });

  it('sets no more memory aside for the log page than it can have, whatever a host asks for', async () => {
    const traffic = new Traffic();
    const source = new TestAssociation(traffic, traffic.link('A'));
    const cid = source.adminCommand({
      opcode: 0x02,
      dataLength: 0xffff_ffff,
      dwords: { 10: 0x1e },
    });
    const page = new Uint8Array(CCR_LOG_BYTES + 100);
    page.set(encodeCcrLog([{ icid: 1, ciu: 3, status: 1 }]));
    source.respond(
      source.admin,
      encodeC2hData({ cid, offset: 0, data: page, last: true, success: true }),
    );
    const history = await buildHistory(traffic.recording());
    expect(history.commands.at(-1)!.ccrLog).toMatchObject({ announced: 1 });
  });
});
