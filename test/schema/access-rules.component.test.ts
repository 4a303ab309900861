import {
  getNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { verbs } from '../../access/model/verb.js';
import { subgraphDefinitions } from '../../roles/subgraph-schemas.js';
import type { AccessRules } from '../../subgraphs/runtime/access/access-rules.js';
import { verbsOfRules } from '../../subgraphs/runtime/access/verbs-of-rules.js';

const subgraphs = (await subgraphDefinitions()).map(({ name, schema, access }) => {
  if (!access) throw new Error(`the subgraph ${name} has no access rules`);
  return { name, schema, access };
});

/** Fields of federation itself. */
const FEDERATION = ['_entities', '_service'];

function fieldsOf(type: GraphQLObjectType | null | undefined): string[] {
  return Object.keys(type?.getFields() ?? {}).filter((name) => !FEDERATION.includes(name));
}

/** Fields of objects that lead to a list of objects with rules: their connections, which carry other objects. */
function connections(schema: GraphQLSchema, { objects }: AccessRules): string[] {
  const isRuled = (name: string) => objects[name]?.verb !== undefined;
  const isRoot = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => !isRoot.includes(type) && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => {
          const target = getNamedType(field.type);
          if (!isObjectType(target) || !target.name.endsWith('Connection')) return false;
          const { nodes } = target.getFields();
          const node = nodes && getNamedType(nodes.type);
          return (
            node &&
            (isAbstractType(node) ? schema.getPossibleTypes(node) : [node]).some(({ name }) => isRuled(name))
          );
        })
        .map((field) => `${type.name}.${field.name}`),
    );
}

/** The types of the objects that a field returns: for a connection, those of its nodes. */
function objectsOf(schema: GraphQLSchema, fieldType: GraphQLOutputType): string[] {
  const type = getNamedType(fieldType);
  const nodes = isObjectType(type) && type.name.endsWith('Connection') && type.getFields()['nodes'];
  if (nodes) return objectsOf(schema, nodes.type);
  return (isAbstractType(type) ? schema.getPossibleTypes(type) : [type]).map(({ name }) => name);
}

describe.each(subgraphs)('the access rules of the subgraph $name', ({ schema, access }) => {
  test('name exactly its root fields', () => {
    expect(Object.keys(access.queries).sort()).toEqual(fieldsOf(schema.getQueryType()).sort());
    expect(Object.keys(access.mutations ?? {}).sort()).toEqual(fieldsOf(schema.getMutationType()).sort());
    expect(Object.keys(access.subscriptions ?? {}).sort()).toEqual(
      fieldsOf(schema.getSubscriptionType()).sort(),
    );
  });

  test('name types and fields that exist', () => {
    const missing = Object.keys(access.objects).filter((name) => !isObjectType(schema.getType(name)));
    const missingEdges = Object.keys(access.edges ?? {}).filter((edge) => {
      const [name = '', field = ''] = edge.split('.');
      const type = schema.getType(name);
      return !isObjectType(type) || !(field in type.getFields());
    });
    expect([...missing, ...missingEdges]).toEqual([]);
  });

  test('name each field of an object with a list of other objects', () => {
    expect(connections(schema, access).filter((field) => !(field in (access.edges ?? {})))).toEqual([]);
  });

  test('leave out the hidden objects of each query with a verb alone', () => {
    const queries = schema.getQueryType()!.getFields();
    const unfiltered = Object.entries(access.queries).filter(([name, rule]) => {
      const types = typeof rule === 'string' && rule !== 'open' ? objectsOf(schema, queries[name]!.type) : [];
      return types.some((type) => access.objects[type]?.verb === undefined);
    });
    expect(unfiltered).toEqual([]);
  });

  test('cover each type of object with an id that a query finds', () => {
    const found = schema.getType('Resource');
    const types = Object.values(schema.getTypeMap()).filter(isObjectType);
    const resources = types.filter(
      (type) => found && type.getInterfaces().some(({ name }) => name === 'Resource'),
    );
    const foreign = resources.filter(
      (type) => 'resourceId' in type.getFields() && !(type.name in access.objects),
    );
    expect(resources.filter((type) => !(type.name in access.objects) && !foreign.includes(type))).toEqual([]);
  });

  test('use only verbs of the generated list', () => {
    expect(verbsOfRules(access).filter((verb) => !(verbs as readonly string[]).includes(verb))).toEqual([]);
  });
});
