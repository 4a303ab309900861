import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
  Supergraph as FederatedSupergraph,
} from '@apollo/federation-internals';
import { type DocumentNode, type GraphQLSchema, Kind, parse } from 'graphql';
import { withExecutableDirectives } from './executable-directives.js';
import { withExternalFields } from './external-fields.js';
import { argumentText } from './join-directives.js';
import { overrideLabels } from './override-labels.js';
import { TypeConditions } from './type-conditions.js';

/** A supergraph for validation and execution. */
export interface Supergraph {
  /** The API schema. */
  readonly api: GraphQLSchema;
  /** The API schema in the representation of federation-internals. */
  readonly apiSchema: Schema;
  /** The full schema, including federation directives. */
  readonly full: GraphQLSchema;
  /** Type conditions of the API schema and of the full schema. */
  readonly apiConditions: TypeConditions;
  readonly fullConditions: TypeConditions;
  /** Labels of progressive overrides and whether each is active. */
  readonly overrides: ReadonlyMap<string, boolean>;
  /** Names and URLs of subgraphs in the supergraph. */
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
}

/** A supergraph with its sources. */
export interface ReadSupergraph {
  readonly supergraph: Supergraph;
  readonly document: DocumentNode;
  /** The supergraph in the representation of federation-internals. */
  readonly federated: FederatedSupergraph;
}

/** Features that a supergraph may require: those of the planner and of request/authorization/. */
export const supportedFeatures: ReadonlySet<string> = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/authenticated/v0.1',
  'https://specs.apollo.dev/policy/v0.1',
  'https://specs.apollo.dev/requiresScopes/v0.1',
]);

/** Reads supergraph SDL. Throws when it is not a valid supergraph. */
export function readSupergraph(sdl: string): ReadSupergraph {
  const document = withExternalFields(withExecutableDirectives(parse(sdl, { noLocation: true })));
  rejectContexts(document);
  const federated = FederatedSupergraph.build(document, { supportedFeatures: new Set(supportedFeatures) });
  const apiSchema = federated.apiSchema();
  const api = apiSchema.toGraphQLJSSchema();
  const full = federated.schema.toGraphQLJSSchema();
  const supergraph = {
    api,
    apiSchema,
    full,
    apiConditions: new TypeConditions(api),
    fullConditions: new TypeConditions(full),
    overrides: overrideLabels(document),
    subgraphs: federated.subgraphsMetadata(),
  };
  return { supergraph, document, federated };
}

/**
 * Rejects `@context`: its plans pass values between fetches and split fetches by value, which is not
 * implemented.
 */
function rejectContexts({ definitions }: DocumentNode): void {
  const links = definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? [])
      : [],
  );
  if (!links.some((link) => argumentText(link, 'url')?.startsWith('https://specs.apollo.dev/context/')))
    return;
  throw new Error(
    'The supergraph uses @context and @fromContext, which this gateway does not support. Compose the subgraphs ' +
      'without them: @requires passes fields of other subgraphs to a field.',
  );
}
