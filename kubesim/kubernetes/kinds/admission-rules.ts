import { invalidValue, required, unsupported } from '../schema/causes.js';
import type { Cause } from './resource.js';

/** Operations on resources that a webhook or a policy is for. */
export interface OperationRule {
  readonly apiGroups?: readonly string[];
  readonly apiVersions?: readonly string[];
  readonly operations?: readonly string[];
  readonly resources?: readonly string[];
  readonly scope?: string;
}

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

/** Validates the rules of a webhook. */
export function operationRuleCauses(field: string, rules: readonly OperationRule[] = []): Cause[] {
  return rules.flatMap((rule, index) => ruleCauses(`${field}[${index}]`, rule));
}

function ruleCauses(field: string, rule: OperationRule): Cause[] {
  const { apiGroups = [], apiVersions = [], operations = [], scope } = rule;
  return [
    ...listCauses(`${field}.operations`, operations, 'operations'),
    ...operations.flatMap((operation, index) =>
      OPERATIONS.includes(operation)
        ? []
        : [unsupported(`${field}.operations[${index}]`, operation, OPERATIONS)],
    ),
    ...listCauses(`${field}.apiGroups`, apiGroups, 'API groups'),
    ...listCauses(`${field}.apiVersions`, apiVersions, 'API versions'),
    ...apiVersions.flatMap((version, index) => (version ? [] : [required(`${field}.apiVersions[${index}]`)])),
    ...resourcesCauses(`${field}.resources`, rule.resources),
    ...(scope === undefined || SCOPES.includes(scope) ? [] : [unsupported(`${field}.scope`, scope, SCOPES)]),
  ];
}

function listCauses(field: string, list: readonly string[], what: string): Cause[] {
  if (list.length === 0) return [required(field)];
  if (list.length === 1 || !list.includes('*')) return [];
  return [invalidValue(field, list, `if '*' is present, must not specify other ${what}`)];
}

function resourcesCauses(field: string, resources: readonly string[] = []): Cause[] {
  if (resources.length === 0) return [required(field)];
  const isPlain = (resource: string) => resource !== '*' && !resource.includes('/');
  return [
    ...resources.flatMap((resource, index) => {
      const at = `${field}[${index}]`;
      return resource ? coveredCauses(at, resource, resources.slice(0, index)) : [required(at)];
    }),
    ...(resources.length > 1 && resources.includes('*/*')
      ? [invalidValue(field, resources, "if '*/*' is present, must not specify other resources")]
      : []),
    ...(resources.includes('*') && resources.some(isPlain)
      ? [
          invalidValue(
            field,
            resources,
            "if '*' is present, must not specify other resources without subresources",
          ),
        ]
      : []),
  ];
}

/** Causes of a subresource that an earlier wildcard covers. */
function coveredCauses(field: string, resource: string, earlier: readonly string[]): Cause[] {
  const [plural = '', subresource] = splitOnce(resource);
  if (subresource === undefined) return [];
  return [`${plural}/*`, `*/${subresource}`]
    .filter((wildcard) => earlier.includes(wildcard))
    .map((wildcard) =>
      invalidValue(field, resource, `if '${wildcard}' is present, must not specify ${resource}`),
    );
}

function splitOnce(resource: string): [string, string | undefined] {
  const slash = resource.indexOf('/');
  return slash < 0 ? [resource, undefined] : [resource.slice(0, slash), resource.slice(slash + 1)];
}
