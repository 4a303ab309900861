import type { ApiCall } from './call.js';
import type { Target } from './path.js';
import type { ResourceAttributes } from './rbac/attributes.js';
import { authorize } from './rbac/authorizer.js';

/** Throws ApiError 403 if the caller may not perform the request on its target. */
export function authorizeTarget(call: ApiCall, target: Target): void {
  authorize(call.user, attributesOf(call, target));
}

/** Throws ApiError 403 if the caller may not read a non-resource path, e.g. `/metrics`. */
export function authorizePath({ user, path, method }: ApiCall): void {
  authorize(user, { verb: method.toLowerCase(), path });
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
    name,
  };
}

function verbOf({ method, query }: ApiCall, { name }: Target): string {
  if (method === 'GET') {
    if (query.get('watch') === 'true' || query.get('watch') === '1') return 'watch';
    return name === undefined ? 'list' : 'get';
  }
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? method.toLowerCase();
}
