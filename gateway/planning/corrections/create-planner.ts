import { Supergraph as FederatedSupergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { supportedFeatures } from '../../supergraph/supergraph.js';
import { interfaceObjects } from './interface-objects.js';
import { withPlaceholderFields } from './placeholder-fields.js';
import type { PlanCorrections } from './plan-corrections.js';
import { Requirements } from './requirements.js';
import { withResolvableKeysFirst } from './resolvable-keys-first.js';
import { splitRequiringSubgraphs } from './split-requiring-subgraphs.js';

/** Creates a planner for the supergraph, rewritten into an equivalent one that the planner plans correctly. */
export function createPlanner(
  source: DocumentNode,
  supergraph: FederatedSupergraph,
): { readonly planner: QueryPlanner; readonly corrections: PlanCorrections } {
  const { document: parted, parts } = splitRequiringSubgraphs(withResolvableKeysFirst(source));
  const { document, placeholders } = withPlaceholderFields(parted);
  // The rewritten supergraph has external fields without a use, which validation rejects: validate the original.
  if (parts.size > 0) supergraph.subgraphs();
  const planned = FederatedSupergraph.build(document, {
    supportedFeatures: new Set(supportedFeatures),
    validateSupergraph: parts.size === 0,
  });
  return {
    planner: new QueryPlanner(planned),
    corrections: {
      placeholders,
      parts,
      requirements: new Requirements(document),
      interfaceObjects: interfaceObjects(document),
    },
  };
}
