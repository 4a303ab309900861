import { type GraphQLNamedType, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClustersKit, openClusters } from './kit.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

const ROOT = /^(Query|Mutation|Subscription)$/;
/** Names that GraphQL and federation define. */
const GIVEN = /^_|__|^(String|Int|Float|Boolean|ID)$/;

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
}

/** The parts of a type that a client sees, by name. */
function partsOf(type: GraphQLNamedType): [string, Described][] {
  const name = (part: Described) => `${type.name}.${part.name}`;
  if (isEnumType(type)) return type.getValues().map((value) => [name(value), value]);
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => [name(field), field]);
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields())
    .filter((field) => !field.name.startsWith('_'))
    .flatMap((field): [string, Described][] => [
      [name(field), field],
      ...field.args.map((argument): [string, Described] => [`${name(field)}(${argument.name})`, argument]),
    ]);
}

test('every type, field, argument and value has a description', () => {
  const types = Object.values(clusters.subgraph.schema.getTypeMap()).filter((type) => !GIVEN.test(type.name));
  const all = types.flatMap((type): [string, Described][] => [
    ...(ROOT.test(type.name) ? [] : [[type.name, type] as [string, Described]]),
    ...partsOf(type),
  ]);
  expect(all.filter(([, { description }]) => !description).map(([name]) => name)).toEqual([]);
  expect(all.length).toBeGreaterThan(200);
});

test('the entities that other subgraphs reference have their key', () => {
  for (const entity of [
    'Cluster',
    'NodePool',
    'Node',
    'Operation',
    'InstanceType',
    'KubernetesVersion',
    'Region',
  ]) {
    expect(clusters.subgraph.sdl).toMatch(
      new RegExp(`type ${entity}( implements Resource)? @key\\(fields: "id"\\)`),
    );
  }
});

test('no input moves a resource to another region: only updateCluster has a region, which it rejects if it differs', () => {
  const inputs = Object.values(clusters.subgraph.schema.getTypeMap()).filter(isInputObjectType);
  const withRegion = inputs
    .filter((type) => Object.keys(type.getFields()).some((name) => /region/i.test(name)))
    .map(({ name }) => name)
    .filter((name) => !name.endsWith('Filter'));
  expect(withRegion.sort()).toEqual(['CreateClusterInput', 'CreateVpcInput', 'UpdateClusterInput']);
});
