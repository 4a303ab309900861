import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUTH_SECRET, PLATFORM_SECRET } from '../kit/platform.js';
import { builtControlPlane } from '../kit/control-plane.js';
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
async function loadedModules({ role, args, env }: TestedRole): Promise<Modules> {
  const file = join(folder, role);
  const hook = pathToFileURL(join(import.meta.dirname, 'record-modules.mjs')).href;
  await using _role = await startRole(args, {
    NODE_OPTIONS: `--import=${hook}`,
    MODULES_FILE: file,
    DATABASE_URL: database.url,
    FLEETGRAPH_SECRET: PLATFORM_SECRET,
    AUTH_SECRET,
    HOST: '127.0.0.1',
    PORT: '0',
    KUBESIM_PORT: '0',
    ...env,
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

/** Packages that build or execute a GraphQL schema. */
const SCHEMA = ['type-graphql', '@apollo/subgraph', 'graphql-jit'];
const APOLLO = ['@apollo/server', '@apollo/gateway'];
const SUBGRAPHS = ['regions', 'clusters', 'quotas', 'workloads', 'observability', 'access'];

interface TestedRole {
  readonly role: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly loads: readonly string[];
  readonly mayNotLoad: readonly string[];
}

/** What prepares a database: the process of a simulated cloud has another process do that. */
const PREPARATION = ['prisma/generated', '@prisma/client', 'graphile-worker', 'engine', 'catalog'];

const programs = builtControlPlane('the test of what kubesim loads with real control planes');

/** What kubesim loads with real control planes alone: kubelets, and nothing of simulated control planes. */
const realControlPlanes: TestedRole = {
  role: 'kubesim with real control planes',
  args: ['kubesim'],
  env: { CONTROL_PLANE: 'real', KUBEBUILDER_ASSETS: programs ?? '' },
  loads: ['kubesim/kubelet', 'kubesim/control-planes'],
  mayNotLoad: [
    ...PREPARATION,
    'kubesim/kubernetes/cel',
    'kubesim/kubernetes/managed-fields',
    'kubesim/kubernetes/structural-schema',
    'kubesim/kubernetes/webhooks',
    '@marcbachmann/cel-js',
    'piscina',
    'protobufjs',
    'undici',
    'yaml',
  ],
};

/** By role: folders of the platform and packages that it loads, and those that it must not load. */
const roles: readonly TestedRole[] = [
  {
    role: 'engine',
    args: ['engine'],
    loads: ['subgraphs/clusters/controllers', 'subgraphs/observability/controllers'],
    mayNotLoad: [
      ...SCHEMA,
      ...APOLLO,
      'reflect-metadata',
      'graphql',
      '@kubernetes/client-node',
      'gateway/transport',
      'gateway/planning',
      'kubesim',
      'subgraphs/clusters/api',
      'subgraphs/runtime/execution',
      'subgraphs/runtime/schema',
    ],
  },
  {
    role: 'gateway',
    args: ['gateway'],
    loads: ['@apollo/query-planner'],
    mayNotLoad: [
      ...SCHEMA,
      ...APOLLO,
      'reflect-metadata',
      'prisma/generated',
      'engine',
      'kubesim',
      'graphile-worker',
    ],
  },
  ...SUBGRAPHS.map((name) => ({
    role: `subgraph ${name}`,
    args: ['subgraph', '--port', '0', name],
    loads: [`subgraphs/${name}/api`, 'reflect-metadata'],
    mayNotLoad: [
      ...APOLLO,
      '@kubernetes/client-node',
      'gateway/transport',
      'gateway/planning',
      'kubesim',
      `subgraphs/${name}/controllers`,
      ...SUBGRAPHS.filter((other) => other !== name).map((other) => `subgraphs/${other}`),
    ],
  })),
  {
    role: 'kubesim',
    args: ['kubesim'],
    // selfsigned, which makes its certificates, loads reflect-metadata.
    loads: ['kubesim/kubernetes'],
    mayNotLoad: [
      ...SCHEMA,
      ...APOLLO,
      ...PREPARATION,
      'graphql',
      '@apollo/query-planner',
      '@kubernetes/client-node',
      'gateway/transport',
      'gateway/planning',
      ...SUBGRAPHS.map((name) => `subgraphs/${name}`),
    ],
  },
  ...(programs === undefined ? [] : [realControlPlanes]),
];

describe.each(roles)('the role $role', (tested) => {
  const { loads, mayNotLoad } = tested;
  let modules: Modules;
  beforeAll(async () => {
    modules = await loadedModules(tested);
  });

  test.each(loads)('loads %s', (name) => {
    expect(modules.in(name)).not.toEqual([]);
  });

  test.each(mayNotLoad)('does not load %s', (name) => {
    expect(modules.in(name)).toEqual([]);
  });
});
