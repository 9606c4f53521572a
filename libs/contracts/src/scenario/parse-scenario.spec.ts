import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarioSchema, type Action, type Trigger } from './model.js';
import { parseScenario } from './parse-scenario.js';
import { exampleScenario } from './reference/example.js';
import { referenceScenario, scenarioOf, soundScenario } from './scenario.testing.js';

describe('parseScenario', () => {
  it('fills in every default', () => {
    expect(scenarioOf(soundScenario)).toEqual({
      version: 1,
      name: 'sound',
      description: '',
      subsystem: {
        nqn: 'nqn.2026-01.org.fenceline:array',
        namespaces: [{ id: 1, sizeBytes: 67_108_864, blockSize: 4096 }],
      },
      nodes: [
        {
          name: 'A',
          kernel: 'debian:6.1',
          ports: 1,
          cntlidMin: 1,
          cntlidMax: 99,
          memoryBytes: 402_653_184,
          blockLayer: 'recorder',
          cqtMs: 0,
          target: { kind: 'linux', ccrFault: 'none' },
        },
        {
          name: 'B',
          kernel: 'debian:6.1',
          ports: 1,
          cntlidMin: 100,
          cntlidMax: 199,
          memoryBytes: 402_653_184,
          blockLayer: 'recorder',
          cqtMs: 0,
          target: { kind: 'linux', ccrFault: 'none' },
        },
      ],
      hosts: [
        {
          name: 'host1',
          kernel: 'debian:6.1',
          keepAliveMs: 5_000,
          reconnectDelayMs: 2_000,
          ctrlLossTimeoutMs: 600_000,
          ioTimeoutMs: 30_000,
          ioPolicy: 'round-robin',
          queues: 1,
          memoryBytes: 402_653_184,
          initiator: { kind: 'linux', cqtDefaultMs: null, ccrTimeoutMs: null },
        },
      ],
      links: [
        { name: 'A', host: 'host1', node: 'A', port: 1 },
        { name: 'B', host: 'host1', node: 'B', port: 1 },
      ],
      interNodeLinks: [],
      workloads: [
        {
          name: 'writers',
          host: 'host1',
          fio: {
            rw: 'randwrite',
            bs: '4k',
            size: '32k',
            offset: 0,
            offset_increment: '32k',
            numjobs: 8,
            iodepth: 1,
            ioengine: 'libaio',
            direct: 1,
            runtime: '60s',
            time_based: 1,
            verify: 'crc32c',
            do_verify: 0,
          },
          runtimeMs: 60_000,
          firstByte: 0,
          endByte: 262_144,
        },
      ],
      timeline: [
        {
          trigger: { kind: 'at', ms: 2_000 },
          jitterMs: 0,
          action: {
            kind: 'holdBackend',
            nodes: ['A'],
            ops: ['write'],
            next: null,
            inFlight: false,
          },
          optional: false,
          describe: "2s after the workload's start: hold write requests of node A",
        },
        {
          trigger: {
            kind: 'event',
            event: { kind: 'held', nodes: ['A'], writes: 4 },
            withinMs: 60_000,
          },
          jitterMs: 0,
          action: { kind: 'dropLink', links: ['A'], direction: 'both' },
          optional: false,
          describe: 'when 4 writes of node A are held (within 1m): drop link A',
        },
        {
          trigger: { kind: 'after', ms: 0 },
          jitterMs: 0,
          action: { kind: 'releaseBackend', nodes: ['A'] },
          optional: false,
          describe: 'then: release what node A holds',
        },
      ],
      exercise: { completeUnapplied: 1 },
      expect: [
        {
          capabilities: [],
          verdict: 'violation',
          profile: 'cqt-zero-10s',
          violates: ['no-early-retry'],
          never: [],
          under: {},
        },
      ],
      control: false,
      bounds: { bootMs: 60_000, connectMs: 30_000, runMs: 120_000, drainMs: 30_000 },
      allow: { ioErrors: false },
    });
  });

  it('expects a pass where nothing is said, and takes the only node, host and link as they are', () => {
    const scenario = scenarioOf(
      'fenceline: 1\nname: small\narray: { nodes: { A: {} } }\nhosts: { h: {} }\n' +
        'links: { L: { host: h, node: A } }\nworkload: [{ name: w, fio: { size: 4k, rw: randread } }]\n',
    );
    expect(scenario.expect).toMatchObject([{ verdict: 'pass', capabilities: [] }]);
    expect(scenario.nodes).toMatchObject([{ cntlidMin: 1, cntlidMax: 65_519 }]);
    expect(scenario.workloads).toMatchObject([{ host: 'h', fio: { verify: 'none' } }]);
    expect(scenario.timeline).toEqual([]);
  });

  it('reads back from JSON as a plan carries it', () => {
    for (const text of [soundScenario, exampleScenario]) {
      const scenario = scenarioOf(text);
      expect(scenarioSchema.parse(JSON.parse(JSON.stringify(scenario)))).toEqual(scenario);
    }
  });

  it('keeps `forever` apart from a time, and several capabilities together', () => {
    const scenario = scenarioOf(
      soundScenario
        .replace('keepAlive: 5s', 'ctrlLossTimeout: forever')
        .replace('expect:\n', 'expect:\n  - { capability: [ccr, cqt], verdict: pass }\n'),
    );
    expect(scenario.hosts[0]?.ctrlLossTimeoutMs).toBeNull();
    expect(scenario.expect[0]?.capabilities).toEqual(['ccr', 'cqt']);
  });

  it.each<[string, Action]>([
    [
      'hold: { node: all, ops: [write, flush], next: 8, inFlight: true }',
      { kind: 'holdBackend', nodes: ['A', 'B'], ops: ['write', 'flush'], next: 8, inFlight: true },
    ],
    ['hold: { link: B }', { kind: 'holdLink', links: ['B'], direction: 'both' }],
    ['discard: { node: A }', { kind: 'discardBackend', nodes: ['A'] }],
    ['slow: { node: B, by: 200ms }', { kind: 'slowBackend', nodes: ['B'], byMs: 200 }],
    [
      'fail: { node: [B, A] }',
      { kind: 'failBackend', nodes: ['B', 'A'], next: null, error: 'EIO' },
    ],
    [
      'fail: { node: B, next: 3, error: ENOSPC }',
      { kind: 'failBackend', nodes: ['B'], next: 3, error: 'ENOSPC' },
    ],
    [
      'drop: { link: all, direction: to-host }',
      { kind: 'dropLink', links: ['A', 'B'], direction: 'to-host' },
    ],
    ['restore: { node: A }', { kind: 'restoreBackend', nodes: ['A'] }],
    ['resetConnection: { link: A, queue: 1 }', { kind: 'resetConnection', link: 'A', queue: 1 }],
    ['stop: {}', { kind: 'stopWorkload', workloads: ['writers'] }],
  ])('do: { %s }', (text, action) => {
    const written = soundScenario
      .replace('drop: { link: A }', text)
      .replace('  - do: { release: { node: A } }\n', '');
    expect(scenarioOf(written).timeline[1]?.action).toEqual(action);
  });

  it('restores a link in one direction', () => {
    const text = soundScenario.replace(
      'release: { node: A }',
      'restore: { link: A, direction: to-node }',
    );
    expect(scenarioOf(text).timeline[2]?.action).toEqual({
      kind: 'restoreLink',
      links: ['A'],
      direction: 'to-node',
    });
  });

  it.each<[string, Trigger]>([
    ['after: 1.5s', { kind: 'after', ms: 1_500 }],
    ['when: { held: {} }', event({ kind: 'held', nodes: ['A', 'B'], writes: 1 })],
    [
      'when: { appliedUnanswered: { node: B, writes: 4 } }',
      event({ kind: 'appliedUnanswered', nodes: ['B'], writes: 4 }),
    ],
    [
      'when: { newerWriteAcknowledged: { over: held } }',
      event({ kind: 'newerWriteAcknowledged', over: 'held' }),
    ],
    ['when: { firstRetry: {} }', event({ kind: 'firstRetry', links: ['A', 'B'] })],
    [
      'when: { giveUp: { link: A }, within: 1m }',
      event({ kind: 'giveUp', links: ['A'], count: 1 }),
    ],
    ['when: { giveUp: { count: 2 } }', event({ kind: 'giveUp', links: ['A', 'B'], count: 2 })],
    ['when: { ccrSent: { link: B } }', event({ kind: 'ccrSent', links: ['B'], count: 1 })],
    ['when: { ccrAccepted: {} }', event({ kind: 'ccrAccepted', links: ['A', 'B'], count: 1 })],
    [
      'when: { ccrEvent: { link: [A, B], count: 3 } }',
      event({ kind: 'ccrEvent', links: ['A', 'B'], count: 3 }),
    ],
    ['when: { connected: { link: A } }', event({ kind: 'connected', links: ['A'], count: 1 })],
    ['when: { writes: { count: 200 } }', event({ kind: 'writes', links: ['A', 'B'], count: 200 })],
    ['when: { writes: { node: B, count: 2 } }', event({ kind: 'writes', links: ['B'], count: 2 })],
    [
      'when: { writes: { link: [A], count: 2 } }',
      event({ kind: 'writes', links: ['A'], count: 2 }),
    ],
    ['when: { workloadEnded: {} }', event({ kind: 'workloadEnded', workloads: ['writers'] })],
  ])('%s', (text, trigger) => {
    const written = soundScenario.replace('when: { held: { node: A, writes: 4 } }', text);
    expect(scenarioOf(written).timeline[1]?.trigger).toEqual(trigger);
  });

  it('fills in every default of a reference host and of reference nodes', () => {
    const { nodes, hosts } = scenarioOf(referenceScenario);
    expect(nodes[0]).toMatchObject({
      cqtMs: 20_000,
      blockLayer: 'recorder',
      target: {
        kind: 'reference',
        ccrl: 4,
        tbkas: true,
        digests: false,
        ccr: {
          takesMs: 0,
          immediate: true,
          fail: false,
          refuse: null,
          dropEvent: false,
          boundMs: 30_000,
        },
        mutant: null,
      },
    });
    expect(hosts[0]?.initiator).toEqual({
      kind: 'reference',
      fence: 'ccr',
      cqtZeroMs: 10_000,
      ccrWait: 'kato+cqt',
      keepAlives: 'sent',
      readLogAfterMs: 0,
      digests: false,
      mutant: null,
    });
  });

  it('takes what a reference host and node are asked for', () => {
    const { nodes, hosts } = scenarioOf(
      referenceScenario
        .replace(
          'cqt: 20s',
          'cqt: 1ms, ccrl: 0, tbkas: false, digests: true, mutant: ignores-cqt, ' +
            'ccr: { takes: 3s, immediate: false, fail: false, refuse: log-full, dropEvent: true, bound: 10s }',
        )
        .replace(
          'host1: { kind: reference }',
          'host1: { kind: reference, fence: time-based, cqtZero: 1s, ccrWait: "max(cqt,kato)", ' +
            'keepAlives: lost, readLogAfter: 2s, digests: true, mutant: ignores-tbkas }',
        ),
    );
    expect(nodes[0]).toMatchObject({
      cqtMs: 1,
      target: {
        ccrl: 0,
        tbkas: false,
        digests: true,
        mutant: 'ignores-cqt',
        ccr: {
          takesMs: 3_000,
          immediate: false,
          fail: false,
          refuse: 'log-full',
          dropEvent: true,
          boundMs: 10_000,
        },
      },
    });
    expect(hosts[0]?.initiator).toEqual({
      kind: 'reference',
      fence: 'time-based',
      cqtZeroMs: 1_000,
      ccrWait: 'max(cqt,kato)',
      keepAlives: 'lost',
      readLogAfterMs: 2_000,
      digests: true,
      mutant: 'ignores-tbkas',
    });
  });

  it('takes the faults and parameters of a Linux with CCR', () => {
    const { nodes, hosts } = scenarioOf(
      soundScenario
        .replace('cntlid: [1, 99]', 'cntlid: [1, 99], cqt: 20s, ccrFault: no-event')
        .replace('keepAlive: 5s', 'cqtDefault: 1s, ccrTimeout: 30s'),
    );
    expect(nodes[0]).toMatchObject({
      cqtMs: 20_000,
      target: { kind: 'linux', ccrFault: 'no-event' },
    });
    expect(hosts[0]?.initiator).toEqual({
      kind: 'linux',
      cqtDefaultMs: 1_000,
      ccrTimeoutMs: 30_000,
    });
  });

  it('tells cables between nodes from paths: events are on paths, faults on every link', () => {
    const written = (trigger: string, action: string) =>
      scenarioOf(`${referenceScenario}timeline:\n  - when: ${trigger}\n    do: ${action}\n`);
    const { links, interNodeLinks, timeline } = written(
      '{ ccrSent: {} }',
      '{ drop: { link: all } }',
    );
    expect(links.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(interNodeLinks).toEqual([{ name: 'AB', nodes: ['A', 'B'] }]);
    expect(timeline[0]?.trigger).toEqual(event({ kind: 'ccrSent', links: ['A', 'B'], count: 1 }));
    expect(timeline[0]?.action).toMatchObject({ links: ['A', 'B', 'AB'] });
  });

  it.each<[string, Action, string]>([
    [
      'ana: { node: A, state: inaccessible }',
      { kind: 'setAna', nodes: ['A'], port: null, state: 'inaccessible' },
      'then: set ANA of node A to inaccessible',
    ],
    [
      'ana: { node: all, port: 1, state: optimized }',
      { kind: 'setAna', nodes: ['A', 'B'], port: 1, state: 'optimized' },
      'then: set ANA of nodes A, B port 1 to optimized',
    ],
    [
      'holdInside: { node: A, port: 1 }',
      { kind: 'holdInside', nodes: ['A'], port: 1 },
      'then: hold writes inside the controllers of node A port 1',
    ],
    [
      'releaseInside: { node: all }',
      { kind: 'releaseInside', nodes: ['A', 'B'], port: null },
      'then: release what the controllers of nodes A, B hold',
    ],
    [
      'hold: { node: A, port: 1 }',
      { kind: 'holdBackend', nodes: ['A'], port: 1, ops: ['write'], next: null, inFlight: false },
      'then: hold write requests of node A port 1',
    ],
    [
      'slow: { node: A, port: 1, by: 1s }',
      { kind: 'slowBackend', nodes: ['A'], port: 1, byMs: 1_000 },
      'then: slow the backend of node A port 1 by 1s',
    ],
    [
      'fail: { node: A, port: 1 }',
      { kind: 'failBackend', nodes: ['A'], port: 1, next: null, error: 'EIO' },
      'then: fail requests of node A port 1 with EIO',
    ],
  ])('do: { %s } of reference nodes', (text, action, describe) => {
    const { timeline } = scenarioOf(`${referenceScenario}timeline:\n  - do: { ${text} }\n`);
    expect(timeline[0]).toMatchObject({ action, describe });
  });

  it('undoes what one port was made to do', () => {
    const undo = (text: string) =>
      scenarioOf(
        `${referenceScenario}timeline:\n  - do: { hold: { node: A, port: 1 } }\n  - do: { ${text} }\n`,
      ).timeline[1]?.action;
    expect(undo('release: { node: A, port: 1 }')).toEqual({
      kind: 'releaseBackend',
      nodes: ['A'],
      port: 1,
    });
    expect(undo('discard: { node: A, port: 1 }')).toMatchObject({
      kind: 'discardBackend',
      port: 1,
    });
    expect(undo('restore: { node: A, port: 1 }')).toMatchObject({
      kind: 'restoreBackend',
      port: 1,
    });
  });

  it('says where a file is wrong whatever is in it, and never throws', () => {
    const words = fc.constantFrom(
      'a: ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '*x',
      '&x ',
      '!t ',
      '"',
      "'",
      '#',
      '? ',
      '<<: ',
      '5s',
      'links:',
      'hosts:',
      ': ',
      ',',
      '|',
      '>',
      '---',
      '\t',
      '\u0000',
      '%',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
        const result = parseScenario(parts.join(''), 'f');
        expect(result.ok).toBe(false);
        if (result.ok) return;
        expect(result.problems.length).toBeGreaterThan(0);
        for (const { line, column, message, mend } of result.problems) {
          expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
          expect(message).not.toMatch(/undefined|\[object/);
          expect(mend).toMatch(/^[A-Z(].*[.?)]$/s);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('survives any line of a sound file being lost, doubled or emptied', () => {
    const lines = exampleScenario.split('\n');
    lines.forEach((line, index) => {
      for (const instead of [[], [line, line], [line.replace(/:.*/, ':')], [`${line}x`]]) {
        const result = parseScenario(lines.toSpliced(index, 1, ...instead).join('\n'), 'f');
        const found = result.ok ? [] : result.problems;
        expect(result.ok || found.length > 0).toBe(true);
        for (const { message } of found) expect(message).not.toMatch(/undefined|Invalid|\[object/);
      }
    });
  });
});

function event(one: Extract<Trigger, { kind: 'event' }>['event']): Trigger {
  return { kind: 'event', event: one, withinMs: 60_000 };
}
