// Apollo Server as the gateway of two subgraphs. With ApolloGateway only the import and the name of the class differ.
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { IntrospectAndCompose } from '@apollo/gateway';
import { FleetgraphGateway } from '@fleetgraph/gateway';
import { startSubgraphs } from './subgraphs.mjs';

const subgraphs = await startSubgraphs();
const gateway = new FleetgraphGateway({ supergraphSdl: new IntrospectAndCompose({ subgraphs }) });
const server = new ApolloServer({ gateway });
const port = Number(process.env.PORT ?? 4000);
const { url } = await startStandaloneServer(server, { listen: { port, host: '127.0.0.1' } });
console.log(`Ready at ${url}`);
