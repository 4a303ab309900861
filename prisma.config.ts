import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig } from 'prisma/config';

// Prisma's CLI wants its native schema engine, which its install script downloads. It is not approved to run
// install scripts here, so the WASM build of the same engine from the registry takes its place.
if (!process.env.PRISMA_SCHEMA_ENGINE_BINARY) {
  const require = createRequire(import.meta.url);
  const engines = dirname(
    createRequire(require.resolve('prisma/package.json')).resolve('@prisma/engines/package.json'),
  );
  if (!existsSync(engines) || !readdirSync(engines).some((file) => file.startsWith('schema-engine-'))) {
    process.env.PRISMA_SCHEMA_ENGINE_BINARY = join(import.meta.dirname, 'scripts/schema-engine-shim.mjs');
  }
}

export default defineConfig({
  schema: 'prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://postgres@127.0.0.1:5432/fleetgraph' },
});
