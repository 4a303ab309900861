import { createRequire } from 'node:module';
import { join } from 'node:path';
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);

export default defineConfig({
  // type-graphql reads decorator metadata, which only SWC and tsc emit.
  plugins: [
    swc.vite({
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        target: 'es2023',
      },
    }),
  ],
  resolve: {
    alias: [
      // One copy of graphql: what CommonJS packages load.
      { find: /^graphql$/, replacement: require.resolve('graphql') },
      // The client's sources, not what was last built of them.
      { find: /^@fleetgraph\/client$/, replacement: join(import.meta.dirname, 'client/src/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts', 'client/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: process.env.NO_DB ? [] : ['test/kit/global-setup.ts'],
    maxWorkers: 2,
    teardownTimeout: 30_000,
  },
});
