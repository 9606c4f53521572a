import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  openPrismaProject,
  runPrisma,
  type PrismaProject,
} from '../support/service/prisma-project.js';
import { ask, dropDatabase, scratchName, urlOf } from '../support/service/scratch-database.js';
import { startTlsOnlyServer, type TlsOnlyServer } from '../support/service/tls-only-server.js';

const users = 'model User {\n  id Int @id\n  name String\n}';
const usersWithMail = 'model User {\n  id Int @id\n  name String\n  mail String?\n}';
const createUsers =
  'CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT NOT NULL, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));\n';
const check = `ALTER TABLE "User" ADD CONSTRAINT "named" CHECK ("name" <> ';');\n`;

const saying = (text: string) => expect.stringContaining(text) as string;

describe("the stand-in for Prisma's schema engine", () => {
  let project: PrismaProject;
  let database: string;
  let url: string;

  beforeEach(async () => {
    project = await openPrismaProject();
    await project.schema(users);
    database = scratchName();
    url = urlOf(database);
  });

  afterEach(async () => {
    await dropDatabase(database);
    await project.remove();
  });

  it('deploys, tells the status, and writes a migration in development', async () => {
    await project.migration('1_users', createUsers + check);
    const deploy = await project.run(['migrate', 'deploy'], url);
    expect(deploy).toMatchObject({ code: 0, output: saying('1_users') });
    const status = await project.run(['migrate', 'status'], url);
    expect(status).toMatchObject({ code: 0, output: saying('up to date') });

    await project.schema(usersWithMail);
    const dev = await project.run(['migrate', 'dev', '--name', 'mail'], url);
    expect(dev).toMatchObject({ code: 0, output: saying('in sync') });
    const [, second] = await project.migrations();
    expect(second).toMatch(/^\d+_mail$/);
    const columns = await ask<{ name: string }>(
      url,
      `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'User'`,
    );
    expect(columns.map(({ name }) => name).sort()).toEqual(['id', 'mail', 'name']);
  }, 180_000);

  it('sees a difference, and none where there is none, in a table with a check', async () => {
    await project.migration('1_users', createUsers + check);
    await ask(urlOf('postgres'), `CREATE DATABASE ${database}`);
    const shadows = () =>
      ask(url, `SELECT FROM pg_database WHERE datname LIKE 'prisma_migrate_shadow_db_%'`);
    const before = await shadows();
    const from = ['migrate', 'diff', '--from-migrations', path.join(project.folder, 'migrations')];
    const to = ['--to-schema', path.join(project.folder, 'schema.prisma'), '--exit-code'];
    const none = await project.run([...from, ...to], url);
    expect(none).toMatchObject({ code: 0, output: saying('No difference') });

    await project.schema(usersWithMail);
    const one = await project.run([...from, ...to, '--script'], url);
    expect(one).toMatchObject({
      code: 2,
      output: saying('ALTER TABLE "User" ADD COLUMN     "mail" TEXT'),
    });
    expect(await shadows()).toEqual(before);
  }, 180_000);

  it.each([
    {
      what: 'that Postgres points at',
      statement: `UPDATE "User" SET "nmae" = 'a;b'`,
      code: '42703',
      because: 'column "nmae" of relation "User" does not exist',
    },
    {
      what: 'that Postgres refuses when it runs it',
      statement: `INSERT INTO "User" VALUES (1, 'twice')`,
      code: '23505',
      because: 'Key (id)=(1) already exists.',
    },
  ])(
    'tells file and statement of a failing migration, $what',
    async ({ statement, code, because }) => {
      await project.migration('1_users', createUsers);
      await project.migration(
        '2_fails',
        `-- The first user; the only one.\nINSERT INTO "User" VALUES (1, 'o''ne;');\n\n${statement};\nSELECT 1;\n`,
      );
      const deploy = await project.run(['migrate', 'deploy'], url);
      expect(deploy.code).toBe(1);
      expect(deploy.output).toContain('P3018');
      expect(deploy.output).toContain('Migration name: 2_fails');
      expect(deploy.output).toContain(`Database error code: ${code}`);
      expect(deploy.output).toContain(because);
      expect(deploy.output).toContain(`migrations/2_fails/migration.sql:4\n${statement}`);
      // All or nothing; and it stays failed until somebody has looked at it.
      expect(await ask(url, 'SELECT * FROM "User"')).toEqual([]);
      const failed = await ask(
        url,
        `SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL`,
      );
      expect(failed).toEqual([{ migration_name: '2_fails' }]);
    },
    180_000,
  );

  it('refuses a parameter of the URL that it does not know', async () => {
    const deploy = await project.run(['migrate', 'deploy'], `${url}?pgbouncer=true`);
    expect(deploy).toMatchObject({ code: 1, output: saying('P1013') });
    expect(deploy.output).toContain('not known here: pgbouncer. Known are host, sslmode');
  });

  it('gives way to a native engine that the environment names', async () => {
    const native = path.join(project.folder, 'native');
    const called = path.join(project.folder, 'called');
    await writeFile(native, `#!/bin/sh\necho "$@" > ${called}\nexit 1\n`);
    await chmod(native, 0o755);
    await runPrisma(['migrate', 'status'], {
      PRISMA_SCHEMA_ENGINE_BINARY: native,
      DATABASE_URL: url,
    });
    expect(await readFile(called, 'utf8')).toContain('--datasource');
  });
});

describe('the stand-in at a server that talks TLS alone', () => {
  let server: TlsOnlyServer;
  let project: PrismaProject;

  beforeAll(async () => {
    server = await startTlsOnlyServer('fenceline');
    project = await openPrismaProject();
    await project.schema(users);
    await project.migration('1_users', createUsers);
  }, 180_000);

  afterAll(async () => {
    await server.stop();
    await project.remove();
  });

  it.each([
    { what: 'without TLS', parameters: () => '', message: 'no encryption' },
    {
      what: 'where the authority is another one',
      parameters: () => `?sslmode=verify-full&sslrootcert=${server.stranger}`,
      message: 'P1011',
    },
    {
      what: 'without a certificate of its own',
      parameters: () => `?sslmode=verify-full&sslrootcert=${server.authority}`,
      message: 'requires a valid client certificate',
    },
  ])('is refused $what', async ({ parameters, message }) => {
    const deploy = await project.run(['migrate', 'deploy'], server.url + parameters());
    expect(deploy).toMatchObject({ code: 1, output: saying(message) });
  });

  it('deploys and compares with the certificates of the URL', async () => {
    const url = `${server.url}?sslmode=verify-full&sslrootcert=${server.authority}&sslcert=${server.certificate}&sslkey=${server.key}&connect_timeout=10`;
    const deploy = await project.run(['migrate', 'deploy'], url);
    expect(deploy).toMatchObject({ code: 0, output: saying('1_users') });
    // Through the shadow database too.
    const from = ['migrate', 'diff', '--from-migrations', path.join(project.folder, 'migrations')];
    const diff = await project.run([...from, '--to-config-datasource', '--exit-code'], url);
    expect(diff).toMatchObject({ code: 0, output: saying('No difference') });
  }, 180_000);
});
