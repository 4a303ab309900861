import 'reflect-metadata';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLResolveInfo, type GraphQLSchema, parse, print } from 'graphql';
import { type BuildSchemaOptions, buildSchema, createResolversMap } from 'type-graphql';
import { type AccessDependencies, AccessDecider } from '../access/access-decider.js';
import type { AccessRules } from '../access/access-rules.js';
import { guardAccess } from '../access/guard-access.js';
import { filterReferences } from '../access/filter-references.js';
import type { RequestContext, Subgraph, SubgraphName } from '../subgraph.js';
import { type MutationAudit, auditMutations } from './audit-mutations.js';
import { addSchemaDirectives } from './add-schema-directives.js';
import { resolveEntities } from './entities.js';
import { type FieldGuard, guardFields } from './field-guard.js';
import { scalars } from '../graph/scalars.js';

const FEDERATION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@tag", "@override",
    "@cost", "@listSize", "@authenticated", "@requiresScopes", "@policy"])`;

/** Finds an entity by its representation (`__typename` and key fields); null if the account has none. */
export type ReferenceResolver = (
  reference: never,
  context: RequestContext,
  info: GraphQLResolveInfo,
) => unknown;

/** Opens the source of a subscription field; each yielded value is the root value of one execution. */
export type StreamResolver = (args: never, context: RequestContext) => Promise<AsyncIterable<unknown>>;

/** Options of `@Subscription`: the source is in the definition's `streams`, which have access to services. */
export const subscriptionOptions = {
  subscribe(): never {
    throw new Error('the subgraph definition names no stream for this subscription');
  },
};

export interface SubgraphDefinition {
  readonly name: SubgraphName;
  /** Checks which actors may select a field. */
  readonly guard: FieldGuard;
  /** What callers need for each field, and where the places of objects are read. */
  readonly access: { readonly rules: AccessRules; readonly dependencies: AccessDependencies };
  /** Where mutations are audited. */
  readonly audit: MutationAudit;
  /** type-graphql resolver instances; each class once. */
  readonly resolvers: readonly object[];
  /** Object types that only an interface or the gateway references. */
  readonly orphanedTypes?: BuildSchemaOptions['orphanedTypes'];
  /** By entity name. An entity stub needs none. */
  readonly references?: Readonly<Record<string, ReferenceResolver>>;
  /** By subscription field. */
  readonly streams?: Readonly<Record<string, StreamResolver>>;
}

/** Builds a federation 2 subgraph from type-graphql resolvers. */
export async function defineSubgraph(definition: SubgraphDefinition): Promise<Subgraph> {
  const instances = new Map(definition.resolvers.map((resolver) => [resolver.constructor, resolver]));
  const base = await buildSchema({
    resolvers: [...instances.keys()] as unknown as BuildSchemaOptions['resolvers'],
    orphanedTypes: definition.orphanedTypes ?? [],
    container: { get: (resolverClass) => instances.get(resolverClass) },
    scalarsMap: scalars,
    // Services validate the inputs, with codes and paths.
    validate: false,
    // Federation directives are declared by the @link below, not by this intermediate schema.
    skipCheck: true,
    authChecker: undefined,
    // Never used, but type-graphql requires one for subscriptions.
    pubSub: { publish: () => undefined, subscribe: () => subscriptionOptions.subscribe() },
  });
  const sdl = `${FEDERATION}\n\n${print(addSchemaDirectives(parse(printSchemaWithDirectives(base)), definition.guard.mutations))}`;
  const resolvers = createResolversMap(base) as Record<string, Record<string, unknown>>;
  const { rules, dependencies } = definition.access;
  const decider = new AccessDecider(dependencies);
  const references = filterReferences(definition.references ?? {}, rules.objects, decider);
  for (const [type, resolve] of Object.entries(references)) {
    resolvers[type] = { ...resolvers[type], __resolveReference: resolve };
  }
  for (const [field, open] of Object.entries(definition.streams ?? {})) {
    const subscribe = (_root: unknown, args: never, context: RequestContext) => open(args, context);
    resolvers['Subscription'] = {
      ...resolvers['Subscription'],
      [field]: { ...subscriptionField(resolvers, field), subscribe },
    };
  }
  const schema = subgraphSchema(sdl, resolvers);
  guardAccess(schema, rules, decider);
  guardFields(schema, definition.guard);
  auditMutations(schema, definition.audit);
  const { rights, clock } = dependencies;
  return { name: definition.name, schema, sdl, access: rules, rights, clock };
}

/** Builds the executable schema of a subgraph with `_service` and `_entities`, which calls `__resolveReference`. */
export function subgraphSchema(
  sdl: string,
  resolvers: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): GraphQLSchema {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
  resolveEntities(schema);
  return schema;
}

function subscriptionField(resolvers: Record<string, Record<string, unknown>>, field: string): object {
  return (resolvers['Subscription']?.[field] as object | undefined) ?? {};
}
