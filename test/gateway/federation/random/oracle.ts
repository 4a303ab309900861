import { isDeepStrictEqual } from 'node:util';
import { type ExecutionResult, type GraphQLSchema, type DocumentNode, execute } from 'graphql';
import type { Field, Need, RandomGraph, RootField } from './graph.js';

/** How many things there are of each type. */
const THINGS = 3;

/** One of the things that a graph is about. */
export interface Thing {
  readonly type: string;
  readonly at: number;
}

/** What every field of a random graph is, wherever it is resolved. */
export class Oracle {
  constructor(private readonly graph: RandomGraph) {}

  /** The value of a field: text, things, or the values that it requires. */
  value(thing: Thing, name: string, argument?: string): unknown {
    const { type, at } = thing;
    if (name === 'id') return `${type}-${at}`;
    if (name === 'code') return `code-${type}-${at}`;
    if (name === 'spot') return { x: number(`${type} ${at}`) };
    const field = this.field(thing, name);
    if (field.needs.length > 0) return told(field.needs.map((need) => this.needed(thing, need)));
    const chance = number(`${type} ${at} ${name}`);
    if (chance % 5 === 0) return null;
    if (field.kind === 'text') return [`${name} of ${type}-${at}`, argument].filter(Boolean).join(' ');
    return field.kind === 'entity'
      ? this.some(field, chance)
      : [0, 1, 2].map((step) => (chance % 7 === step ? null : this.some(field, chance + step)));
  }

  /** Everything of the types of a root field. */
  all({ members }: Pick<RootField, 'members'>): Thing[] {
    return members.flatMap((type) => Array.from({ length: THINGS }, (_, at) => ({ type, at })));
  }

  /** The thing that a representation is of. */
  find(types: readonly string[], key: Readonly<Record<string, unknown>>): Thing | null {
    const names = ['id', 'code', 'spot'].filter((name) => key[name] !== undefined);
    if (names.length === 0) return null;
    const matches = (thing: Thing) =>
      names.every((name) => isDeepStrictEqual(this.value(thing, name), key[name]));
    return this.all({ members: types }).find(matches) ?? null;
  }

  /** Executes an operation as if everything were in one place. */
  execute(
    schema: GraphQLSchema,
    document: DocumentNode,
    roots: readonly RootField[],
    variableValues: Readonly<Record<string, unknown>> = {},
  ): ExecutionResult {
    return execute({
      schema,
      document,
      variableValues,
      typeResolver: ({ type }: Thing) => type,
      fieldResolver: (
        source: Thing | Record<string, unknown> | undefined,
        given,
        _context,
        { fieldName },
      ) => {
        if (source === undefined) return this.all(roots.find(({ name }) => name === fieldName)!);
        if (!('at' in source)) return source[fieldName];
        return this.value(source as Thing, fieldName, (given as { with?: string }).with);
      },
    }) as ExecutionResult;
  }

  private some({ members, name }: Field, chance: number): Thing {
    const type = members[number(`${name} ${chance}`) % members.length]!;
    return { type, at: chance % THINGS };
  }

  private needed(thing: Thing, { field, with: argument, below }: Need): unknown {
    const value = this.value(thing, field, argument);
    if (below === undefined) return value;
    const inner = (one: Thing | null) => one && this.value(one, below);
    return Array.isArray(value) ? value.map(inner) : inner(value as Thing | null);
  }

  private field({ type }: Thing, name: string): Field {
    return this.graph.entities.get(type)!.fields.get(name)!;
  }
}

/** What a field says that is made of what it requires. */
export function told(needed: readonly unknown[]): string {
  return `made of ${JSON.stringify(needed.map((value) => (value === undefined ? 'MISSING' : value)))}`;
}

/** The same number for the same text, unlike those of other texts. */
function number(text: string): number {
  let value = 7;
  for (const letter of text) value = (value * 31 + letter.charCodeAt(0)) % 1_000_003;
  return value;
}
