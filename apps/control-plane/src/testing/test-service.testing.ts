import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { scopeSchema, type Scope } from '@fenceline/contracts/api';
import { connect, type Client } from '@fenceline/client';
import pg from 'pg';
import type { Logger } from 'pino';
import { inject } from 'vitest';
import { hashOf, newSecret } from '../access/secrets.js';
import { createApplication } from '../create-application.js';
import { Database } from '../database/database.js';
import { settingsSchema, type Settings } from '../settings/settings.js';

/** A control plane of a spec's own, with a database and an artifact folder of its own. */
export interface TestService {
  url: string;
  settings: Settings;
  application: NestExpressApplication;
  database: Database;
  /** A token of the first project. */
  token(scopes?: readonly Scope[], owner?: string, projectId?: string): Promise<string>;
  /** A client with a new token. @param scopes all when not given */
  client(scopes?: readonly Scope[], owner?: string): Promise<Client>;
  projectId: string;
  close(): Promise<void>;
}

/** Starts a control plane on a free port. */
export async function openTestService(
  overrides: Partial<Settings> = {},
  log?: Logger,
): Promise<TestService> {
  const artifacts = await mkdtemp(path.join(tmpdir(), 'fenceline-artifacts-'));
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`;
  const port = inject('postgresPort');
  await administer(port, `CREATE DATABASE ${name} TEMPLATE template`);
  const settings = settingsSchema.parse({
    DATABASE_URL: urlOf(port, name),
    REDIS_URL: inject('redisUrl'),
    FENCELINE_REDIS_PREFIX: name,
    FENCELINE_ARTIFACTS: artifacts,
    FENCELINE_LOG_LEVEL: 'fatal',
    ...overrides,
  });
  const application = await createApplication(settings, log);
  await application.listen(0, '127.0.0.1');
  const url = (await application.getUrl()).replace('[::1]', '127.0.0.1');
  const database = application.get(Database);
  const project = await database.prisma.project.findFirstOrThrow();
  const token: TestService['token'] = async (
    scopes = scopeSchema.options,
    owner = 'alice',
    projectId = project.id,
  ) => {
    const secret = newSecret('flt');
    await database.prisma.token.create({
      data: { projectId, owner, name: 'spec', hash: hashOf(secret), scopes: [...scopes] },
    });
    return secret;
  };
  return {
    url,
    settings,
    application,
    database,
    token,
    client: async (scopes, owner) => connect({ service: url, token: await token(scopes, owner) }),
    projectId: project.id,
    async close() {
      await application.close();
      await administer(port, `DROP DATABASE ${name} WITH (FORCE)`);
      await rm(artifacts, { recursive: true, force: true });
    },
  };
}

function urlOf(port: number, name: string): string {
  return `postgresql://fenceline@127.0.0.1:${port}/${name}`;
}

async function administer(port: number, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(port, 'postgres') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
