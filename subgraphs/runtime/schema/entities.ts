import {
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';

/** The representation of an entity: its type and key fields. */
interface Reference {
  readonly __typename: string;
}

type ResolveReference = (reference: Reference, context: unknown, info: GraphQLResolveInfo) => unknown;

/**
 * Resolves `_entities` as @apollo/subgraph does, but without a promise for entities that are available synchronously.
 * The package resolves references to interfaces, whose type must be determined.
 */
export function resolveEntities(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()['_entities'];
  const { resolve } = field ?? {};
  if (field && resolve) field.resolve = resolver(resolve);
}

function resolver(
  otherwise: GraphQLFieldResolver<unknown, unknown>,
): GraphQLFieldResolver<unknown, unknown, { readonly representations: readonly Reference[] }> {
  return (source, args, context, info) => {
    const { representations } = args;
    const types: GraphQLObjectType[] = [];
    for (const { __typename } of representations) {
      const type = info.schema.getType(__typename);
      if (!isObjectType(type)) return otherwise(source, args, context, info);
      types.push(type);
    }
    return types.map((type, index) => entity(type, representations[index]!, context, info));
  };
}

function entity(type: GraphQLObjectType, reference: Reference, context: unknown, info: GraphQLResolveInfo) {
  const resolve = referenceResolver(type);
  const found = resolve ? resolve(reference, context, info) : reference;
  return found instanceof Promise
    ? found.then((entity: unknown) => named(entity, type.name))
    : named(found, type.name);
}

/** The function `__resolveReference` of a type, where @apollo/subgraph stores it. */
function referenceResolver({ extensions }: GraphQLObjectType): ResolveReference | undefined {
  const { apollo } = extensions as { apollo?: { subgraph?: { resolveReference?: ResolveReference } } };
  return apollo?.subgraph?.resolveReference;
}

/** Sets `__typename`, by which the union `_Entity` resolves its type. */
function named(entity: unknown, typename: string): unknown {
  if (typeof entity !== 'object' || entity === null) return entity;
  const current = (entity as Partial<Reference>).__typename;
  if (current === typename) return entity;
  if (current !== undefined) return { ...entity, __typename: typename };
  return Object.defineProperty(entity, '__typename', { value: typename });
}
