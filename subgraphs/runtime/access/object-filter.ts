import {
  type GraphQLAbstractType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
} from 'graphql';
import type { RequestContext } from '../subgraph.js';
import type { ObjectAccess, VerbName } from './access-rules.js';

type Objects = Readonly<Record<string, ObjectAccess>>;

/** Which objects a field can return, and who may see them. */
export interface ObjectFilter {
  /** Verbs of all types that the field can return. */
  readonly verbs: readonly VerbName[];
  /** The access to an object of the field; undefined if every caller may see it. */
  accessOf(value: object, context: RequestContext): Promise<ObjectAccess | undefined>;
}

/** The filter of a field's type; undefined if every caller may see its objects. */
export function filterObjects(
  schema: GraphQLSchema,
  type: GraphQLOutputType,
  objects: Objects,
): ObjectFilter | undefined {
  const named = getNamedType(type);
  const types = isAbstractType(named) ? schema.getPossibleTypes(named).map(({ name }) => name) : [named.name];
  const found = types.map((name) => objects[name]?.verb).filter((verb) => verb !== undefined);
  const verbs = [...new Set(found)];
  if (verbs.length === 0) return undefined;
  if (!isAbstractType(named)) return { verbs, accessOf: () => Promise.resolve(objects[named.name]) };
  return {
    verbs,
    accessOf: async (value, context) => objects[(await typeNameOf(schema, named, value, context)) ?? ''],
  };
}

async function typeNameOf(
  schema: GraphQLSchema,
  type: GraphQLAbstractType,
  value: object,
  context: RequestContext,
): Promise<string | undefined> {
  if ('__typename' in value && typeof value.__typename === 'string') return value.__typename;
  return type.resolveType?.(value, context, { schema } as GraphQLResolveInfo, type);
}
