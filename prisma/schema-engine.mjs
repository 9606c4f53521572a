#!/usr/bin/env node
// Stands in for Prisma's native schema engine, which would be downloaded: it runs the WASM build of the same version
// and speaks the protocol of Prisma's command line. See docs/database.md.
import { readArguments } from './schema-engine/arguments.mjs';
import { connectionOf } from './schema-engine/connection.mjs';
import { canConnect, createDatabase } from './schema-engine/databases.mjs';
import { codeOf, wordsOf } from './schema-engine/errors.mjs';
import { log } from './schema-engine/log.mjs';
import { serve } from './schema-engine/serve.mjs';

const commands = { 'can-connect-to-database': canConnect, 'create-database': createDatabase };

/** Does one command on the database; its end is told in the log. */
async function runCommand(command, url) {
  // The reader passes over the first line.
  process.stderr.write('\n');
  try {
    await commands[command](connectionOf(url));
    log('INFO', 'ok');
  } catch (error) {
    log('ERROR', wordsOf(error), codeOf(error));
    process.exitCode = 1;
  }
}

const given = readArguments(process.argv.slice(2), process.env);
if (given.version) process.stdout.write('schema-engine-cli wasm\n');
else if (given.command !== undefined) await runCommand(given.command, given.url);
else await serve(given);
// Pools of the engine may still hold connections.
process.exit();
