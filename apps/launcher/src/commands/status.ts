import { connect } from '@fenceline/client';
import { isAlive } from '@fenceline/vm';
import { dataFolderAt } from '../folder/data-folder.js';
import { isLauncherAlive, readState, type ServiceState } from '../folder/state-file.js';
import type { Settings } from '../settings.js';

export interface Status {
  schema: 'fenceline.status/v1';
  data: string;
  running: boolean;
  address: string | null;
  /** Process of the launcher. */
  launcher: number | null;
  /** What the control plane says of itself; null where it does not answer. */
  health: object | null;
  parts: { name: string; pid: number; alive: boolean; restarts: number }[];
}

/** Says how the service is. @returns 0 where it runs and is well, 3 where it does not */
export async function status(
  settings: Settings,
  json: boolean,
  say: (line: string) => void,
): Promise<number> {
  const found = await readStatus(settings.data);
  if (json) say(JSON.stringify(found));
  else for (const line of tableOf(found)) say(line);
  return found.running && found.health !== null ? 0 : 3;
}

async function readStatus(data: string): Promise<Status> {
  const state = readState(dataFolderAt(data).state);
  const running = isLauncherAlive(state);
  return {
    schema: 'fenceline.status/v1',
    data,
    running,
    address: running ? state.address : null,
    launcher: running ? state.launcher.pid : null,
    health: running ? await healthOf(state) : null,
    parts: (state?.parts ?? [])
      .map(({ name, process, restarts }) => ({
        ...{ name, pid: process.pid, restarts },
        alive: isAlive(process),
      }))
      .filter(({ alive }) => running || alive),
  };
}

async function healthOf({ address }: ServiceState): Promise<object | null> {
  if (address === null) return null;
  const asked = connect({ service: address }).GET('/health/ready', {});
  return (await asked.catch(() => null))?.data ?? null;
}

function tableOf({ data, running, address, launcher, health, parts }: Status): string[] {
  const rows = parts.map(({ name, pid, alive, restarts }) => [
    name,
    String(pid),
    alive ? (running ? 'runs' : 'was left') : 'has ended',
    String(restarts),
  ]);
  const table = [['part', 'process', 'state', 'restarts'], ...rows];
  const widths = [0, 1, 2, 3].map((at) => Math.max(...table.map((row) => row[at]!.length)));
  return [
    running
      ? `Fenceline runs: ${address ?? 'still starting'} (process ${String(launcher)})`
      : 'Fenceline does not run.',
    `data:    ${data}`,
    ...(running ? [`health:  ${health === null ? 'no answer' : JSON.stringify(health)}`] : []),
    ...(rows.length === 0 ? [] : table).map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    ),
  ];
}
