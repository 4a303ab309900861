// Tells GraphQL Code Generator the schema that clients see: the supergraph without what only the gateway needs.
import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';

/** A schema loader of GraphQL Code Generator: `file` is a supergraph SDL. */
export default function loadSupergraph(file) {
  // `null`: what the gateway must enforce says nothing of what clients see.
  const supergraph = Supergraph.build(readFileSync(file, 'utf8'), { supportedFeatures: null });
  return supergraph.apiSchema().toGraphQLJSSchema();
}
