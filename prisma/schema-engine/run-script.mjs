import pg from 'pg';
import { statementsOf } from './statements.mjs';

/** A whole script in one message, so that Postgres runs it as one transaction; counts the statements that were done. */
class Script extends pg.Query {
  done = 0;

  handleCommandComplete(...message) {
    this.done += 1;
    return super.handleCommandComplete(...message);
  }
}

/**
 * Runs a script of several statements, all or none of them.
 *
 * @param {pg.Pool} pool
 * @param {string} text
 * @throws Postgres's error, with `statement` where one is to blame
 */
export async function runScript(pool, text) {
  const client = await pool.connect();
  let failed;
  try {
    await new Promise((resolve, reject) => {
      const script = new Script(text, (error) => {
        if (error) reject(Object.assign(error, { statement: toBlame(text, error, script.done) }));
        else resolve();
      });
      client.query(script);
    });
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    // A script with a BEGIN of its own leaves its connection inside a broken transaction: nobody is to get it.
    client.release(failed);
  }
}

/** The statement that Postgres points at (a position counts characters from 1), or the one after those it did. */
function toBlame(text, { position }, done) {
  const statements = statementsOf(text);
  if (position === undefined) return statements[done];
  return statements.findLast(({ offset }) => offset < Number(position)) ?? statements[0];
}
