import { join } from 'node:path';
import { defineConfig } from 'prisma/config';

// Prisma's CLI would run its native schema engine, which an install script downloads; no such script is approved here.
process.env.PRISMA_SCHEMA_ENGINE_BINARY = join(import.meta.dirname, 'scripts/schema-engine.mjs');

export default defineConfig({ schema: 'prisma', migrations: { path: 'prisma/migrations' } });
