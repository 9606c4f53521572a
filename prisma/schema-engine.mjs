#!/usr/bin/env node
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bg from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
const asText = (q) => {
  const base = Object.getPrototypeOf(Object.getPrototypeOf(q)); // shared PgQueryable prototype
  if (!base.__char && base.performIO) {
    const io = base.performIO;
    base.performIO = async function (...a) {
      const r = await io.apply(this, a);
      for (const f of r.fields ?? []) if (f.dataTypeID === 18) f.dataTypeID = 25;
      return r;
    };
    base.__char = true;
  }
  q.executeScript = async (sql) => {
    try {
      await q.underlyingDriver().query(sql);
    } catch (e) {
      q.onError(e);
    }
  };
  return q;
};
class CatalogPg extends PrismaPg {
  async connect() {
    return asText(await super.connect());
  }
  async connectToShadowDb() {
    const database = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
    const admin = await this.connect();
    await admin.executeScript(`CREATE DATABASE "${database}"`);
    const q = await new CatalogPg({ ...this.config, database }).connect();
    const end = q.dispose.bind(q);
    q.dispose = async () => {
      await end();
      await admin.executeScript(`DROP DATABASE "${database}" WITH (FORCE)`);
      await admin.dispose();
    };
    return q;
  }
}
const pgConfig = (u) => {
  const x = new URL(u);
  return {
    host: x.searchParams.get('host') ?? decodeURIComponent(x.hostname),
    port: Number(x.port || 5432),
    user: decodeURIComponent(x.username),
    password: decodeURIComponent(x.password),
    database: decodeURIComponent(x.pathname.slice(1)),
  };
};
const argv = process.argv.slice(2);
const opt = (n) => {
  const i = argv.indexOf(n);
  return i >= 0 ? argv[i + 1] : undefined;
};
const ds = opt('--datasource');
let url = process.env.DATABASE_URL;
if (ds)
  url =
    JSON.parse(ds.trim().startsWith('{') ? ds : Buffer.from(ds, 'base64').toString()).url ?? url;
const log = (level, message, error_code) =>
  process.stderr.write(
    JSON.stringify({
      timestamp: new Date().toISOString(),
      level,
      fields: { message, ...(error_code ? { error_code } : {}), is_panic: false },
      target: 'schema_engine::logger',
    }) + '\n',
  );
const pgCode = (e) => ({ '28P01': 'P1000', '3D000': 'P1003' })[e.code] ?? 'P1001';
const connect = async (u) => {
  const c = new pg.Client({ connectionString: u });
  await c.connect();
  return c;
};
async function createDatabase(u) {
  const x = new URL(u);
  const db = decodeURIComponent(x.pathname.slice(1));
  x.pathname = '/postgres';
  x.search = '';
  const c = await connect(x.href);
  try {
    await c.query(`CREATE DATABASE ${c.escapeIdentifier(db)}`);
  } finally {
    await c.end();
  }
  return db;
}
if (argv.includes('--version')) {
  console.log('schema-engine-cli wasm');
  process.exit(0);
}
const sub = ['can-connect-to-database', 'create-database'].find((s) => argv.includes(s));
if (sub)
  try {
    if (sub[1] === 'a') await (await connect(url)).end();
    else await createDatabase(url);
    log('INFO', 'ok');
    process.exit(0);
  } catch (e) {
    process.stderr.write('\n');
    log('ERROR', e.message || String(e.code), pgCode(e));
    process.exit(1);
  } // the CLI skips the first stderr line
const dir = dirname(
  fileURLToPath(import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg')),
);
const { instance } = await WebAssembly.instantiate(
  readFileSync(join(dir, 'schema_engine_bg.wasm')),
  { './schema_engine_bg.js': bg },
);
bg.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  set_message(m) {
    log('ERROR', m);
  },
};
const models = [];
const mi = argv.indexOf('--datamodels');
if (mi >= 0)
  for (let i = mi + 1; i < argv.length && !argv[i].startsWith('--'); i++) models.push(argv[i]); // file paths
let engine, bound;
const getEngine = () =>
  (engine ??= (async () => {
    bound = bindMigrationAwareSqlAdapterFactory(
      new CatalogPg(pgConfig(url), {
        schema: new URL(url).searchParams.get('schema') ?? undefined,
      }),
    );
    return bg.SchemaEngine.new(
      { datamodels: models.length ? models.map((f) => [f, readFileSync(f, 'utf8')]) : undefined },
      () => {},
      bound,
    );
  })());
const say = (o) => process.stdout.write(JSON.stringify(o) + '\n');
let chain = Promise.resolve();
const rl = createInterface({ input: process.stdin, crlfDelay: Infinity });
rl.on('line', (line) => {
  chain = chain.then(async () => {
    const { id, method, params } = JSON.parse(line);
    if (!method) return; // the CLI's answer to our "print"
    try {
      let result;
      if (method === 'createDatabase')
        result = { databaseName: await createDatabase(params.datasource?.url ?? url) };
      else if (method === 'getDatabaseVersion') result = await (await getEngine()).version(params);
      else {
        result = (await (await getEngine())[method](params)) ?? {};
        if (method === 'diff' && result.stdout)
          say({
            jsonrpc: '2.0',
            method: 'print',
            params: { content: result.stdout },
            id: 10_000 + id,
          });
      }
      say({ jsonrpc: '2.0', id, result });
    } catch (err) {
      const e =
        (typeof err?.id === 'number' && bound?.errorRegistry?.consumeError?.(err.id)?.error) || err;
      say({
        jsonrpc: '2.0',
        id,
        error: {
          code: 4466,
          message: 'An error happened. Check the data field for details.',
          data: {
            is_panic: false,
            message: e.message,
            meta: err.meta ?? null,
            error_code: err.code ?? null,
          },
        },
      });
    }
  });
});
rl.on('close', () => chain.then(() => process.exit(0)));
