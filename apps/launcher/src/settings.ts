import { homedir } from 'node:os';
import path from 'node:path';

/** What the launcher itself reads; the rest of the environment goes on to the parts. */
export interface Settings {
  /** Folder of the database, the artifacts, the worker and the logs. */
  data: string;
  /** A Postgres that somebody else runs. */
  databaseUrl: string | undefined;
  /** A Redis that somebody else runs. */
  redisUrl: string | undefined;
  /** Ports; undefined: one that is free. */
  port: number | undefined;
  postgresPort: number | undefined;
  redisPort: number | undefined;
  /** How long the worker may go on with its labs once it is to end, seconds. */
  drainSeconds: number;
}

/**
 * Reads the settings.
 *
 * @throws Error that lists every bad one at once
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const problems: string[] = [];
  const number = (name: string, most: number): number | undefined => {
    const text = environment[name];
    if (text === undefined || text === '') return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= most) return value;
    problems.push(`  ${name}: is not a whole number from 0 to ${most}`);
    return undefined;
  };
  // Port 0 means a free one, as elsewhere.
  const port = (name: string) => number(name, 65_535) || undefined;
  const settings: Settings = {
    data: path.resolve(environment['FENCELINE_DATA'] || defaultData(environment)),
    databaseUrl: environment['DATABASE_URL'] || undefined,
    redisUrl: environment['REDIS_URL'] || undefined,
    port: port('FENCELINE_PORT'),
    postgresPort: port('FENCELINE_POSTGRES_PORT'),
    redisPort: port('FENCELINE_REDIS_PORT'),
    drainSeconds: number('FENCELINE_DRAIN_SECONDS', 86_400) ?? 120,
  };
  if (problems.length > 0) throw new Error(`Settings are wrong:\n${problems.join('\n')}`);
  return settings;
}

function defaultData(environment: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return '/var/lib/fenceline';
  const share = environment['XDG_DATA_HOME'] || path.join(homedir(), '.local/share');
  return path.join(share, 'fenceline');
}
