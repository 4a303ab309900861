import { expect, test } from 'vitest';
import {
  type ObservedCluster,
  WatchedClusters,
} from '../../../subgraphs/clusters/model/watch-clusters.rules.js';

type Step = [Partial<ObservedCluster> | 'requested', string | undefined];
const sighting = { id: 'c', resourceVersion: 1n, listed: true };

test.each<[string, boolean, Step[]]>([
  [
    'a new cluster is added once',
    false,
    [
      ['requested', undefined],
      [{}, 'ADDED'],
      [{}, undefined],
    ],
  ],
  [
    'a change is reported once',
    false,
    [
      [{}, 'ADDED'],
      [{ resourceVersion: 2n }, 'MODIFIED'],
      [{ resourceVersion: 2n }, undefined],
    ],
  ],
  [
    'a cluster that never matched is not reported',
    false,
    [
      [{ listed: false }, undefined],
      [{ listed: false, resourceVersion: 2n }, undefined],
    ],
  ],
  [
    'what leaves and comes back is deleted and added',
    false,
    [
      [{}, 'ADDED'],
      [{ listed: false }, 'DELETED'],
      [{ listed: false }, undefined],
      [{}, 'ADDED'],
    ],
  ],
  [
    'after a resume a change is a modification',
    true,
    [
      [{}, 'MODIFIED'],
      [{}, undefined],
    ],
  ],
  [
    'after a resume what does not match is deleted once',
    true,
    [
      [{ listed: false }, 'DELETED'],
      [{ listed: false }, undefined],
    ],
  ],
  [
    'after a resume a cluster made since is added',
    true,
    [
      ['requested', undefined],
      [{}, 'ADDED'],
    ],
  ],
  [
    'after a resume a cluster made since that does not match is not reported',
    true,
    [
      ['requested', undefined],
      [{ listed: false }, undefined],
    ],
  ],
])('%s', (_, inDoubt, steps) => {
  const watched = new WatchedClusters(() => inDoubt);
  for (const [step, expected] of steps) {
    if (step === 'requested') watched.requested('c');
    else expect(watched.see({ ...sighting, ...step })).toBe(expected);
  }
});
