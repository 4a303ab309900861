import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { type ForeignSubgraph, LINK } from '../kit.js';
import type { EntityPart, Field, Need, Part, RandomGraph, RandomSubgraph } from './graph.js';
import { type Thing, type Oracle, told } from './oracle.js';

/** What stands where a subgraph was asked for what it does not resolve. */
const WRONG = 'NOBODY MAY ASK HERE';

/** A thing as a subgraph holds it: with what it was given in a representation, and what may be asked of it here. */
interface Held extends Thing {
  readonly __typename?: string;
  readonly given?: Readonly<Record<string, unknown>>;
  readonly provided?: string | undefined;
}

/** The subgraphs of a random graph: SDL, and resolvers that answer only what is theirs. */
export function resolved(graph: RandomGraph, truth: Oracle): ForeignSubgraph[] {
  return graph.subgraphs.map((subgraph) => {
    const sdl = LINK + sdlOf(graph, subgraph);
    const resolvers = new Resolvers(graph, truth, subgraph).all();
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
      ([name, how]) => `${fieldSdl(part.entity.fields.get(name), name)} ${how.directives}`,
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
      .map(([name, how]) => `${fieldSdl(some.fields.get(name), name)} ${how.directives}`)
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
    private readonly truth: Oracle,
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
            __resolveType: ({ type }: Thing) => type,
            ...(key && { __resolveReference: this.reference(members) }),
          },
        ]),
      ),
      ...(interfaceObject && { [interfaceObject.name]: this.object(interfaceObject) }),
    };
  }

  private roots(root: { readonly members: readonly string[] }): Held[] {
    return this.truth.all(root);
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
    return (given: Record<string, unknown>): Held | null => {
      const thing = this.truth.find(types, given);
      // An interface object says no more of what it is than the name of the interface.
      return thing && { ...thing, __typename: this.subgraph.interfaceObject?.name ?? thing.type, given };
    };
  }

  private fields(parts: ReadonlyMap<string, Part>): TypeResolvers {
    return Object.fromEntries(
      [...parts].map(([name, part]) => [
        name,
        (held: Held, given: { with?: string }) => this.value(held, name, part, given.with),
      ]),
    );
  }

  private value(held: Held, name: string, { how, directives }: Part, argument?: string): unknown {
    if (how === 'overridden') return WRONG;
    if (how === 'external' && held.provided !== name) return WRONG;
    const { needs = [] } = this.graph.entities.get(held.type)!.fields.get(name) ?? {};
    if (needs.length > 0) return told(needs.map((need) => given(held.given ?? {}, need)));
    const value = this.truth.value(held, name, argument);
    const provided = /@provides\(fields: "(\w+)"\)/.exec(directives)?.[1];
    if (provided === undefined) return value;
    const providing = (one: Thing | null) => one && { ...one, provided };
    return Array.isArray(value) ? value.map(providing) : providing(value as Thing | null);
  }
}

/** What a representation says of something that is required. */
function given(representation: Readonly<Record<string, unknown>>, { field, below }: Need): unknown {
  const value = representation[field];
  if (below === undefined) return value;
  const inner = (one: Record<string, unknown> | null | undefined) =>
    one && (below in one ? one[below] : 'MISSING');
  return Array.isArray(value) ? value.map(inner) : inner(value as Record<string, unknown>);
}
