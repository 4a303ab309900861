import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
  Supergraph as FederatedSupergraph,
} from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, Kind, parse } from 'graphql';
import { TypeConditions } from '../supergraph/type-conditions.js';
import { withExecutableDirectives } from '../supergraph/executable-directives.js';
import { withExternalFields } from '../supergraph/external-fields.js';
import { interfaceObjects } from './corrections/interface-objects.js';
import { argumentText, withResolvableKeysFirst } from '../supergraph/join-directives.js';
import { overrideLabels } from '../supergraph/override-labels.js';
import type { PlanOnWorker, PlanningThread } from './planning-thread.js';
import { Requirements } from './corrections/requirements.js';
import type { PlanCorrections } from './corrections/split-fetch.js';
import { splitRequiringSubgraphs } from './corrections/split-requiring-subgraphs.js';
import { withPlaceholderFields } from './corrections/placeholder-fields.js';

/** A supergraph, ready to plan and to execute. */
export interface Supergraph {
  /** What clients see. */
  readonly api: GraphQLSchema;
  /** The same, as the planner's library holds it. */
  readonly apiSchema: Schema;
  /** Everything, federation directives included. */
  readonly full: GraphQLSchema;
  /** Type conditions of the API and of everything. */
  readonly apiConditions: TypeConditions;
  readonly fullConditions: TypeConditions;
  readonly planner: QueryPlanner;
  /** What its plans are put right by. */
  readonly corrections: PlanCorrections;
  /** Labels of progressive overrides, and whether each holds. */
  readonly overrides: ReadonlyMap<string, boolean>;
  /** Plans on another thread, where there is one. */
  readonly planAhead?: PlanOnWorker | undefined;
  /** Names and addresses written in the supergraph. */
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
}

/** What a supergraph may demand of its gateway: what the planner does, and what gateway/authorization enforces. */
const SUPPORTED: ReadonlySet<string> = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/authenticated/v0.1',
  'https://specs.apollo.dev/policy/v0.1',
  'https://specs.apollo.dev/requiresScopes/v0.1',
]);

/** Loads supergraph SDL, also in the planning thread if there is one. Throws when it is not a valid supergraph. */
export function loadSupergraph(sdl: string, thread?: PlanningThread): Supergraph {
  const source = withExternalFields(withExecutableDirectives(parse(sdl, { noLocation: true })));
  refuseContexts(source);
  const supergraph = FederatedSupergraph.build(source, { supportedFeatures: new Set(SUPPORTED) });
  const apiSchema = supergraph.apiSchema();
  const api = apiSchema.toGraphQLJSSchema();
  const full = supergraph.schema.toGraphQLJSSchema();
  return {
    api,
    apiSchema,
    full,
    apiConditions: new TypeConditions(api),
    fullConditions: new TypeConditions(full),
    ...createPlanner(source, supergraph),
    overrides: overrideLabels(source),
    // Last, so that the thread loads only what is valid.
    planAhead: thread?.load(sdl),
    subgraphs: supergraph.subgraphsMetadata(),
  };
}

/** Plans with contexts need arguments moved between fetches, and fetches split by their values: no part here does so. */
function refuseContexts({ definitions }: DocumentNode): void {
  const links = definitions.flatMap((one) =>
    one.kind === Kind.SCHEMA_DEFINITION || one.kind === Kind.SCHEMA_EXTENSION ? (one.directives ?? []) : [],
  );
  if (!links.some((link) => argumentText(link, 'url')?.startsWith('https://specs.apollo.dev/context/')))
    return;
  throw new Error(
    'The supergraph uses @context and @fromContext, which this gateway does not carry out. Compose the subgraphs ' +
      'without them: a field can be given what another subgraph knows by @requires.',
  );
}

/** A planner for a supergraph that says the same in a way that the planner plans right; see docs/decisions. */
function createPlanner(
  source: DocumentNode,
  supergraph: FederatedSupergraph,
): Pick<Supergraph, 'planner' | 'corrections'> {
  const { document: parted, parts } = splitRequiringSubgraphs(withResolvableKeysFirst(source));
  const { document, standIns } = withPlaceholderFields(parted);
  // What is external there is so for no reason that is seen, so only the original can be validated.
  if (parts.size > 0) supergraph.subgraphs();
  const planned = FederatedSupergraph.build(document, {
    supportedFeatures: new Set(SUPPORTED),
    validateSupergraph: parts.size === 0,
  });
  return {
    planner: new QueryPlanner(planned),
    corrections: {
      standIns,
      parts,
      requirements: new Requirements(document),
      interfaceObjects: interfaceObjects(document),
    },
  };
}
