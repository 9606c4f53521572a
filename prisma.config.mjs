import path from 'node:path';
import { defineConfig } from 'prisma/config';

// The native schema engine would be downloaded; a stand-in runs Prisma's own WASM engine of the same version. An engine
// that the variable names already wins.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= path.join(
  import.meta.dirname,
  'prisma/schema-engine.mjs',
);

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
