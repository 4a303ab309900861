import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import { analyzeDocument } from '../../document/analyze-document.js';
import { type ConditionValue, conditionValue } from '../data/conditions.js';
import type { JSONObject } from '../data/json-object.js';
import type { TypeConditions } from '../../supergraph/type-conditions.js';
import { ObjectShape } from './object-shape.js';
import { type Complete, FAILED, type ShapeBounds } from './shape-run.js';

export interface ShapedResponse {
  readonly data: JSONObject | null;
  /** Errors where fetched data does not match the schema. */
  readonly errors: readonly GraphQLError[];
  /** Missing fields of absent entities that are null in the response; not reported. */
  readonly absences: readonly GraphQLError[];
}

export interface ShapeOptions {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** The API schema. */
  readonly schema: GraphQLSchema;
  /** The full schema. */
  readonly full: GraphQLSchema;
  /** Type conditions of the API schema. */
  readonly conditions: TypeConditions;
  /** Denied fields, which are always null; default none. */
  readonly denied?: ReadonlySet<FieldNode> | undefined;
}

/**
 * The response shape of an operation: selects the requested fields of fetched data in order, with null for
 * missing values. Compiled once for each combination of `@skip` and `@include` in use.
 */
export class ResponseShape {
  /** Shapes by the conditions in use, for an operation with `@skip` or `@include`. */
  private variants: LRUCache<string, Complete> | undefined;
  /** The shape of an operation without them. */
  private only: Complete | undefined;
  private readonly switches: ReadonlyMap<string, ConditionValue>;
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(private readonly options: ShapeOptions) {
    const { document, operation } = options;
    const { switches } = analyzeDocument(document);
    this.switches = new Map([...switches].map((name) => [name, conditionValue(operation, name)]));
    this.fragments = fragmentsOf(document);
  }

  /**
   * Builds the response from fetched data, over several turns when it is large. Does not modify the data. Fails
   * with RESPONSE_TOO_LARGE beyond the bounds.
   */
  shape(
    fetched: JSONObject,
    variables: Readonly<Record<string, unknown>>,
    bounds: ShapeBounds,
  ): MaybePromise<ShapedResponse> {
    const found: ResponseErrors = { errors: [], absences: [] };
    const data = this.variant(variables)(fetched, 0, { path: [], variables, ...found, ...bounds });
    return data instanceof Promise ? data.then((later) => shaped(later, found)) : shaped(data, found);
  }

  private variant(variables: Readonly<Record<string, unknown>>): Complete {
    if (this.switches.size === 0) return (this.only ??= this.compile(variables));
    let key = '';
    for (const holds of this.switches.values()) key += holds(variables) ? '1' : '0';
    this.variants ??= new LRUCache<string, Complete>({ max: 64 });
    const cached = this.variants.get(key);
    if (cached) return cached;
    const compiled = this.compile(variables);
    this.variants.set(key, compiled);
    return compiled;
  }

  private compile(variables: Readonly<Record<string, unknown>>): Complete {
    const { schema, full, conditions, operation, denied } = this.options;
    const type = schema.getRootType(operation.operation);
    if (!type) throw new Error(`the schema has no ${operation.operation}`);
    const on = new Set([...this.switches].filter(([, holds]) => holds(variables)).map(([name]) => name));
    const compilation = {
      schema,
      full,
      conditions,
      operation,
      denied,
      fragments: this.fragments,
      included: (selection: SelectionNode) =>
        (selection.directives ?? []).every((directive) => includes(directive, on)),
    };
    return new ObjectShape(compilation, [{ set: operation.selectionSet, type }]).complete;
  }
}

interface ResponseErrors {
  readonly errors: GraphQLError[];
  readonly absences: GraphQLError[];
}

function shaped(data: unknown, found: ResponseErrors): ShapedResponse {
  return { data: data === FAILED ? null : (data as JSONObject | null), ...found };
}

function includes(directive: DirectiveNode, on: ReadonlySet<string>): boolean {
  const name = directive.name.value;
  if (name !== 'skip' && name !== 'include') return true;
  const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
  const holds =
    value?.kind === Kind.VARIABLE ? on.has(value.name.value) : value?.kind === Kind.BOOLEAN && value.value;
  return holds === (name === 'include');
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
}
