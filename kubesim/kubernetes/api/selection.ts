import type { KubeObject } from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';
import { fieldOf } from '../kinds/field-selectors.js';
import { parseLabelSelector } from '../kinds/label-selector-text.js';
import { parseFieldSelector, satisfies, type Predicate } from '../kinds/selector.js';
import type { Target } from './path.js';
import { badRequest } from '../kinds/status.js';

/** What a selection reads of a target. */
interface Selectable {
  readonly served: Pick<Target['served'], 'type'>;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** Predicate of a list, watch or deletecollection. Throws ApiError on malformed selectors. */
export function selection(target: Selectable, query: URLSearchParams): Predicate {
  const { type } = target.served;
  const { namespace, name } = target;
  const labels = labelTerms(query.get('labelSelector') ?? '');
  const fields = fieldPredicates(type, query.get('fieldSelector') ?? '');
  return (object: KubeObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    labels.every((term) => satisfies(object.metadata.labels, term)) &&
    fields.every((satisfied) => satisfied(object));
}

function labelTerms(text: string): ReturnType<typeof parseLabelSelector> {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : text);
  }
}

function fieldPredicates(type: ResourceType, text: string): Predicate[] {
  try {
    return parseFieldSelector(text).map(({ field, equal, value }) => {
      const read = fieldOf(type, field);
      return (object) => (read(object) === value) === equal;
    });
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : text);
  }
}
