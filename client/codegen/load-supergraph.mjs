// Tells GraphQL Code Generator the schema that clients see: the supergraph without what only the gateway needs.
import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';

/** A schema loader of GraphQL Code Generator: `file` is a supergraph SDL. */
export default function loadSupergraph(file) {
  return Supergraph.build(readFileSync(file, 'utf8')).apiSchema().toGraphQLJSSchema();
}
