import { isRecord } from '../../../kernel/is-record.js';
import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { toWire } from '../../../protocol/wire.js';
import { compileRequires, eachObject } from './compile-requires.js';
import type { Rewrite } from '../data/rewrites.js';
import { type JSONObject, assign, own } from '../data/json-object.js';
import type { TypeConditions } from '../../supergraph/type-conditions.js';

/** Serializes the representation of an entity; null when a required field is missing. */
type Write = (entity: JSONObject) => string | null;

/** Builds the representation as a deep copy, for subgraphs in this process. */
type Build = (entity: JSONObject) => JSONObject | null;

/** How entities of one type are represented. */
export interface TypeRepresentation {
  readonly write: Write;
  readonly build: Build;
  /**
   * Fields that identify entities of the type, cheaper to compare than JSON; undefined when there are none.
   * `only` is for the common case of one field.
   */
  readonly only?: string;
  readonly fields?: readonly string[];
}

/** Maximum number of cached types: type names come from subgraphs. */
const REMEMBERED = 1000;

/** Serializes representations of a fetch; each type is compiled when it first occurs. */
export class RepresentationWriter {
  private readonly types = new Map<unknown, TypeRepresentation>();
  private readonly anyType: TypeRepresentation;

  constructor(
    private readonly requires: readonly QueryPlanSelectionNode[],
    private readonly conditions: TypeConditions,
    private readonly rewrite: Rewrite | undefined,
  ) {
    const extract = compileRequires(requires, conditions);
    this.anyType = {
      write: (entity) => {
        const representation = extract(entity);
        if (!representation?.['__typename']) return null;
        rewrite?.(representation);
        return JSON.stringify(representation);
      },
      build: (entity) => {
        const representation = extract(entity);
        rewrite?.(representation);
        return toWire(representation) as JSONObject | null;
      },
    };
  }

  /** Whether other fetches can share representations with this one. */
  get shareable(): boolean {
    return this.rewrite === undefined;
  }

  of(typename: unknown): TypeRepresentation {
    const cached = this.types.get(typename);
    if (cached) return cached;
    const learnt = this.learn(typename);
    if (this.types.size < REMEMBERED) this.types.set(typename, learnt);
    return learnt;
  }

  private learn(typename: unknown): TypeRepresentation {
    if (this.rewrite || typeof typename !== 'string') return this.anyType;
    const matching: QueryPlanSelectionNode[][] = [];
    for (const selection of this.requires) {
      if (selection.kind !== 'InlineFragment' || !selection.typeCondition) return this.anyType;
      if (this.conditions.names(selection.typeCondition).has(typename)) matching.push(selection.selections);
    }
    const [selections] = matching;
    if (matching.length !== 1 || !selections || !isPlain(selections)) return this.anyType;
    const write = compileObject(selections);
    return { write: named(write), build: compileBuild(selections), ...keyFields(selections) };
  }
}

/** An entity without a type name cannot be fetched. */
function named(write: Write): Write {
  return (entity) => (entity['__typename'] ? write(entity) : null);
}

function keyFields(
  selections: readonly QueryPlanSelectionNode[],
): Pick<TypeRepresentation, 'only' | 'fields'> {
  const fields: string[] = [];
  for (const selection of selections) {
    if (selection.kind !== 'Field' || selection.selections) return {};
    if (selection.name !== '__typename') fields.push(selection.alias ?? selection.name);
  }
  const [only] = fields;
  return only !== undefined && fields.length === 1 ? { only } : { fields };
}

/** A key that is equal only for equal fields; undefined when one is not a scalar. */
export function keyOf(entity: JSONObject, fields: readonly string[]): string | undefined {
  let key = '';
  for (const field of fields) {
    const value = entity[field];
    // The length makes the key unambiguous; the quote separates strings from other scalars.
    if (typeof value === 'string') key += `${value.length}"${value}`;
    else if (typeof value === 'number' || typeof value === 'boolean' || value === null) key += `#${value}`;
    else return undefined;
  }
  return key;
}

/** Whether the selections are only fields, at every depth. */
function isPlain(selections: readonly QueryPlanSelectionNode[]): boolean {
  return selections.every((selection) => selection.kind === 'Field' && isPlain(selection.selections ?? []));
}

function compileObject(selections: readonly QueryPlanSelectionNode[]): Write {
  const fields = selections.flatMap((selection, index) => {
    if (selection.kind !== 'Field') return [];
    const { name, alias = name, selections: inner } = selection;
    const head = `${index === 0 ? '' : ','}${JSON.stringify(name)}:`;
    return [{ head, alias, write: inner ? compileInner(compileObject(inner)) : writeLeaf }];
  });
  return (entity) => {
    let text = '{';
    for (const { head, alias, write } of fields) {
      const value = own(entity, alias);
      // The fetch of the field has failed and its error is reported, so the entity is skipped.
      if (value === undefined) return null;
      text += head + write(value);
    }
    return `${text}}`;
  };
}

function compileInner(write: Write): (value: unknown) => string {
  const inner = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(inner).join()}]`;
    return isRecord(value) ? (write(value) ?? 'null') : 'null';
  };
  return inner;
}

function compileBuild(selections: readonly QueryPlanSelectionNode[]): Build {
  const fields = selections.flatMap((selection) => {
    if (selection.kind !== 'Field') return [];
    const { name, alias = name, selections: inner } = selection;
    return [{ name, alias, build: inner ? eachObject(compileBuild(inner)) : toWire }];
  });
  return (entity) => {
    const representation: JSONObject = {};
    for (const { name, alias, build } of fields) {
      const value = own(entity, alias);
      if (value === undefined) return null;
      assign(representation, name, build(value));
    }
    return representation;
  };
}

/** Strings without characters that JSON escapes, the common case. */
const UNESCAPED = /^[ !#-[\]-~]*$/;

function writeLeaf(value: unknown): string {
  if (typeof value === 'string' && UNESCAPED.test(value)) return `"${value}"`;
  return JSON.stringify(value) ?? 'null';
}
