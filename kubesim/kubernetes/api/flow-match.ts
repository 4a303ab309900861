import type {
  FlowRule,
  FlowSchema,
  FlowSubject,
  NonResourceRule,
  ResourceRule,
} from '../kinds/flow-control-types.js';
import type { UserInfo } from '../rbac/user-info.js';

/** What flows select requests by. */
export interface FlowRequest {
  readonly user: UserInfo;
  readonly verb: string;
  readonly path: string;
  /** Absent for paths that are no resource's. */
  readonly resource?: RequestedResource | undefined;
}

interface RequestedResource {
  readonly group: string;
  /** `pods`, or `pods/log`. */
  readonly name: string;
  /** Empty for cluster-scoped kinds, and for lists over all namespaces. */
  readonly namespace: string;
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** The request as flows see it; nothing is checked. */
export function flowRequest(
  { method, path, user }: { readonly method: string; readonly path: string; readonly user: UserInfo },
  isWatch: boolean,
): FlowRequest {
  const [, root = '', ...parts] = path.split('/');
  const steps = parts.slice(ROOTS[root] ?? parts.length);
  if (steps.length === 0) return { user, path, verb: method.toLowerCase() };
  const isInside = steps[0] === 'namespaces' && steps.length > 2;
  const [name] = isInside ? steps.slice(3) : steps.slice(1);
  const resource = resourceOf(isInside ? steps.slice(2) : steps, isInside ? String(steps[1]) : '');
  return {
    ...{ user, path, verb: VERBS[method] ?? readVerb(method, name, isWatch) },
    resource: { ...resource, group: root === 'apis' ? String(parts[0]) : '' },
  };
}

function resourceOf([plural = '', , subresource]: readonly string[], namespace: string) {
  return { name: subresource === undefined ? plural : `${plural}/${subresource}`, namespace };
}

/** The steps of a version below the roots of the API. */
const ROOTS: Readonly<Record<string, number | undefined>> = { api: 1, apis: 2 };

function readVerb(method: string, name: string | undefined, isWatch: boolean): string {
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  if (name !== undefined) return 'get';
  return isWatch ? 'watch' : 'list';
}

/** Whether the flow selects the request. */
export function selects({ spec: { rules = [] } }: FlowSchema, request: FlowRequest): boolean {
  return rules.some((rule) => hasSubject(rule, request.user) && hasRequest(rule, request));
}

function hasSubject({ subjects = [] }: FlowRule, user: UserInfo): boolean {
  return subjects.some((subject) => isSubject(subject, user));
}

const ACCOUNT = 'system:serviceaccount';

function isSubject({ user, group, serviceAccount }: FlowSubject, { username, groups }: UserInfo): boolean {
  if (user) return isAny(user.name, [username]);
  if (group) return isAny(group.name, groups);
  if (!serviceAccount) return false;
  const { namespace = '', name = '' } = serviceAccount;
  const prefix = `${ACCOUNT}:${namespace}:`;
  return name === '*' ? username.startsWith(prefix) : username === `${prefix}${name}`;
}

/** Whether the name is `*` or one of the names. */
function isAny(name: string | undefined, names: readonly string[]): boolean {
  return name === '*' || (name !== undefined && names.includes(name));
}

/** Whether the list has `*` or the name. */
function has(list: readonly string[] | undefined, name: string): boolean {
  return !!list && (list.includes('*') || list.includes(name));
}

function hasRequest({ resourceRules = [], nonResourceRules = [] }: FlowRule, request: FlowRequest): boolean {
  const { resource, verb } = request;
  return resource
    ? resourceRules.some((rule) => has(rule.verbs, verb) && hasResource(rule, resource))
    : nonResourceRules.some((rule) => has(rule.verbs, verb) && hasPath(rule, request.path));
}

function hasResource(
  { apiGroups, resources, namespaces, clusterScope }: ResourceRule,
  { group, name, namespace }: RequestedResource,
): boolean {
  if (!has(apiGroups, group) || !has(resources, name)) return false;
  return namespace === '' ? !!clusterScope : has(namespaces, namespace);
}

function hasPath({ nonResourceURLs = [] }: NonResourceRule, path: string): boolean {
  return nonResourceURLs.some(
    (url) => url === '*' || url === path || (url.endsWith('/*') && path.startsWith(url.slice(0, -1))),
  );
}
