// Two subgraphs, each an Apollo Server of its own: products, and their stock.
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

const products = {
  typeDefs: parse(`
    type Query { products: [Product!]! }
    type Product @key(fields: "id") { id: ID! name: String! }
  `),
  resolvers: {
    Query: {
      products: () => [
        { id: 'chair', name: 'Chair' },
        { id: 'table', name: 'Table' },
      ],
    },
  },
};

const stock = {
  typeDefs: parse('type Product @key(fields: "id") { id: ID! inStock: Int! }'),
  resolvers: {
    Product: { inStock: ({ id }) => (id === 'chair' ? 4 : 0) },
  },
};

async function start(name, module) {
  const server = new ApolloServer({ schema: buildSubgraphSchema(module) });
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
  return { name, url };
}

/** Starts the subgraphs on free ports; resolves with their names and addresses. */
export function startSubgraphs() {
  return Promise.all([start('products', products), start('stock', stock)]);
}
