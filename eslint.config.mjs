import importX from 'eslint-plugin-import-x';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/** The folders of docs/architecture.md and what each may import besides packages and itself. */
const allowed = {
  kernel: [],
  protocol: ['kernel'],
  access: ['kernel'],
  engine: ['kernel', 'access'],
  catalog: ['kernel', 'engine'],
  kubesim: ['kernel', 'access'],
  gateway: ['kernel', 'protocol', 'access'],
  subgraphs: ['kernel', 'protocol', 'access', 'engine'],
  client: [],
  examples: ['client'],
};
const parts = [
  'kernel',
  'protocol',
  'access',
  'engine',
  'catalog',
  'kubesim',
  'gateway',
  'subgraphs',
  'prisma',
  'client',
  'roles',
  'examples',
  'test',
  'bench',
  'scripts',
];
const subgraphs = ['regions', 'clusters', 'quotas', 'workloads', 'observability', 'access'];

/** The folders of gateway/, from the bottom up: each may import those that it names and its own. */
const gateway = {
  document: [],
  errors: [],
  metrics: [],
  graphiql: [],
  auth: [],
  supergraph: [],
  upstream: ['metrics'],
  execution: ['document', 'errors', 'supergraph', 'upstream'],
  planning: ['document', 'errors', 'supergraph', 'execution', 'upstream'],
  request: ['document', 'errors', 'metrics', 'supergraph', 'planning', 'execution', 'upstream'],
  subscriptions: ['document', 'errors', 'auth', 'request', 'execution', 'upstream'],
  transport: [
    ...['errors', 'metrics', 'graphiql', 'auth'],
    ...['subscriptions', 'request', 'execution', 'upstream'],
  ],
  apollo: ['errors', 'auth', 'request', 'planning', 'execution', 'upstream'],
};

/** The folders of kubesim/, from the bottom up: the cloud reaches a cluster only through kubesim/cluster-port.ts. */
const kubesim = {
  storage: [],
  http: [],
  streams: [],
  'kubernetes/schema': [],
  'kubernetes/cel': ['kubernetes/schema'],
  'kubernetes/kinds': ['kubernetes/schema', 'kubernetes/cel'],
  'kubernetes/store': ['kubernetes/kinds', 'storage'],
  'kubernetes/patches': ['kubernetes/kinds', 'kubernetes/schema'],
  'kubernetes/cluster': [
    ...['kubernetes/kinds', 'kubernetes/schema', 'kubernetes/store', 'kubernetes/cel'],
    'kubernetes/patches',
  ],
  'kubernetes/webhooks': [
    ...['kubernetes/kinds', 'kubernetes/schema', 'kubernetes/store', 'kubernetes/cel'],
    ...['kubernetes/patches', 'kubernetes/cluster'],
  ],
  'kubernetes/aggregation': [
    ...['kubernetes/kinds', 'kubernetes/schema', 'kubernetes/store', 'kubernetes/cluster'],
    'kubernetes/webhooks',
  ],
  'kubernetes/scheduler': ['kubernetes/kinds', 'kubernetes/store', 'kubernetes/cluster'],
  'kubernetes/controllers': [
    ...['kubernetes/kinds', 'kubernetes/store', 'kubernetes/cluster'],
    'kubernetes/scheduler',
  ],
  'kubernetes/api': [
    ...['http', 'streams', 'kubernetes/kinds', 'kubernetes/schema', 'kubernetes/store', 'kubernetes/patches'],
    ...['kubernetes/cluster', 'kubernetes/scheduler', 'kubernetes/webhooks', 'kubernetes/aggregation'],
  ],
  kubelet: [
    ...['streams', 'kubernetes/kinds', 'kubernetes/store', 'kubernetes/cluster'],
    'kubernetes/scheduler',
  ],
  cloud: ['storage', 'http'],
  'control-planes': [
    ...['kubernetes/kinds', 'kubernetes/store', 'kubernetes/cluster', 'kubernetes/controllers'],
    ...['http', 'kubernetes/api', 'kubelet'],
  ],
};
/** Files of kubesim/ that put its parts together; no folder imports them. */
const kubesimWiring = ['server.ts', 'simulation.ts', 'served-clusters.ts', 'kubernetes/simulated-cluster.ts'];

/** Inside a folder of gateway/, from the bottom up: what a folder may not import. */
const gatewayLayers = {
  'upstream/call': ['upstream/*.ts', 'upstream/http'],
  'upstream/http': ['upstream/*.ts'],
  'execution/data': ['execution/*.ts', 'execution/entities', 'execution/shape'],
  'execution/entities': ['execution/*.ts', 'execution/shape'],
  'execution/shape': ['execution/*.ts', 'execution/entities'],
  'planning/corrections': ['planning/*.ts'],
  'request/*/**': ['request/*.ts'],
  'transport/*/**': ['transport/*.ts'],
  'transport/core': ['transport/http', 'transport/stream', 'transport/websocket'],
  'transport/http': ['transport/stream', 'transport/websocket'],
  'transport/stream': ['transport/websocket'],
};

/** The folders of a subgraph and which others of the same subgraph each may import. */
const layers = {
  model: [],
  store: ['model'],
  inspection: ['model', 'store'],
  changes: ['model', 'store', 'inspection'],
  api: ['model', 'store', 'inspection', 'changes'],
  controllers: ['model', 'store', 'inspection', 'changes'],
};

const zones = [
  ...Object.entries(allowed).map(([target, from]) => ({
    target: `./${target}`,
    from: parts.filter((part) => part !== target && !from.includes(part)).map((part) => `./${part}`),
    message: `${target}/ may import only ${['itself', ...from].join(', ')} (docs/architecture.md).`,
  })),
  ...subgraphs.map((target) => ({
    target: `./subgraphs/${target}`,
    from: subgraphs.filter((other) => other !== target).map((other) => `./subgraphs/${other}`),
    message: 'A subgraph never imports another: they meet in the graph and in the event log.',
  })),
  ...Object.entries(gateway).map(([target, from]) => ({
    target: `./gateway/${target}`,
    from: [
      './gateway/*.ts',
      ...Object.keys(gateway)
        .filter((other) => other !== target && !from.includes(other))
        .map((other) => `./gateway/${other}`),
    ],
    message: `gateway/${target}/ may import only ${['itself', ...from].join(', ')} (docs/architecture.md).`,
  })),
  ...Object.entries(gatewayLayers).map(([target, from]) => ({
    target: `./gateway/${target}`,
    from: from.map((above) => `./gateway/${above}`),
    message: `gateway/${target} is below what it imports here.`,
  })),
  ...Object.entries(kubesim).map(([target, from]) => ({
    target: `./kubesim/${target}`,
    from: [
      ...kubesimWiring.map((file) => `./kubesim/${file}`),
      ...Object.keys(kubesim)
        .filter((other) => other !== target && !from.includes(other))
        .map((other) => `./kubesim/${other}`),
    ],
    message: `kubesim/${target}/ may import only ${['itself', ...from].join(', ')} (docs/architecture.md).`,
  })),
  {
    target: './kubesim/kubernetes',
    from: ['./kubesim/cloud', './kubesim/kubelet'],
    message:
      'The simulated control plane knows the cloud by kubesim/cluster-port.ts and kubelets by Kubelets.',
  },
  {
    target: './subgraphs/runtime',
    from: subgraphs.map((name) => `./subgraphs/${name}`),
    message: 'The server of a subgraph knows no subgraph.',
  },
].flatMap(({ target, from, message }) =>
  // Prisma's generated client is like a package; a rule below says which files may use it. The catalog
  // is data of the subgraphs.
  from.map((one) => ({
    target,
    from: one,
    message,
    ...(one === './prisma'
      ? { except: ['./generated', ...(target === './subgraphs' ? ['./catalog'] : [])] }
      : {}),
  })),
);

const prismaClient = {
  group: ['**/prisma/generated/*'],
  message: "Prisma's client is named only in stores and the engine's storage files.",
};

const appendEvents = {
  group: ['**/events/append-events.js'],
  message: 'Open the transaction with eventTransaction, which appends what tx.emit is given.',
};

const comparedJson = {
  selector:
    'BinaryExpression[operator=/^[!=]==?$/] > CallExpression[callee.object.name="JSON"][callee.property.name="stringify"]',
  message: "jsonb reorders keys: compare with sameJson or node:util's isDeepStrictEqual.",
};

/** Queries of Prisma and raw SQL, and Prisma's types by way of a store. */
const queries = [
  'CallExpression[callee.property.name=/^(find(Many|First|Unique)(OrThrow)?|(create|update|delete)(Many)?|upsert|count|groupBy|aggregate)$/]' +
    '[callee.object.type="MemberExpression"]:matches([callee.object.object.name=/^(tx|db|database|prisma)$/], [callee.object.object.property.name=/^(database|prisma)$/])',
  'TaggedTemplateExpression[tag.property.name=/^\\$(query|execute)Raw$/]',
  'TaggedTemplateExpression[tag.object.name="Prisma"]',
  'ImportSpecifier[imported.name="Prisma"]',
].map((selector) => ({ selector, message: 'Only store/ of a subgraph queries: call a function of it.' }));

const layerZones = subgraphs.flatMap((subgraph) => [
  ...Object.entries(layers).map(([layer, below]) => ({
    target: `./subgraphs/${subgraph}/${layer}`,
    from: `./subgraphs/${subgraph}`,
    except: [layer, ...below].map((folder) => `./${folder}`),
    message: `${layer}/ of a subgraph may import only ${[layer, ...below].join(', ')} of it (docs/architecture.md).`,
  })),
  {
    target: `./subgraphs/${subgraph}/reconcilers.ts`,
    from: `./subgraphs/${subgraph}/api`,
    message: 'reconcilers.ts is what an engine process loads of a subgraph: it has no GraphQL.',
  },
]);

const typeGraphql = {
  group: ['type-graphql', '**/runtime/graph/*'],
  message: 'Only api/ of a subgraph declares GraphQL: the engine does not load type-graphql.',
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/generated/**', 'node_modules', '**/*.js', '.fleetgraph'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX, regexp },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({
          extensions: ['.ts'],
          extensionAlias: { '.js': ['.ts', '.tsx', '.js'] },
        }),
      ],
    },
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        { basePath: import.meta.dirname, zones: [...zones, ...layerZones] },
      ],
      'import-x/no-default-export': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-params': ['error', 5],
      'max-lines': ['error', 500],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Only main.ts and kernel/env.ts read the environment.',
        },
      ],
      'no-console': 'error',
      'no-restricted-syntax': ['error', comparedJson],
    },
  },
  {
    // Clients choose the texts: an expression that takes quadratic time on one stalls the event loop for everybody.
    files: ['**/*.ts', '**/*.tsx'],
    ignores: ['test/**', 'bench/**'],
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['subgraphs/**', 'gateway/**', 'roles/**', 'kubesim/**'],
    ignores: ['subgraphs/*/store/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [prismaClient, appendEvents] }] },
  },
  {
    files: ['subgraphs/*/{model,inspection,changes,controllers}/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [prismaClient, typeGraphql, appendEvents] }] },
  },
  {
    files: ['subgraphs/*/{model,inspection,changes,api,controllers}/**'],
    rules: { 'no-restricted-syntax': ['error', comparedJson, ...queries] },
  },
  {
    files: ['subgraphs/*/store/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [typeGraphql, appendEvents] }] },
  },
  {
    files: ['kernel/env.ts', 'main.ts', '*.config.ts', 'test/**', 'bench/**', 'scripts/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['*.config.ts', 'test/kit/global-setup.ts', 'gateway/graphiql/assets.d.ts'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  { files: ['bench/**', 'examples/**', 'scripts/**'], rules: { 'no-console': 'off' } },
);
