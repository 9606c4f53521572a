import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** Reads rows, again and again where Postgres is away for a moment. */
export class Rows {
  private readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 5_000 });
    this.pool.on('error', () => undefined);
  }

  /** @throws the database's own refusals */
  async read<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    for (;;) {
      try {
        return (await this.pool.query<Row>(text, [...values])).rows;
      } catch (error) {
        if (isRefusal(error)) throw error;
        await delay(50);
      }
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** A mistake in the statement, and not a server that is away, starts or stops. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^(57|08|53)/.test(error.code ?? '');
}
