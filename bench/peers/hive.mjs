// Hive Gateway with its defaults. Options after the file: `rust` uses the planner and executor of
// @graphql-hive/router-runtime, whose planner is native code; `ws` subscribes over WebSockets.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { announce } from './listen.mjs';

const [supergraphFile, ...options] = process.argv.slice(2);
const ACTOR_HEADER = 'x-fleetgraph-actor';

const native = options.includes('rust') ? await import('@graphql-hive/router-runtime') : undefined;
const gateway = createGatewayRuntime({
  supergraph: readFileSync(supergraphFile, 'utf8'),
  logging: 'error',
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ [ACTOR_HEADER]: request.headers.get(ACTOR_HEADER) }),
  },
  ...(options.includes('ws') && {
    transportEntries: { '*.http': { options: { subscriptions: { kind: 'ws' } } } },
  }),
  ...(native && { unifiedGraphHandler: native.unifiedGraphHandler }),
});
announce(createServer(gateway));
