import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { identify, isAlive, type ProcessIdentity } from '@fenceline/vm';

export interface PartState {
  name: string;
  process: ProcessIdentity;
  /** How often it has been started again. */
  restarts: number;
}

/** What the service is made of now: for `status`, for `stop`, and for the start after a launcher was killed. */
export interface ServiceState {
  launcher: ProcessIdentity;
  /** Null until the control plane listens. */
  address: string | null;
  /** In the order of starting. */
  parts: PartState[];
}

/** Null where there is none, or where it was not written to the end. */
export function readState(file: string): ServiceState | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ServiceState;
  } catch {
    return null;
  }
}

/** Replaces the state in one step. */
export function writeState(file: string, state: ServiceState): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o644 });
  renameSync(`${file}.new`, file);
}

/** The processes of the state that still run, the last started first. */
export function livingParts(state: ServiceState | null): PartState[] {
  return (state?.parts ?? []).filter((part) => isAlive(part.process)).reverse();
}

/** Whether the launcher of the state still runs. */
export function isLauncherAlive(state: ServiceState | null): state is ServiceState {
  return state !== null && isAlive(state.launcher);
}

/** @throws Error where there is no such process */
export function identityOf(pid: number): ProcessIdentity {
  const identity = identify(pid);
  if (identity === undefined) throw new Error(`Process ${pid} has ended.`);
  return identity;
}
