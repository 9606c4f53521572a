import { describe, expect, it } from 'vitest';
import { block, BLOCK, concat, TestAssociation, Traffic } from '../traffic.testing.js';
import { buildHistory } from './build-history.js';
import { never } from '../model.js';

describe('a healthy path', () => {
  it('gives associations, commands and applies that are joined', async () => {
    const traffic = new Traffic();
    const link = traffic.link('A');
    const path = new TestAssociation(traffic, link, { cntlid: 7, identify: { cqtMs: 20 } });
    path.write(1, 10, block(1));
    const sentBy = traffic.t;
    traffic.apply('A', 10, block(1));
    path.answer(1);
    path.read(2, 10, block(1), [100, 2000]);
    const history = await buildHistory(traffic.recording());
    expect(history.problems).toEqual([]);
    expect(history.associations).toHaveLength(1);
    expect(history.associations[0]).toMatchObject({
      label: 'host1 over A, CNTLID 7 (#0)',
      cntlid: 7,
      katoMs: 5000,
      tbkas: true,
      cqtMs: 20,
      giveUpAt: never,
    });
    expect(history.associations[0]!.connections.map(({ qid }) => qid)).toEqual([0, 1]);
    const [write, read] = history.commands.slice(-2);
    expect(write).toMatchObject({ name: 'Write', cid: 1, slba: 10, blocks: 1, status: 0 });
    expect(write!.completeAt).toBe(sentBy);
    expect(write!.answeredAt).toBeGreaterThan(write!.answerSentAt);
    expect(read).toMatchObject({ name: 'Read', op: 'read', payloads: write!.payloads });
    expect(history.applies).toHaveLength(1);
    expect(history.applies[0]!.candidates).toEqual([[write!.id]]);
  });

  it('knows multi-block writes by R2T, with zero blocks as payload 0', async () => {
    const traffic = new Traffic();
    const path = new TestAssociation(traffic, traffic.link('A'));
    const data = concat(block(1), block(0), block(2));
    path.writeByR2t(1, 0, data, [5000, 100]);
    traffic.apply('A', 0, data.subarray(0, BLOCK));
    traffic.apply('A', 1, data.subarray(BLOCK));
    path.answer(1);
    const history = await buildHistory(traffic.recording());
    expect(history.problems).toEqual([]);
    const write = history.commands.at(-1)!;
    expect(write.payloads).toHaveLength(3);
    expect(write.payloads[1]).toBe(0);
    expect(write.completeAt).toBeGreaterThan(write.sentAt);
    expect(history.applies.map(({ candidates }) => candidates)).toEqual([
      [[write.id]],
      [[write.id], [write.id]],
    ]);
  });
});
