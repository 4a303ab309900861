import { type AggregatedTarget, aggregatedTarget } from './aggregated-path.js';
import { flag, type ApiCall } from './call.js';
import { namesOf, parseTarget, type Target, watchedPath } from './path.js';
import { decodeSegment } from './request-target.js';
import { forbiddenObject, type ResourceAttributes } from '../rbac/attributes.js';
import { authorize, decide } from '../rbac/authorizer.js';
import { effectiveUser } from '../rbac/impersonation.js';
import type { UserInfo } from '../rbac/user-info.js';
import { ApiError } from '../kinds/status.js';

/** Throws ApiError 403 if the caller may not perform the request on its target. */
export function authorizeTarget(call: ApiCall, target: Target): void {
  const attributes = attributesOf(call, target);
  authorize(call.cluster, call.user, attributes);
  if (attributes.verb === 'get' && needsCreate(call, target)) authorizeConnection(call, attributes);
}

/** Subresources by which a client acts in a container, though a WebSocket begins with GET. */
const CONNECTIONS: readonly (string | undefined)[] = ['exec', 'attach', 'portforward'];
/** The first minor version of Kubernetes whose API server asks for `create` of them. */
const CREATE_NEEDED_SINCE = 35;

function needsCreate({ version }: ApiCall, { subresource }: Target): boolean {
  return CONNECTIONS.includes(subresource) && Number(version.split('.')[1]) >= CREATE_NEEDED_SINCE;
}

/** Throws ApiError 403, as an API server with an empty reason, if the user may not create the subresource. */
function authorizeConnection({ cluster, user }: ApiCall, attributes: ResourceAttributes): void {
  const { allowed, reason = '' } = decide(cluster, user, { ...attributes, verb: 'create' });
  if (!allowed) throw forbiddenObject(attributes, reason);
}

/** Throws ApiError 403 if the caller may not create the object, which an apply would. */
export function authorizeCreation(call: ApiCall, target: Target): void {
  authorize(call.cluster, call.user, { ...attributesOf(call, target), verb: 'create' });
}

/** Throws ApiError 403 if the caller may not read a non-resource path, e.g. `/metrics`. */
export function authorizePath({ cluster, user, path, method }: ApiCall): void {
  authorize(cluster, user, { verb: method.toLowerCase(), path });
}

/**
 * Throws ApiError 403 if the caller may not perform a request whose path no resource has: API servers authorize by the path
 * alone, so that a caller without rights does not learn what they serve.
 */
export function authorizeUnknown(call: ApiCall): void {
  const watched = watchedPath(call.path);
  const [root, ...rest] = (watched ?? call.path).split('/').slice(1).map(decodeSegment);
  const [group = '', , ...steps] = root === 'api' ? ['', ...rest] : rest;
  if ((root !== 'api' && root !== 'apis') || steps.length === 0) return authorizePath(call);
  const { resource = '', ...named } = namesOf(steps);
  const verb = watched ? 'watch' : verbOf(call, named);
  authorize(call.cluster, call.user, { verb, group, resource, ...named });
}

/** Whether the requester of a stream may still act as its user, and the user may still read its target. */
export function mayStillRead(call: ApiCall, requester: UserInfo): boolean {
  try {
    const watched = watchedPath(call.path);
    const aggregated = aggregatedTarget(call);
    if (aggregated) {
      authorizeAggregated(
        { ...call, user: effectiveUser(call.cluster, requester, call.request) },
        aggregated,
      );
      return true;
    }
    const target = parseTarget(call.cluster.resources, watched ?? call.path);
    if (!target) return false;
    const user = effectiveUser(call.cluster, requester, call.request);
    authorizeTarget({ ...call, user }, watched === undefined ? target : { ...target, name: undefined });
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/** Throws ApiError 403 if the caller may not perform the request, which another server will handle. */
export function authorizeAggregated(call: ApiCall, target: AggregatedTarget): void {
  const { group, isWatch, resource, namespace, name, subresource } = target;
  if (resource === undefined) return authorizePath(call);
  authorize(call.cluster, call.user, {
    verb: isWatch ? 'watch' : verbOf(call, { name, subresource }),
    ...{ group, resource, subresource, namespace },
    name: name ?? selectedName(call),
  });
}

function attributesOf(call: ApiCall, target: Target): ResourceAttributes {
  const { served, namespace, name, subresource } = target;
  const { plural } = served.type;
  return {
    verb: verbOf(call, target),
    group: served.group,
    resource: plural,
    subresource,
    // API servers report a namespace as being in itself.
    namespace: namespace ?? (plural === 'namespaces' ? name : undefined),
    name: name ?? selectedName(call),
  };
}

/** The name that a list or watch selects: a rule for this name allows it. */
function selectedName({ method, query }: ApiCall): string | undefined {
  if (method !== 'GET') return undefined;
  const terms = (query.get('fieldSelector') ?? '').split(',');
  return terms
    .map((term) => /^metadata\.name==?([^=!/%]+)$/.exec(term)?.[1])
    .find((name) => name !== undefined);
}

/** The object that a path names, and its subresource. */
type NamedObject = Readonly<Partial<Record<'name' | 'subresource', string | undefined>>>;

function verbOf({ method, query }: ApiCall, { name, subresource }: NamedObject): string {
  if (method === 'GET') {
    if (subresource || name !== undefined) return 'get';
    return flag(query, 'watch') ? 'watch' : 'list';
  }
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  if (method === 'HEAD') return 'get';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? '';
}
