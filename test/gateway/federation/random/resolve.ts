import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { type ForeignSubgraph, LINK } from '../kit.js';
import type { EntityPart, Field, Part, RandomGraph, RandomSubgraph, RequiredField } from './graph.js';
import { type EntityRecord, type Oracle, computedText } from './oracle.js';

/** The value of a field that the gateway must not request from the subgraph. */
const UNEXPECTED = 'UNEXPECTED REQUEST';

/** A record in a subgraph, with its representation and the field that `@provides` names. */
interface ResolvedRecord extends EntityRecord {
  readonly __typename?: string;
  readonly representation?: Readonly<Record<string, unknown>>;
  readonly provided?: string | undefined;
}

/** The subgraphs of a random graph: their SDL, and resolvers of the fields that they own. */
export function resolvableSubgraphs(graph: RandomGraph, oracle: Oracle): ForeignSubgraph[] {
  return graph.subgraphs.map((subgraph) => {
    const sdl = LINK + sdlOf(graph, subgraph);
    const resolvers = new Resolvers(graph, oracle, subgraph).all();
    return {
      name: subgraph.name,
      sdl,
      schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never }),
    };
  });
}

function sdlOf(graph: RandomGraph, { entities, abstracts, roots, interfaceObject }: RandomSubgraph): string {
  const types = [...entities.values()].map((part) => {
    const keys = part.keys.map(
      ({ fields, resolvable }) => `@key(fields: "${fields}"${resolvable ? '' : ', resolvable: false'})`,
    );
    const implemented = part.interfaces.length > 0 ? ` implements ${part.interfaces.join(' & ')}` : '';
    const fields = [...part.fields].map(
      ([name, { directives }]) => `${fieldSdl(part.entity.fields.get(name), name)} ${directives}`,
    );
    return `type ${part.entity.name}${implemented} ${keys.join(' ')} { ${fields.join('\n  ')} }`;
  });
  const some = graph.entities.values().next().value!;
  const shared = abstracts.map(({ name, members, fields, key }) =>
    fields
      ? `interface ${name}${key ? ' @key(fields: "id")' : ''} { ${fields.map((field) => fieldSdl(some.fields.get(field), field)).join(' ')} }`
      : `union ${name} = ${members.join(' | ')}`,
  );
  const object = interfaceObject && [
    `type ${interfaceObject.name} @key(fields: "id") @interfaceObject { ${[...interfaceObject.fields]
      .map(([name, part]) => `${fieldSdl(some.fields.get(name), name)} ${part.directives}`)
      .join(' ')} }`,
  ];
  const query = [...roots.values()].map(
    ({ name, type, shareable }) => `${name}: [${type}]${shareable ? ' @shareable' : ''}`,
  );
  const spot = types.some((type) => type.includes('spot: Spot')) ? ['type Spot @shareable { x: Int }'] : [];
  return [
    ...(query.length > 0 ? [`type Query { ${query.join('\n  ')} }`] : []),
    ...types,
    ...shared,
    ...(object ?? []),
    ...spot,
  ].join('\n');
}

function fieldSdl(field: Field | undefined, name: string): string {
  if (name === 'id') return 'id: ID!';
  if (name === 'code') return 'code: String!';
  if (name === 'spot') return 'spot: Spot!';
  const { kind, type, takesArgument } = field!;
  return `${name}${takesArgument ? '(with: String)' : ''}: ${kind === 'list' ? `[${type}]` : type}`;
}

type TypeResolvers = Record<string, unknown>;

class Resolvers {
  constructor(
    private readonly graph: RandomGraph,
    private readonly oracle: Oracle,
    private readonly subgraph: RandomSubgraph,
  ) {}

  all(): Record<string, TypeResolvers> {
    const { entities, abstracts, roots, interfaceObject } = this.subgraph;
    return {
      Query: Object.fromEntries([...roots.values()].map((root) => [root.name, () => this.roots(root)])),
      ...Object.fromEntries([...entities].map(([name, part]) => [name, this.entity(part)])),
      ...Object.fromEntries(
        abstracts.map(({ name, members, key }) => [
          name,
          {
            __resolveType: ({ type }: EntityRecord) => type,
            ...(key && { __resolveReference: this.reference(members) }),
          },
        ]),
      ),
      ...(interfaceObject && { [interfaceObject.name]: this.object(interfaceObject) }),
    };
  }

  private roots(root: { readonly members: readonly string[] }): ResolvedRecord[] {
    return this.oracle.all(root);
  }

  private entity({ entity, fields }: EntityPart): TypeResolvers {
    return { ...this.fields(fields), __resolveReference: this.reference([entity.name]) };
  }

  private object({ name, fields }: NonNullable<RandomSubgraph['interfaceObject']>): TypeResolvers {
    const members = this.graph.subgraphs.flatMap(({ abstracts }) =>
      abstracts.flatMap((abstract) => (abstract.name === name ? abstract.members : [])),
    );
    return { ...this.fields(fields), __resolveReference: this.reference([...new Set(members)]) };
  }

  private reference(types: readonly string[]) {
    return (representation: Record<string, unknown>): ResolvedRecord | null => {
      const record = this.oracle.find(types, representation);
      // An interface object does not know the concrete type.
      const __typename = this.subgraph.interfaceObject?.name ?? record?.type;
      return record && { ...record, __typename: __typename!, representation };
    };
  }

  private fields(parts: ReadonlyMap<string, Part>): TypeResolvers {
    return Object.fromEntries(
      [...parts].map(([name, part]) => [
        name,
        (record: ResolvedRecord, args: { with?: string }) => this.value(record, name, part, args.with),
      ]),
    );
  }

  private value(
    record: ResolvedRecord,
    name: string,
    { ownership, directives }: Part,
    argument?: string,
  ): unknown {
    if (ownership === 'overridden') return UNEXPECTED;
    if (ownership === 'external' && record.provided !== name) return UNEXPECTED;
    const { requires = [] } = this.graph.entities.get(record.type)!.fields.get(name) ?? {};
    if (requires.length > 0)
      return computedText(requires.map((required) => requiredValue(record.representation ?? {}, required)));
    const value = this.oracle.value(record, name, argument);
    const provided = /@provides\(fields: "(\w+)"\)/.exec(directives)?.[1];
    if (provided === undefined) return value;
    const providing = (target: EntityRecord | null) => target && { ...target, provided };
    return Array.isArray(value) ? value.map(providing) : providing(value as EntityRecord | null);
  }
}

/** The value of a required field in a representation. */
function requiredValue(
  representation: Readonly<Record<string, unknown>>,
  { field, nested }: RequiredField,
): unknown {
  const value = representation[field];
  if (nested === undefined) return value;
  const inner = (target: Record<string, unknown> | null | undefined) =>
    target && (nested in target ? target[nested] : 'MISSING');
  return Array.isArray(value) ? value.map(inner) : inner(value as Record<string, unknown>);
}
