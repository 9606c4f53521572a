import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum, DriverAdapterError } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { runScript } from './run-script.mjs';

/**
 * Prisma's adapter for node-postgres, as its schema engine needs it: columns of one byte in the catalogue are
 * characters, scripts are not cut at every semicolon, and the shadow database is really another one.
 */
export class SchemaAdapterFactory {
  provider = 'postgres';
  adapterName = '@prisma/adapter-pg';

  /**
   * @param {import('pg').ClientConfig} connection
   * @param {(script: string, error: Error) => void} onFailure is told of a script that failed, and why
   */
  constructor(connection, onFailure) {
    this.connection = connection;
    this.onFailure = onFailure;
  }

  async connect() {
    const pool = new pg.Pool(this.connection);
    // A connection that breaks while idle, as those to a dropped shadow database do: the next query would tell.
    pool.on('error', () => undefined);
    const inner = await new PrismaPg(pool).connect();
    return new SchemaAdapter(inner, pool, this.onFailure);
  }

  async connectToShadowDb() {
    const database = `prisma_migrate_shadow_db_${randomUUID()}`;
    const main = await this.connect();
    await main.executeScript(`CREATE DATABASE "${database}"`);
    const shadow = await new SchemaAdapterFactory(
      { ...this.connection, database },
      this.onFailure,
    ).connect();
    const close = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await close();
      await main.executeScript(`DROP DATABASE "${database}" WITH (FORCE)`);
      await main.dispose();
    };
    return shadow;
  }
}

class SchemaAdapter {
  provider = 'postgres';
  adapterName = '@prisma/adapter-pg';

  constructor(inner, pool, onFailure) {
    this.inner = inner;
    this.pool = pool;
    this.onFailure = onFailure;
  }

  queryRaw(query) {
    return queryWithCharacters(this.inner, query);
  }

  executeRaw(query) {
    return this.inner.executeRaw(query);
  }

  async executeScript(script) {
    try {
      await runScript(this.pool, script);
    } catch (error) {
      this.onFailure(script, error);
      const { code, severity, message, detail, column, hint } = error;
      if (severity === undefined) throw error;
      throw new DriverAdapterError({
        ...{ kind: 'postgres', originalCode: code, originalMessage: message },
        ...{ code, severity, message, detail, column, hint },
      });
    }
  }

  async startTransaction(isolation) {
    const inner = await this.inner.startTransaction(isolation);
    return Object.create(inner, {
      queryRaw: { value: (query) => queryWithCharacters(inner, query) },
    });
  }

  getConnectionInfo() {
    return this.inner.getConnectionInfo();
  }

  async dispose() {
    await this.inner.dispose();
    await this.pool.end();
  }
}

/** Postgres's ids of the types `"char"`, of one byte, which Prisma's adapter does not know, and `text`. */
const char = 18;
const text = 25;

/**
 * Queries with columns of one byte, which the catalogue is full of: Prisma's adapter takes them for text, and the engine
 * is told that they are characters.
 */
async function queryWithCharacters(inner, query) {
  const { fields, rows } = await inner.performIO(query);
  const known = fields.map((field) =>
    field.dataTypeID === char ? { ...field, dataTypeID: text } : field,
  );
  const reader = Object.create(inner, {
    performIO: { value: () => Promise.resolve({ fields: known, rows }) },
  });
  const result = await reader.queryRaw(query);
  const columnTypes = result.columnTypes.map((type, at) =>
    fields[at].dataTypeID === char ? ColumnTypeEnum.Character : type,
  );
  return { ...result, columnTypes };
}
