// @apollo/gateway with its defaults: Apollo Server's standalone HTTP server and the gateway's own data source. The data source
// only adds the header with the signed actor, which the platform's subgraphs require.
import { readFileSync } from 'node:fs';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const [supergraphFile] = process.argv.slice(2);
const ACTOR_HEADER = 'x-fleetgraph-actor';

class ActingDataSource extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.actor) request.http.headers.set(ACTOR_HEADER, context.actor);
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(supergraphFile, 'utf8'),
  buildService: ({ url }) => new ActingDataSource({ url }),
});
const server = new ApolloServer({ gateway });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => ({ actor: req.headers[ACTOR_HEADER] }),
});
console.log(`ready ${url}`);
process.once('SIGTERM', () => process.exit(0));
