import { isDeepStrictEqual } from 'node:util';
import { type ExecutionResult, type GraphQLSchema, type DocumentNode, execute } from 'graphql';
import type { Field, RandomGraph, RequiredField, RootField } from './graph.js';

/** Number of records of each type. */
const RECORDS_PER_TYPE = 3;

/** A record of an entity type. */
export interface EntityRecord {
  readonly type: string;
  readonly index: number;
}

/** The expected value of every field of a random graph, independent of subgraphs. */
export class Oracle {
  constructor(private readonly graph: RandomGraph) {}

  /** The value of a field: a text, records, or the values of its required fields. */
  value(record: EntityRecord, name: string, argument?: string): unknown {
    const { type, index } = record;
    if (name === 'id') return `${type}-${index}`;
    if (name === 'code') return `code-${type}-${index}`;
    if (name === 'spot') return { x: hash(`${type} ${index}`) };
    const field = this.field(record, name);
    if (field.requires.length > 0)
      return computedText(field.requires.map((required) => this.required(record, required)));
    const chance = hash(`${type} ${index} ${name}`);
    if (chance % 5 === 0) return null;
    if (field.kind === 'text') return [`${name} of ${type}-${index}`, argument].filter(Boolean).join(' ');
    return field.kind === 'entity'
      ? this.some(field, chance)
      : [0, 1, 2].map((step) => (chance % 7 === step ? null : this.some(field, chance + step)));
  }

  /** The records of a root field. */
  all({ members }: Pick<RootField, 'members'>): EntityRecord[] {
    return members.flatMap((type) =>
      Array.from({ length: RECORDS_PER_TYPE }, (_, index) => ({ type, index })),
    );
  }

  /** The record of a representation. */
  find(types: readonly string[], key: Readonly<Record<string, unknown>>): EntityRecord | null {
    const names = ['id', 'code', 'spot'].filter((name) => key[name] !== undefined);
    if (names.length === 0) return null;
    const matches = (record: EntityRecord) =>
      names.every((name) => isDeepStrictEqual(this.value(record, name), key[name]));
    return this.all({ members: types }).find(matches) ?? null;
  }

  /** Executes an operation on one schema with all fields. */
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
      typeResolver: ({ type }: EntityRecord) => type,
      fieldResolver: (
        source: EntityRecord | Record<string, unknown> | undefined,
        args,
        _context,
        { fieldName },
      ) => {
        if (source === undefined) return this.all(roots.find(({ name }) => name === fieldName)!);
        if (!('index' in source)) return source[fieldName];
        return this.value(source as EntityRecord, fieldName, (args as { with?: string }).with);
      },
    }) as ExecutionResult;
  }

  private some({ members, name }: Field, chance: number): EntityRecord {
    const type = members[hash(`${name} ${chance}`) % members.length]!;
    return { type, index: chance % RECORDS_PER_TYPE };
  }

  private required(record: EntityRecord, { field, with: argument, nested }: RequiredField): unknown {
    const value = this.value(record, field, argument);
    if (nested === undefined) return value;
    const inner = (target: EntityRecord | null) => target && this.value(target, nested);
    return Array.isArray(value) ? value.map(inner) : inner(value as EntityRecord | null);
  }

  private field({ type }: EntityRecord, name: string): Field {
    return this.graph.entities.get(type)!.fields.get(name)!;
  }
}

/** The value of a field that is computed from its required fields. */
export function computedText(required: readonly unknown[]): string {
  return `made of ${JSON.stringify(required.map((value) => (value === undefined ? 'MISSING' : value)))}`;
}

/** A hash of the text. */
function hash(text: string): number {
  let value = 7;
  for (const letter of text) value = (value * 31 + letter.charCodeAt(0)) % 1_000_003;
  return value;
}
