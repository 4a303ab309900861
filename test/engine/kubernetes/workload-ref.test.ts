import { describe, expect, test } from 'vitest';
import { decodeWorkloadId, encodeWorkloadId } from '../../../engine/kubernetes/workload-ref.js';

const ref = { clusterId: 'cluster_a', kind: 'DEPLOYMENT', namespace: 'shop', name: 'web' } as const;

describe('the id of a workload', () => {
  test('stands for cluster, kind, namespace and name', () => {
    expect(decodeWorkloadId(encodeWorkloadId(ref))).toEqual(ref);
  });

  const encoded = (text: string) => `workload_${Buffer.from(text).toString('base64url')}`;
  test.each([
    ['no id', 'web'],
    ['empty', 'workload_'],
    ['of an unknown kind', encoded('cluster_a/POD/shop/web')],
    ['of an inherited property as its kind', encoded('cluster_a/toString/shop/web')],
    ['too short', encoded('cluster_a/DEPLOYMENT/shop')],
    ['too long', encoded('cluster_a/DEPLOYMENT/shop/web/more')],
    ['without a name', encoded('cluster_a/DEPLOYMENT/shop/')],
    ['written another way', `${encodeWorkloadId(ref)}=`],
    ['a way to another path', encoded('cluster_a/DEPLOYMENT/../web')],
    ['of a name that no object has', encoded('cluster_a/DEPLOYMENT/shop/we b')],
    ['huge', encoded('x'.repeat(10_000))],
  ])('is none when it is %s', (_what, id) => {
    expect(decodeWorkloadId(id)).toBeUndefined();
  });
});
