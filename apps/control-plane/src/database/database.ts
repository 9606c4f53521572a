import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { SETTINGS, type Settings } from '../settings/settings.js';
import { PrismaClient } from './generated/client.js';
import type { QueryOptions, Sql } from './sql.js';
import { statement } from './statement.js';

/**
 * The way to Postgres: `prisma` for plain reading and writing of rows, `transaction` for the state machine's
 * transactions, which go in SQL (Prisma's interactive transactions do a quarter of the work in the same time).
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;

  constructor(@Inject(SETTINGS) settings: Pick<Settings, 'DATABASE_URL'>) {
    this.pool = new pg.Pool({
      connectionString: settings.DATABASE_URL,
      max: 10,
      connectionTimeoutMillis: 5_000,
    });
    // A connection that breaks while idle is taken out of the pool; the next query gets another.
    this.pool.on('error', ignore);
    // Nobody else listens to one that was given away: what Postgres says between two statements, or in the packet that ends
    // the handshake (a restart), would end the process. The next statement fails, and the pool takes it out.
    this.pool.on('connect', (client) => client.on('error', ignore));
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.pool) });
  }

  /** One statement on any connection. */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
    options: QueryOptions = {},
  ): Promise<Row[]> {
    return (await this.pool.query<Row>(statement(text, values, options))).rows;
  }

  /**
   * Runs `work` in one transaction, committed when it resolves and rolled back when it throws.
   *
   * @throws what `work` throws, or the database's error
   */
  async transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      const result = await work({
        query: async <Row extends pg.QueryResultRow>(
          text: string,
          values: readonly unknown[] = [],
          options: QueryOptions = {},
        ) => (await client.query<Row>(statement(text, values, options))).rows,
      });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => (broken = true));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
  }
}

function ignore(): void {
  // Whoever uses the connection is told by the statement that fails.
}
