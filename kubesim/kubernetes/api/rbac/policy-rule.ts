import { type Attributes, type ResourceAttributes, resourcePath } from './attributes.js';

/** PolicyRule of rbac.authorization.k8s.io/v1. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  /** `pods`, `pods/log`, `*` (subresources too), or `*` and a subresource. */
  readonly resources?: readonly string[];
  /** Empty or omitted: all names. */
  readonly resourceNames?: readonly string[];
  /** Paths; a trailing `*` matches by prefix. */
  readonly nonResourceURLs?: readonly string[];
}

/** Whether the rule allows the request. */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!includesOrAll(rule.verbs, attributes.verb)) return false;
  if ('path' in attributes)
    return (rule.nonResourceURLs ?? []).some((url) => pathMatches(url, attributes.path));
  return allowsResource(rule, attributes) && allowsName(rule, attributes);
}

function allowsResource(
  { apiGroups = [], resources = [] }: PolicyRule,
  attributes: ResourceAttributes,
): boolean {
  if (!includesOrAll(apiGroups, attributes.group)) return false;
  const { subresource } = attributes;
  if (includesOrAll(resources, resourcePath(attributes))) return true;
  return !!subresource && resources.includes(`*/${subresource}`);
}

function allowsName({ resourceNames = [] }: PolicyRule, { name = '' }: ResourceAttributes): boolean {
  return resourceNames.length === 0 || resourceNames.includes(name);
}

function includesOrAll(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function pathMatches(url: string, path: string): boolean {
  return url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : url === path;
}
