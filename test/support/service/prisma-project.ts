import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

/** What Prisma's command line said, both streams as one, and how it ended. */
export interface PrismaRun {
  code: number | null;
  output: string;
}

/** A folder with a schema and migrations of a spec's own, for Prisma's command line and our schema engine. */
export interface PrismaProject {
  folder: string;
  /** Replaces the schema. */
  schema(models: string): Promise<void>;
  /** Adds a migration. */
  migration(name: string, sql: string): Promise<void>;
  /** Names of the migrations. */
  migrations(): Promise<string[]>;
  /** Runs `prisma ARGUMENTS` on the database of `url`. */
  run(argv: string[], url: string, environment?: Record<string, string>): Promise<PrismaRun>;
  remove(): Promise<void>;
}

/** Makes an empty project. */
export async function openPrismaProject(): Promise<PrismaProject> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fenceline-prisma-'));
  const migrations = path.join(folder, 'migrations');
  await mkdir(migrations);
  await writeFile(path.join(migrations, 'migration_lock.toml'), 'provider = "postgresql"\n');
  const config = path.join(folder, 'prisma.config.mjs');
  await writeFile(
    config,
    `export default {
      schema: 'schema.prisma', migrations: { path: 'migrations' },
      datasource: { url: process.env.DATABASE_URL },
    };\n`,
  );
  return {
    folder,
    schema: (models) =>
      writeFile(
        path.join(folder, 'schema.prisma'),
        `datasource db {\n  provider = "postgresql"\n}\n${models}\n`,
      ),
    async migration(name, sql) {
      await mkdir(path.join(migrations, name));
      await writeFile(path.join(migrations, name, 'migration.sql'), sql);
    },
    async migrations() {
      const entries = await readdir(migrations, { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    },
    run: (argv, url, environment) =>
      runPrisma([...argv, '--config', config], {
        PRISMA_SCHEMA_ENGINE_BINARY: path.join(root, 'prisma/schema-engine.mjs'),
        ...environment,
        DATABASE_URL: url,
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs Prisma's command line in the repository. */
export function runPrisma(argv: string[], environment: Record<string, string>): Promise<PrismaRun> {
  return new Promise((resolve, reject) => {
    const child = spawn('node_modules/.bin/prisma', argv, {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (text: string) => (output += text);
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
