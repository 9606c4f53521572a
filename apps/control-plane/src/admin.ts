#!/usr/bin/env node
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { SignInCodesService } from './access/sessions/sign-in-codes.service.js';
import { createFirstToken } from './access/tokens/create-first-token.js';
import { Database } from './database/database.js';
import { messageOf } from './message-of.js';
import { readDatabaseSettings } from './settings/read-settings.js';

const usage = `Usage: node admin.js token --owner NAME --scopes SCOPE,… [--name WHAT] [--project NAME]
       node admin.js sign-in-code --token-id ID
The first token of a service, and a link for the first browser: both go to Postgres (DATABASE_URL) and need no
service. They print one JSON object.`;

async function run(argv: readonly string[], database: Database): Promise<object> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      owner: { type: 'string' },
      scopes: { type: 'string' },
      name: { type: 'string', default: 'first token' },
      project: { type: 'string', default: 'default' },
      'token-id': { type: 'string' },
    },
  });
  const { owner, scopes, name, project, 'token-id': tokenId } = values;
  if (positionals[0] === 'token' && owner !== undefined && scopes !== undefined) {
    return createFirstToken(database, { owner, name, project, scopes: scopes.split(',') });
  }
  if (positionals[0] === 'sign-in-code' && tokenId !== undefined) {
    return new SignInCodesService(database).create(tokenId);
  }
  throw new Error(usage);
}

try {
  const database = new Database(readDatabaseSettings(process.env));
  try {
    const result = await run(process.argv.slice(2), database);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await database.onApplicationShutdown();
  }
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
