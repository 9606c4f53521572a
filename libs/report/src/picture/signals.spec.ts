import { describe, expect, it } from 'vitest';
import { ccrFailover } from '../ccr-failover.testing.js';
import { stuckWrite } from '../stuck-write.testing.js';
import { buildPicture } from './build-picture.js';
import { lanesOf } from './lanes.js';
import { mostSignals, signalsOf } from './signals.js';

const { verdict, history, plan } = ccrFailover();
const picture = buildPicture(verdict, history, plan);
const lane = (group: string, name: string) =>
  picture.lanes.findIndex((it) => it.group === group && it.name === name);

describe('the lanes', () => {
  it('are one for each queue of each path, then one for each node', () => {
    expect(picture.lanes.map(({ group, name }) => `${group}, ${name}`)).toEqual([
      'host1 over A to A, admin queue',
      'host1 over A to A, I/O queue 1',
      'host1 over A to A, I/O queue 2',
      'host1 over B to B, admin queue',
      'host1 over B to B, I/O queue 1',
      'host1 over B to B, I/O queue 2',
      'medium, through A',
      'medium, through B',
    ]);
  });

  it('are there for a path on which nothing was sent', () => {
    const { lanes } = lanesOf({ ...history, associations: [], commands: [] }, plan);
    expect(lanes.map(({ name }) => name)).toEqual([
      'admin queue',
      'admin queue',
      'through A',
      'through B',
    ]);
  });

  it('are shaded by the fence over every queue of the path, up to the success of the reset', () => {
    for (const { lanes, by, start, end } of picture.fences) {
      expect(lanes).toEqual([0, 1, 2]);
      expect([by, start, end]).toEqual(['CCR success', 20_000_000, 20_316_000]);
    }
    expect(picture.fences).toHaveLength(3);
  });
});

describe('the marks of resets and events', () => {
  const impaired = lane('host1 over A to A', 'admin queue');
  const source = lane('host1 over B to B', 'admin queue');

  it('stand where and when each was seen', () => {
    expect(picture.signals.map(({ t, lane, kind }) => [t, lane, kind])).toEqual([
      [11_190_000, source, 'event'],
      [20_004_000, source, 'ccr'],
      [20_310_000, source, 'event'],
      [20_316_000, source, 'log'],
      [20_316_000, impaired, 'ccr-success'],
    ]);
  });

  it('say what was asked, and what was answered', () => {
    const [, ccr, event, log] = picture.signals.map(({ rows }) => Object.fromEntries(rows));
    expect(ccr).toMatchObject({
      'names CNTLID': '1',
      CIU: '3',
      CIRN: '1122334455667788h',
      sent: '20,004.000 ms',
      status: 'Successful Completion',
    });
    expect(event).toMatchObject({ event: 'notice, CCR completed (F4h), log page 1Eh' });
    expect(log).toMatchObject({ entries: '1', 'CNTLID 1, CIU 3': 'success' });
  });

  it('are not there for what never arrived, nor in a recording without any', () => {
    const silent = history.commands.map((command) =>
      command.event === undefined ? command : { ...command, answeredAt: Infinity },
    );
    const { laneOf } = lanesOf(history, plan);
    const kinds = signalsOf({ ...history, commands: silent }, laneOf).map(({ kind }) => kind);
    expect(kinds).toEqual(['ccr', 'log', 'ccr-success']);
    const told = stuckWrite();
    expect(buildPicture(told.verdict, told.history, told.plan).signals).toEqual([]);
  });

  it('are no more than a page can hold', () => {
    const event = history.commands.find((command) => command.event !== undefined)!;
    const commands = Array.from({ length: mostSignals + 5 }, () => event);
    expect(signalsOf({ ...history, commands }, lanesOf(history, plan).laneOf)).toHaveLength(
      mostSignals,
    );
  });
});
