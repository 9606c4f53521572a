import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';

export interface Traces {
  /** A variable of the environment, NAME=VALUE, that every process of the run was started with. */
  mark: string;
  /** Ports that its servers listened on. */
  ports: readonly number[];
  /** Folders that must be empty. */
  folders: readonly string[];
}

/** What of a run is still there: processes, sockets that answer, files. */
export async function findLeftovers({ mark, ports, folders }: Traces): Promise<string[]> {
  return [
    ...(await processesWith(mark)),
    ...(await Promise.all(ports.map(answers))).flat(),
    ...(await Promise.all(folders.map(contents))).flat(),
  ];
}

async function processesWith(mark: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    // One that ends meanwhile is none.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (!environment.split('\0').includes(mark)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    found.push(`process ${pid}: ${command.replaceAll('\0', ' ').trim()}`);
  }
  return found;
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
