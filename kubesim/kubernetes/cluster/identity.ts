import { createHash } from 'node:crypto';
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
    const hash = createHash('sha256').update(`${uid}/${type.id}/${namespace}/${name}`).digest('hex');
    return { uid: uuidOf(hash), creationTimestamp, resourceVersion };
  };
}

/** A UUID of version 8 (RFC 9562): its bits are the application's. */
function uuidOf(hash: string): string {
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`];
  return [...parts, hash.slice(20, 32)].join('-');
}
