import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import type { Places } from './network/place.js';
import type { RunTraces } from './run-traces.js';

export interface WhatToLookAt {
  traces: RunTraces;
  places: Places;
  /** Ports that its servers listened on. */
  ports: readonly number[];
  /** Folders that must be empty. */
  folders: readonly string[];
}

/** What of a run is still there: processes, networks, sockets that answer, files. */
export async function findLeftovers({
  traces,
  places,
  ports,
  folders,
}: WhatToLookAt): Promise<string[]> {
  return [
    ...traces.processes().map(({ pid, command }) => `process ${pid}: ${command}`),
    ...places.left().map((name) => `network namespace ${name}`),
    ...(await Promise.all(ports.map(answers))).flat(),
    ...(await Promise.all(folders.map(contents))).flat(),
  ];
}

async function answers(port: number): Promise<string[]> {
  const open = await new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
  return open ? [`port ${port} still answers`] : [];
}

async function contents(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => path.join(folder, name));
}
