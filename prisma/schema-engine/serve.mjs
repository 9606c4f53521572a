import { createInterface } from 'node:readline';
import { connectionOf } from './connection.mjs';
import { createDatabase } from './databases.mjs';
import { loadEngine } from './engine.mjs';
import { codeOf, wordsOf } from './errors.mjs';
import { log } from './log.mjs';
import { describeFailure, migrationsOf } from './migration-failure.mjs';

/** Ids of our own requests begin here, apart from those of the command line. */
const ownIdsFrom = 10_000;

/**
 * Answers the requests of Prisma's command line, JSON-RPC 2.0 in lines, one after the other until stdin ends.
 *
 * @param {import('./arguments.mjs').Arguments} given
 */
export async function serve(given) {
  const session = new Session(given);
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const { id, method, params } = JSON.parse(line);
    // Without a method it is the answer to a `print` of ours.
    if (method === undefined) continue;
    const answer = await session.answer(method, params);
    const print = method === 'diff' ? answer.result?.stdout : undefined;
    if (print) say({ id: ownIdsFrom + id, method: 'print', params: { content: print } });
    say({ id, ...answer });
  }
}

/** One engine, loaded when it is first needed, and what went wrong in its scripts. */
class Session {
  constructor(given) {
    this.given = given;
  }

  /** @returns {Promise<{ result: any } | { error: object }>} */
  async answer(method, params) {
    this.failed = undefined;
    try {
      return { result: await this.call(method, params) };
    } catch (error) {
      const migration = this.failed && migrationsOf(params).get(this.failed.script);
      if (migration) return failure('P3018', describeFailure(migration, this.failed.error));
      const cause = this.engine?.errorOf(error) ?? error;
      // The engine's own errors have a code of Prisma, or none; those of the way to the database are given one.
      const code = cause === error ? (error.code ?? null) : codeOf(cause);
      return failure(code, wordsOf(cause), error.meta);
    }
  }

  async call(method, params) {
    if (method === 'createDatabase') {
      const url = params.datasource?.url ?? this.given.url;
      return { databaseName: await createDatabase(connectionOf(url)) };
    }
    this.engine ??= await loadEngine(connectionOf(this.given.url), this.given.schemaFiles, {
      onFailure: (script, error) => (this.failed = { script, error }),
      onPanic: (message) => log('ERROR', message),
    });
    return (await this.engine.call(methods[method] ?? method, params)) ?? {};
  }
}

/** The methods that have another name in the WASM build. */
const methods = { getDatabaseVersion: 'version' };

function failure(error_code, message, meta = null) {
  return {
    error: {
      code: 4466,
      message: 'An error happened. Check the data field for details.',
      data: { is_panic: false, message, meta, error_code },
    },
  };
}

function say(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}
