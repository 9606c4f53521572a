import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { SchemaAdapterFactory } from './adapter.mjs';

/**
 * Prisma's own schema engine, the WASM build of the same version as its command line, over our adapter.
 *
 * @param {import('pg').ClientConfig} connection
 * @param {string[]} schemaFiles
 * @param {{ onFailure: (script: string, error: Error) => void, onPanic: (message: string) => void }} hooks
 *   `onFailure` is told of a script that failed, and why
 * @returns {Promise<{ call: (method: string, params: unknown) => Promise<unknown>, errorOf: (error: any) => any }>}
 *   `errorOf` gives the error of the adapter that the engine carries as a number
 */
export async function loadEngine(connection, schemaFiles, { onFailure, onPanic }) {
  await loadWasm(onPanic);
  const factory = bindMigrationAwareSqlAdapterFactory(
    new SchemaAdapterFactory(connection, onFailure),
  );
  const datamodels = schemaFiles.map((file) => [file, readFileSync(file, 'utf8')]);
  const engine = await bindings.SchemaEngine.new(
    { datamodels: datamodels.length > 0 ? datamodels : undefined },
    () => undefined,
    factory,
  );
  return {
    call: (method, params) => engine[method](params),
    errorOf: (error) =>
      (typeof error?.id === 'number' && factory.errorRegistry.consumeError(error.id)?.error) ||
      error,
  };
}

async function loadWasm(onPanic) {
  const folder = new URL('.', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const file = fileURLToPath(new URL('schema_engine_bg.wasm', folder));
  const { instance } = await WebAssembly.instantiate(readFileSync(file), {
    './schema_engine_bg.js': bindings,
  });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: onPanic };
}
