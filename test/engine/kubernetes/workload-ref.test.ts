import { describe, expect, test } from 'vitest';
import { decodeWorkloadId, encodeWorkloadId } from '../../../engine/kubernetes/workload-ref.js';

const ref = { clusterId: 'cluster_a', kind: 'DEPLOYMENT', namespace: 'shop', name: 'web' } as const;

describe('the id of a workload', () => {
  test('encodes cluster, kind, namespace and name', () => {
    expect(decodeWorkloadId(encodeWorkloadId(ref))).toEqual(ref);
  });

  const encoded = (text: string) => `workload_${Buffer.from(text).toString('base64url')}`;
  test.each([
    ['has no prefix', 'web'],
    ['is empty', 'workload_'],
    ['has an unknown kind', encoded('cluster_a/POD/shop/web')],
    ['has the kind of an inherited property', encoded('cluster_a/toString/shop/web')],
    ['lacks the name', encoded('cluster_a/DEPLOYMENT/shop')],
    ['has a fifth part', encoded('cluster_a/DEPLOYMENT/shop/web/more')],
    ['has an empty name', encoded('cluster_a/DEPLOYMENT/shop/')],
    ['is not in canonical form', `${encodeWorkloadId(ref)}=`],
    ['has a namespace `..`', encoded('cluster_a/DEPLOYMENT/../web')],
    ['has an invalid name', encoded('cluster_a/DEPLOYMENT/shop/we b')],
    ['is too long', encoded('x'.repeat(10_000))],
  ])('is rejected when it %s', (_what, id) => {
    expect(decodeWorkloadId(id)).toBeUndefined();
  });
});
