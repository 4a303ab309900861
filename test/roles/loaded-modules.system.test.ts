import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUTH_SECRET, PLATFORM_SECRET } from '../kit/platform.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { startRole } from '../kit/role-process.js';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'fleetgraph-modules-'));
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Starts a role as a process and returns the modules that it has loaded when it is ready, in all of its threads. */
async function loadedModules(args: readonly string[]): Promise<Modules> {
  const file = join(folder, args[args.length - 1] ?? '');
  const hook = pathToFileURL(join(import.meta.dirname, 'record-modules.mjs')).href;
  await using _role = await startRole(args, {
    NODE_OPTIONS: `--import=${hook}`,
    MODULES_FILE: file,
    DATABASE_URL: database.url,
    FLEETGRAPH_SECRET: PLATFORM_SECRET,
    AUTH_SECRET,
    HOST: '127.0.0.1',
    PORT: '0',
  });
  return new Modules((await readFile(file, 'utf8')).trim().split('\n'));
}

class Modules {
  constructor(private readonly urls: readonly string[]) {}

  /** Modules below a folder of the platform, or of a package. */
  in(folder: string): string[] {
    return this.urls.filter(
      (url) => url.includes(`/dist/${folder}/`) || url.includes(`/node_modules/${folder}/`),
    );
  }
}

describe('an engine process', () => {
  let modules: Modules;
  beforeAll(async () => {
    modules = await loadedModules(['engine']);
  });

  test('loads the controllers of the subgraphs', () => {
    expect(modules.in('subgraphs/clusters/controllers')).not.toEqual([]);
    expect(modules.in('subgraphs/observability/controllers')).not.toEqual([]);
  });

  test.each(['type-graphql', '@apollo/server', '@apollo/subgraph', 'graphql-jit', '@kubernetes/client-node'])(
    'does not load %s',
    (name) => {
      expect(modules.in(name)).toEqual([]);
    },
  );

  test.each([
    'gateway/transport',
    'gateway/planning',
    'subgraphs/clusters/api',
    'subgraphs/runtime/execution',
    'subgraphs/runtime/schema',
    'kubesim',
  ])('does not load %s', (name) => {
    expect(modules.in(name)).toEqual([]);
  });
});

describe('a gateway process', () => {
  let modules: Modules;
  beforeAll(async () => {
    modules = await loadedModules(['gateway']);
  });

  test('loads the planner', () => {
    expect(modules.in('@apollo/query-planner')).not.toEqual([]);
  });

  test.each(['prisma/generated', 'type-graphql', '@apollo/subgraph', '@apollo/gateway', 'engine', 'kubesim'])(
    'does not load %s',
    (name) => {
      expect(modules.in(name)).toEqual([]);
    },
  );
});

describe('a subgraph process', () => {
  let modules: Modules;
  beforeAll(async () => {
    modules = await loadedModules(['subgraph', '--port', '0', 'quotas']);
  });

  test('loads its subgraph', () => {
    expect(modules.in('subgraphs/quotas/api')).not.toEqual([]);
  });

  test.each([
    '@kubernetes/client-node',
    'subgraphs/quotas/controllers',
    'subgraphs/clusters',
    'subgraphs/workloads',
    'gateway/transport',
    'kubesim',
  ])('does not load %s', (name) => {
    expect(modules.in(name)).toEqual([]);
  });
});
