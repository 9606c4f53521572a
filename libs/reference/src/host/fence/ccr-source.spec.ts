import { VirtualTime } from '@fenceline/contracts';
import { AdminOpcode, CcrStatus, encodeCcrLog } from '@fenceline/nvme';
import { describe, expect, it } from 'vitest';
import type { Completion, HostCommand } from '../command.js';
import { correctHost } from '../decisions.js';
import { CcrSource, type CcrNews } from './ccr-source.js';

const completion = (data: Uint8Array = new Uint8Array(0)): Completion => ({
  status: 0,
  doNotRetry: false,
  dword0: 0,
  dword1: 0,
  data,
});

describe('a source of resets', () => {
  it('reads its log page when the one answer that it waited for is of no interest any more', () => {
    const sent: { command: HostCommand; done: (completion: Completion | null) => void }[] = [];
    const source = new CcrSource({
      decisions: correctHost,
      scheduler: new VirtualTime(),
      readLogAfterMs: 0,
      send: (command, done) => sent.push({ command, done }),
    });
    source.connected(1, 4);
    const news: CcrNews[] = [];
    const silent = source.ask({ cntlid: 7, ciu: 1, cirn: 1n }, () => undefined);
    source.ask({ cntlid: 8, ciu: 2, cirn: 2n }, (it) => news.push(it));
    sent[1]!.done(completion());
    source.eventCame();
    expect(sent).toHaveLength(2);
    silent.giveSlotBack();
    silent.forget();
    expect(sent[2]?.command.entry.opcode).toBe(AdminOpcode.getLogPage);
    const entry = { icid: 8, ciu: 2, acid: 0, status: CcrStatus.success, flags: 0 };
    sent[2]!.done(completion(encodeCcrLog([entry])));
    expect(news.at(-1)).toEqual({ kind: 'finished', as: 'succeeded' });
  });
});
