// Hive Gateway as a library, as it comes; `rust` as second argument replaces its planner and executor by those of
// @graphql-hive/router-runtime, whose planner is native.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { announce } from './listen.mjs';

const [supergraphFile, planner] = process.argv.slice(2);
const ACTOR_HEADER = 'x-fleetgraph-actor';

const native = planner === 'rust' ? await import('@graphql-hive/router-runtime') : undefined;
const gateway = createGatewayRuntime({
  supergraph: readFileSync(supergraphFile, 'utf8'),
  logging: 'error',
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ [ACTOR_HEADER]: request.headers.get(ACTOR_HEADER) }),
  },
  ...(native && { unifiedGraphHandler: native.unifiedGraphHandler }),
});
announce(createServer(gateway));
