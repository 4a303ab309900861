import { hash } from 'node:crypto';
import type { Metadata } from '../kinds/object.js';
import { namespaces } from '../kinds/nodes.js';
import type { ResourceType } from '../kinds/resource.js';
import type { ClusterContext } from './context.js';

/** The metadata of an object that each start of a cluster makes again. */
type Identity = Pick<Metadata, 'uid' | 'creationTimestamp' | 'resourceVersion'>;

/** The identity of an object, which is that of the cluster: its namespace `kube-system` is never deleted. */
export function identityOf({
  store,
}: ClusterContext): (type: ResourceType, metadata: Partial<Metadata>) => Identity {
  const system = store.get(namespaces, '', 'kube-system');
  if (!system) throw new Error('the cluster has no namespace kube-system');
  const { uid, creationTimestamp, resourceVersion } = system.metadata;
  return (type, { namespace = '', name = '' }) => {
    const digest = hash('sha256', `${uid}/${type.id}/${namespace}/${name}`, 'hex');
    return { uid: uuidOf(digest), creationTimestamp, resourceVersion };
  };
}

/** A UUID of version 8 (RFC 9562): its bits are the application's. */
function uuidOf(digest: string): string {
  const variant = `8${digest.slice(13, 16)}-8${digest.slice(17, 20)}`;
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-${variant}-${digest.slice(20, 32)}`;
}
