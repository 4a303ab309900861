import { flag, type ApiCall } from './call.js';
import type { Target } from './path.js';
import type { ResourceAttributes } from './rbac/attributes.js';
import { authorize } from './rbac/authorizer.js';

/** Throws ApiError 403 if the caller may not perform the request on its target. */
export function authorizeTarget(call: ApiCall, target: Target): void {
  authorize(call.cluster, call.user, attributesOf(call, target));
}

/** Throws ApiError 403 if the caller may not create the object, which an apply would. */
export function authorizeCreation(call: ApiCall, target: Target): void {
  authorize(call.cluster, call.user, { ...attributesOf(call, target), verb: 'create' });
}

/** Throws ApiError 403 if the caller may not read a non-resource path, e.g. `/metrics`. */
export function authorizePath({ cluster, user, path, method }: ApiCall): void {
  authorize(cluster, user, { verb: method.toLowerCase(), path });
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

function verbOf({ method, query }: ApiCall, { name, subresource }: Target): string {
  if (method === 'GET') {
    if (subresource || name !== undefined) return 'get';
    return flag(query, 'watch') ? 'watch' : 'list';
  }
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? method.toLowerCase();
}
