import type { FetchNode } from '@apollo/query-planner';
import type { RequestTemplates } from '../../upstream/call/request-templates.js';
import type { RequestTemplate } from '../../upstream/call/serialized-request.js';

/** The operation of a fetch of entities. */
export interface EntityOperation {
  readonly serviceName: string;
  readonly template: RequestTemplate;
  /** Names of the client variables it uses. */
  readonly variables: readonly string[];
  /** Whether it can share a request with a fetch of the same operation. */
  readonly shareable: boolean;
}

/** Reads the operation of a fetch node. */
export function entityOperation(
  { operation, serviceName, variableUsages = [] }: FetchNode,
  templates: RequestTemplates,
  shareable: boolean,
): EntityOperation {
  return { serviceName, template: templates.of(operation), variables: variableUsages, shareable };
}
