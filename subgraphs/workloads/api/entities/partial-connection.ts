import type { Page } from '../../../../kernel/page.js';
import type { Problem } from '../../../../kernel/result.js';
import {
  type ConnectionOptions,
  type ConnectionValue,
  toConnection,
} from '../../../runtime/graph/connection.type.js';

/** A page, and why some of its items could not be read. */
export interface PartialPage<T> extends Page<T> {
  readonly problems: readonly Problem[];
}

/** A connection, and why some of its items could not be read. */
export interface PartialConnection<T> extends ConnectionValue<T> {
  readonly problems: readonly Problem[];
}

export function toPartialConnection<T>(
  page: PartialPage<T>,
  options: ConnectionOptions<T>,
): PartialConnection<T> {
  return { ...toConnection(page, options), problems: page.problems };
}

/** Description of the field `problems` of a partial connection. */
export const PROBLEMS_DESCRIPTION =
  'Why items are missing: clusters whose Kubernetes API is unavailable now (KUBERNETES_UNAVAILABLE) or rejected the read. Empty when the list is complete.';
