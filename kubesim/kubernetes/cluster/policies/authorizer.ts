import { type Authorization, Authorizer } from '../../cel/authorizer.js';
import { dnsLabel, dnsSubdomain } from '../../kinds/formats.js';
import { decide } from '../../rbac/authorizer.js';
import type { ClusterStore } from '../../store/cluster-store.js';
import { type AdmissionRequest, type Requester, resourceOf, subjectOf } from './request.js';

/** The variable `authorizer` of the expressions for a request: it decides by the roles of the cluster. */
export function authorizerOf(store: ClusterStore, request: AdmissionRequest): Authorizer {
  const { attributes, subresource = '', user } = request;
  const { group, plural: resource } = resourceOf(request);
  const { name, namespace } = attributes ?? subjectOf(request)?.metadata ?? { name: '' };
  const requested = { group, resource, subresource, namespace: namespace ?? '', name };
  return new Authorizer(authorizationOf(store, user), requested);
}

function authorizationOf(store: ClusterStore, user: Requester): Authorization {
  return {
    decide: (check) => decide({ store }, user, check),
    ofServiceAccount(namespace, name) {
      if (dnsSubdomain(name).length > 0) throw new Error('Invalid service account name');
      if (dnsLabel(namespace).length > 0) throw new Error('Invalid service account namespace');
      const groups = [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ];
      return authorizationOf(store, { username: `system:serviceaccount:${namespace}:${name}`, groups });
    },
  };
}
