import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { connect } from '@fenceline/client';
import { scopeSchema } from '@fenceline/contracts/api';
import type { DataFolder } from './folder/data-folder.js';
import type { Programs } from './programs.js';
import { runScript } from './run-script.js';

/** What most of the scenarios that ship name. */
const firstKernel = 'debian:6.1';

/** The first steps in a service that nobody has a token for yet. */
export class Administration {
  private readonly environment: NodeJS.ProcessEnv;

  constructor(
    private readonly folder: DataFolder,
    private readonly programs: Programs,
    databaseUrl: string,
  ) {
    this.environment = { ...process.env, DATABASE_URL: databaseUrl };
  }

  /** @throws Error with the words of the migration that failed */
  async migrate(): Promise<void> {
    const { root, prisma } = this.programs;
    await runScript([prisma, 'migrate', 'deploy'], { cwd: root, environment: this.environment });
  }

  /**
   * A link that signs a browser in, once. The token that it signs in as is made by the first start, and anew when it is
   * not valid any more; its secret is in a file of the data folder that our user alone can read.
   */
  async signInLink(address: string): Promise<string> {
    const { adminTokenId } = this.folder;
    if (!existsSync(adminTokenId)) await this.makeToken();
    const code = async () => {
      const id = (await readFile(adminTokenId, 'utf8')).trim();
      return this.admin<{ path: string }>(['sign-in-code', '--token-id', id]);
    };
    const { path: link } = await code().catch(async () => {
      await this.makeToken();
      return code();
    });
    return new URL(link, address).href;
  }

  /** Leaves the worker a token to enrol with, unless it has done so. */
  async prepareWorker(address: string): Promise<void> {
    if (existsSync(path.join(this.folder.worker, 'credential.json'))) return;
    const token = (await readFile(this.folder.adminToken, 'utf8')).trim();
    const client = connect({ service: address, token });
    const { data, error } = await client.POST('/join-tokens', { body: { expiresInHours: 1 } });
    if (data === undefined) throw new Error(`No token for the worker: ${JSON.stringify(error)}`);
    await writeFile(this.folder.joinToken, `${data.secret}\n`, { mode: 0o600 });
  }

  /**
   * Has the control plane fetch the kernel that most scenarios name, where it has none yet; it goes on in the background.
   *
   * @returns its name, or null where there are kernels
   */
  async fetchFirstKernel(address: string): Promise<string | null> {
    const token = (await readFile(this.folder.adminToken, 'utf8')).trim();
    const client = connect({ service: address, token });
    const { data: kernels } = await client.GET('/kernels');
    if (kernels === undefined || kernels.items.length > 0) return null;
    const { error } = await client.POST('/kernels/debian', { body: { name: firstKernel } });
    if (error !== undefined) throw new Error(`No first kernel: ${JSON.stringify(error)}`);
    return firstKernel;
  }

  private async makeToken(): Promise<void> {
    const { id, secret } = await this.admin<{ id: string; secret: string }>([
      ...['token', '--owner', userInfo().username, '--name', 'npm start'],
      ...['--scopes', scopeSchema.options.join(',')],
    ]);
    await writeFile(this.folder.adminToken, `${secret}\n`, { mode: 0o600 });
    await writeFile(this.folder.adminTokenId, `${id}\n`, { mode: 0o600 });
  }

  private async admin<Answer>(argv: string[]): Promise<Answer> {
    const { environment } = this;
    return JSON.parse(await runScript([this.programs.admin, ...argv], { environment })) as Answer;
  }
}
