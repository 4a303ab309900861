// Gives GraphQL Code Generator the schema of clients: the supergraph without what only the gateway needs.
import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';

/** A schema loader of GraphQL Code Generator: `file` is a supergraph SDL. */
export default function loadSupergraph(file) {
  // `null` accepts every feature: those that the gateway must enforce do not change the schema of clients.
  const supergraph = Supergraph.build(readFileSync(file, 'utf8'), { supportedFeatures: null });
  return supergraph.apiSchema().toGraphQLJSSchema();
}
