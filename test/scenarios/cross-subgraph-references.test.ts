import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLObjectType,
  Kind,
  buildSchema,
  getNamedType,
  isObjectType,
} from 'graphql';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../kernel/package-root.js';

const supergraph = buildSchema(await readFile(join(packageRoot, 'gateway/supergraph.graphql'), 'utf8'), {
  assumeValid: true,
});

/** Entities that cannot be deleted: the catalog only grows. */
const CATALOG: readonly string[] = ['Region', 'Zone', 'TimeZone', 'InstanceType', 'KubernetesVersion'];
/** Other non-null fields whose object another subgraph owns, with the reason why the object always exists. */
const ALWAYS_THERE: Readonly<Record<string, string>> = {
  'Query.viewer': 'it is the caller of the request',
  'Workload.cluster':
    'a workload is only found through a cluster that the account has; deleted ones are kept',
};

describe('field that names an object of another subgraph', () => {
  const fields = referencesToOtherSubgraphs();

  test('is found by its reference to another subgraph', () => {
    const names = fields.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['ClusterManifestResult.cluster', 'Cluster.region', 'WorkloadEvent.cluster']),
    );
    expect(Object.keys(ALWAYS_THERE).filter((name) => !names.includes(name))).toEqual([]);
  });

  test('is nullable unless the object always exists', () => {
    const broken = fields.filter(
      ({ name, type, required }) => required && !CATALOG.includes(type) && !(name in ALWAYS_THERE),
    );
    expect(broken).toEqual([]);
  });
});

interface Reference {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

function referencesToOtherSubgraphs(): Reference[] {
  const types = Object.values(supergraph.getTypeMap()).filter(isObjectType);
  return types.flatMap((type) => Object.values(type.getFields()).flatMap((field) => reference(type, field)));
}

/** The field, if its own subgraphs know only the key of its object. */
function reference(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): Reference[] {
  const named = getNamedType(field.type);
  const owner = isObjectType(named) ? ownerOf(named) : undefined;
  const own = graphsOf(field.astNode?.directives);
  const graphs = own.length > 0 ? own : graphsOf(type.astNode?.directives);
  if (owner === undefined || graphs.includes(owner)) return [];
  return [
    { name: `${type.name}.${field.name}`, type: named.name, required: /!\]?!?$/.test(String(field.type)) },
  ];
}

/** The subgraph that resolves most fields of an entity; undefined for other types. */
function ownerOf(type: GraphQLObjectType): string | undefined {
  const joins = type.astNode?.directives ?? [];
  if (!joins.some((join) => argument(join, 'key') !== undefined)) return undefined;
  const graphs = Object.values(type.getFields()).flatMap(({ astNode }) => graphsOf(astNode?.directives));
  const byCount = [...Map.groupBy(graphs, (graph) => graph)].sort(([, a], [, b]) => b.length - a.length);
  return byCount[0]?.[0] ?? graphsOf(joins)[0];
}

/** The subgraphs of a type or field by its join directives; empty without any. */
function graphsOf(directives: readonly ConstDirectiveNode[] = []): string[] {
  return directives
    .filter(({ name }) => name.value === 'join__type' || name.value === 'join__field')
    .flatMap((directive) => argument(directive, 'graph') ?? []);
}

function argument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((candidate) => candidate.name.value === name)?.value;
  return value?.kind === Kind.ENUM || value?.kind === Kind.STRING ? value.value : undefined;
}
