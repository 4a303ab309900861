import { toCel } from '../../cel/values.js';
import { namespaces } from '../../kinds/nodes.js';
import type { ClusterStore } from '../../store/cluster-store.js';
import { authorizerOf } from './authorizer.js';
import { type AdmissionRequest, kindOf, resourceOf, subjectOf } from './request.js';

/** The values of the variables of a policy, as CEL has them. */
export type Values = Readonly<Record<string, unknown>>;

/** The variables of the expressions for a request. */
export function valuesOf(store: ClusterStore, request: AdmissionRequest): Values {
  const { operation, subresource, object, old, user, dryRun } = request;
  const { name, namespace } = subjectOf(request)?.metadata ?? { name: '' };
  const kind = kindOf(request);
  const { plural, ...version } = resourceOf(request);
  const resource = { ...version, resource: plural };
  const namespaceObject = namespace ? store.get(namespaces, '', namespace) : undefined;
  const values = {
    object: object ?? null,
    oldObject: old ?? null,
    namespaceObject: namespaceObject ?? null,
    request: {
      ...{ kind, resource, requestKind: kind, requestResource: resource, name, operation, dryRun },
      ...{
        subResource: subresource ?? '',
        requestSubResource: subresource ?? '',
        namespace: namespace ?? '',
      },
      userInfo: user,
    },
  };
  const converted = Object.entries(values).map(([key, value]) => [key, toCel(value)] as const);
  return { ...Object.fromEntries(converted), authorizer: authorizerOf(store, request) };
}
