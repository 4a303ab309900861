import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/kit/longest-first.js';
import { temporaryFolder } from './test/kit/temporary-files.js';

const require = createRequire(import.meta.url);

/** The suffixes of test files that need more than a unit test does. */
const COMPONENT = '**/*.component.test.ts';
const SYSTEM = '**/*.system.test.ts';

/** Files of a project share the modules that a worker has loaded. */
const shared = { extends: true, test: { pool: 'threads', isolate: false } } as const;

// Workers inherit it, and os.tmpdir() reads it.
process.env.TMPDIR ??= temporaryFolder();

// Heaps of the workers, which start later. By default V8 begins with small ones and marks and copies what a worker keeps, mostly
// modules, again and again: a tenth of the CPU of 30 component files.
for (const size of ['min-semi-space-size=32', 'max-semi-space-size=64', 'initial-old-space-size=512'])
  setFlagsFromString(`--${size}`);

// Control planes of tests live for seconds: collecting their garbage seldom takes a sixth of the CPU off a test that starts one.
process.env.GOGC ??= '400';

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
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
    // Of the contract of Kubernetes, whose cases wait for controllers most of their time.
    maxConcurrency: 12,
    sequence: { sequencer: LongestFirst },
    // Projects run one after the other. Tests that wait for timers and other processes leave processors idle, hence more
    // workers than the two processors that CI has.
    projects: [
      {
        ...shared,
        test: {
          ...shared.test,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [COMPONENT, SYSTEM],
          setupFiles: ['test/kit/without-processes.ts', 'test/kit/without-database.ts'],
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...shared,
        test: {
          ...shared.test,
          name: 'component',
          include: [`test/${COMPONENT}`],
          setupFiles: ['test/kit/without-processes.ts'],
          globalSetup: ['test/kit/global-setup.ts'],
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...shared,
        test: {
          ...shared.test,
          name: 'system',
          include: [`test/${SYSTEM}`],
          globalSetup: ['test/kit/global-setup.ts', 'test/engine/bundle-engine.ts'],
          // Real control planes use the processors themselves.
          maxWorkers: 4,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
