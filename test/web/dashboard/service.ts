import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, type Client, type components } from '@fenceline/client';
import { vi } from 'vitest';

const root = path.join(import.meta.dirname, '../../..');
const launcher = path.join(root, 'apps/launcher/bin/launcher.cjs');

type Scope = components['schemas']['Who']['scopes'][number];

/** The whole service as `npm start` has it, with a data folder of its own, and simulated labs alone. */
export interface RunningService {
  address: string;
  /** Of an administrator. */
  client: Client;
  /** A new token. @param owner of what it makes */
  token(scopes: readonly Scope[], owner?: string): Promise<{ id: string; secret: string }>;
  /** Address below which a browser is signed in, once. */
  signInPath(token?: string): Promise<string>;
  close(): Promise<void>;
}

export async function startService(): Promise<RunningService> {
  const data = await mkdtemp(path.join(tmpdir(), 'fenceline-web-'));
  // Postgres's account must get through.
  await chmod(data, 0o711);
  const ready = path.join(data, 'ready.json');
  const child = spawn(process.execPath, [launcher, 'start', '--ready-file', ready], {
    env: {
      ...process.env,
      FENCELINE_DATA: data,
      FENCELINE_ACCELERATOR: 'none',
      FENCELINE_PORT: undefined,
      DATABASE_URL: undefined,
      REDIS_URL: undefined,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const links = await readLinks(ready);
  const secret = (await readFile(links.tokenFile, 'utf8')).trim();
  const client = connect({ service: links.address, token: secret });
  return {
    address: links.address,
    client,
    token: async (scopes, owner = 'reader') => {
      const { data: made } = await client.POST('/tokens', {
        body: { owner, name: 'web test', scopes: [...scopes], expiresAt: null },
      });
      return made!;
    },
    signInPath: async (token = secret) => {
      const { data: code } = await connect({ service: links.address, token }).POST(
        '/sign-in-codes',
      );
      return code!.path;
    },
    close: () => close(child, data),
  };
}

async function readLinks(file: string): Promise<{ address: string; tokenFile: string }> {
  const text = await vi.waitFor(() => readFile(file, 'utf8'), { timeout: 120_000, interval: 200 });
  return JSON.parse(text) as { address: string; tokenFile: string };
}

async function close(child: ChildProcess, data: string): Promise<void> {
  if (child.exitCode === null) {
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(data, { recursive: true, force: true });
}
