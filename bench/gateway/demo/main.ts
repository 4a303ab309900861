// The subgraphs of the demo in one process, each on its own port. Prints `ready` and their URLs as JSON.
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/http';
import { listen } from '../../../kernel/listen.js';
import { demoResolvers } from './resolvers.js';
import { DEMO_LINK, demoSdl } from './schema.js';

const urls: Record<string, string> = {};
for (const [name, types] of Object.entries(demoSdl)) {
  const schema = buildSubgraphSchema({
    typeDefs: parse(DEMO_LINK + types),
    resolvers: demoResolvers[name] as never,
  });
  const handler = createHandler({ schema });
  const server = createServer((request, response) => void handler(request, response));
  server.keepAliveTimeout = 65_000;
  urls[name] = `${await listen(server, '127.0.0.1', 0)}/graphql`;
}
process.stdout.write(`ready ${JSON.stringify(urls)}\n`);
process.once('SIGTERM', () => process.exit(0));
