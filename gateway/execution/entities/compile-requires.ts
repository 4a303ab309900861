import { isRecord } from '../../../kernel/is-record.js';
import type { QueryPlanInlineFragmentNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { type JSONObject, assign, merge, own } from '../data/json-object.js';
import type { TypeConditions } from '../../supergraph/type-conditions.js';

/** Extracts the representation of an entity; null when a field is missing. */
export type Extract = (entity: JSONObject) => JSONObject | null;

/** Adds to a representation; returns false when a required field is missing. */
type Part = (entity: JSONObject, to: JSONObject) => boolean;

/** Compiles the selections that a fetch requires of its entities. */
export function compileRequires(
  selections: readonly QueryPlanSelectionNode[],
  conditions: TypeConditions,
): Extract {
  const parts = selections.map((selection) => compilePart(selection, conditions));
  return (entity) => {
    const representation: JSONObject = {};
    for (const part of parts) if (!part(entity, representation)) return null;
    return representation;
  };
}

function compilePart(selection: QueryPlanSelectionNode, conditions: TypeConditions): Part {
  if (selection.kind === 'InlineFragment') return fragmentPart(selection, conditions);
  const { name, alias = name } = selection;
  const extract = selection.selections && compileRequires(selection.selections, conditions);
  const map = extract && eachObject(extract);
  return (entity, to) => {
    const value = own(entity, alias);
    // The fetch of the field has failed and its error is reported, so the entity is skipped.
    if (value === undefined) return false;
    assign(to, name, map ? map(value) : value);
    return true;
  };
}

function fragmentPart(
  { typeCondition, selections }: QueryPlanInlineFragmentNode,
  conditions: TypeConditions,
): Part {
  if (!typeCondition) return () => true;
  const names = conditions.names(typeCondition);
  const extract = compileRequires(selections, conditions);
  return (entity, to) => {
    if (!names.has(String(entity['__typename']))) return true;
    const extracted = extract(entity);
    if (extracted) merge(to, extracted);
    return true;
  };
}

/** Applies to an object or to each object of a list; other values become null. */
export function eachObject(extract: Extract): (value: unknown) => unknown {
  const map = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(map);
    return isRecord(value) ? extract(value) : null;
  };
  return map;
}
