import { NS_PER_MS } from '@fenceline/contracts';
import type { Random } from '../transport.js';
import { ReferenceHost } from './reference-host.js';
import { ScriptedArray, type PathScript } from './scripted-array.testing.js';
import type { HostSettings } from './settings.js';

/** A host before a scripted array, both in virtual time. */
export interface HostSetup {
  array: ScriptedArray;
  host: ReferenceHost;
  log: { ms: number; line: string }[];
  /** Of the paths, in their order. */
  names: string[];
  scripts: PathScript[];
}

/** Connects a host over paths A, B, … and runs until all are live. */
export function liveHost(
  scripts: readonly Partial<PathScript>[],
  settings: Partial<HostSettings> = {},
): HostSetup {
  const array = new ScriptedArray();
  const names = scripts.map((_, index) => String.fromCharCode(65 + index));
  const paths = names.map((name, index) => array.addPath(name, scripts[index]));
  const log: HostSetup['log'] = [];
  const host = new ReferenceHost({
    scheduler: array.time,
    log: (line) => log.push({ ms: array.time.now() / NS_PER_MS, line }),
    dialer: array,
    hostNqn: 'nqn.2014-08.org.nvmexpress:uuid:host',
    hostId: new Uint8Array(16).fill(7),
    subsystemNqn: 'nqn.2026-01.example:array',
    paths: names.map((name) => ({ name })),
    keepAliveMs: 5_000,
    reconnectDelayMs: 2_000,
    ctrlLossTimeoutMs: null,
    ioTimeoutMs: 3_000,
    queues: 2,
    ioPolicy: 'numa',
    fence: { policy: 'ccr' },
    ...settings,
  });
  const started = { live: false };
  host.start(() => {
    started.live = true;
  });
  while (!started.live) if (!array.time.step()) throw new Error('the paths do not become live');
  return { array, host, log, names, scripts: paths };
}

/** Numbers that follow from a seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
