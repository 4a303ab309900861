import type { KubeObject } from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';
import {
  parseFieldSelector,
  parseLabelSelector,
  satisfies,
  satisfiesField,
  type FieldTerm,
  type Predicate,
} from '../kinds/selector.js';
import type { Target } from './path.js';
import { badRequest } from '../kinds/status.js';

const ALWAYS_SELECTABLE = new Set(['metadata.name', 'metadata.namespace']);

/** Predicate of a list, watch or deletecollection. Throws ApiError on malformed selectors. */
export function selection(target: Target, query: URLSearchParams): Predicate {
  const { type } = target.served;
  const { namespace, name } = target;
  const labels = labelTerms(query.get('labelSelector') ?? '');
  const fields = fieldTerms(type, query.get('fieldSelector') ?? '');
  return (object: KubeObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    labels.every((term) => satisfies(object.metadata.labels, term)) &&
    fields.every((term) => satisfiesField(object, term));
}

function labelTerms(text: string): ReturnType<typeof parseLabelSelector> {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw badRequest(`unable to parse label selector: ${error instanceof Error ? error.message : text}`);
  }
}

function fieldTerms(type: ResourceType, text: string): FieldTerm[] {
  try {
    const terms = parseFieldSelector(text);
    const unknown = terms.find(
      ({ field }) => !ALWAYS_SELECTABLE.has(field) && !type.selectableFields.includes(field),
    );
    if (unknown) throw new Error(`field label not supported: ${unknown.field}`);
    return terms;
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : text);
  }
}
