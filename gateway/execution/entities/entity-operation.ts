import type { FetchNode } from '@apollo/query-planner';
import type { RequestTemplates } from '../../upstream/call/request-templates.js';
import type { RequestTemplate } from '../../upstream/call/serialized-request.js';

/** The operation of a fetch of entities. */
export interface EntityOperation {
  readonly serviceName: string;
  readonly template: RequestTemplate;
  /** Names of the client's variables that it uses. */
  readonly variables: readonly string[];
  /** Whether a fetch with the same operation may be asked together with it. */
  readonly shareable: boolean;
}

/** Reads it from the plan. */
export function entityOperation(
  { operation, serviceName, variableUsages = [] }: FetchNode,
  templates: RequestTemplates,
  shareable: boolean,
): EntityOperation {
  return { serviceName, template: templates.of(operation), variables: variableUsages, shareable };
}
