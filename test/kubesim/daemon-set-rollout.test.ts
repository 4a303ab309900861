import { expect, test } from 'vitest';
import { keptOf, planRollout } from '../../kubesim/kubernetes/controllers/daemon-set-rollout.js';
import type { Pod } from '../../kubesim/kubernetes/kinds/core.js';
import type { DaemonSet } from '../../kubesim/kubernetes/kinds/workloads.js';

const podOf = (name: string) => ({ metadata: { name } }) as Pod;
const nameOf = ({ metadata }: Pod) => metadata.name;
/** `old`, `new`; `+` for ready, `!` for available. */
const tests = {
  isCurrent: (pod: Pod) => nameOf(pod).startsWith('new'),
  isReady: (pod: Pod) => /[+!]$/.test(nameOf(pod)),
  isAvailable: (pod: Pod) => nameOf(pod).endsWith('!'),
};

function daemonSet(rollingUpdate: object, type = 'RollingUpdate'): DaemonSet {
  return { spec: { updateStrategy: { type, rollingUpdate } } } as DaemonSet;
}

const SURGE = daemonSet({ maxSurge: 1, maxUnavailable: 0 });
const REPLACE = daemonSet({ maxUnavailable: 1 });

test.each([
  ['the oldest without a surge', REPLACE, ['old!', 'new!'], ['old!']],
  ['one of each template in a surge', SURGE, ['old!', 'new'], ['new', 'old!']],
  ['an old one until the new one is available', SURGE, ['old!', 'new+'], ['new+', 'old!']],
  ['the new one as soon as it is available', SURGE, ['old!', 'new!'], ['new!']],
  ['the new one if the old one is not ready', SURGE, ['old', 'new'], ['new']],
  ['the oldest of several old ones', SURGE, ['old!', 'old2'], ['old!']],
])('keeps %s', (_what, set, own, kept) => {
  const { current, old } = keptOf(set, own.map(podOf), tests);
  expect([current, old].flatMap((pod) => (pod ? [nameOf(pod)] : []))).toEqual(kept);
});

/** The pods of nodes a, b …: `old!` or `new+ old!`. */
function plan(set: DaemonSet, ...nodes: readonly string[]) {
  const names = nodes.map((_, index) => String.fromCharCode(97 + index));
  const present = nodes.flatMap((text, index) => {
    const own = text.split(' ').filter(Boolean).map(podOf);
    const current = own.find(tests.isCurrent);
    const old = own.find((pod) => !tests.isCurrent(pod));
    return own.length > 0
      ? [[names[index] ?? '', { ...(current && { current }), ...(old && { old }) }] as const]
      : [];
  });
  const { remove, surge } = planRollout(set, {
    names: new Set(names),
    present: new Map(present),
    isAvailable: tests.isAvailable,
  });
  return { remove: remove.map(({ node }) => node), surge: [...surge] };
}

test.each([
  ['removes as many old pods as may be unavailable', REPLACE, ['old!', 'old!'], { remove: ['a'], surge: [] }],
  ['waits while a new pod is unavailable', REPLACE, ['new', 'old!'], { remove: [], surge: [] }],
  ['waits while a pod is missing', REPLACE, ['', 'old!'], { remove: [], surge: [] }],
  [
    'removes unavailable old pods at once',
    REPLACE,
    ['old', 'old', 'old!'],
    { remove: ['a', 'b'], surge: [] },
  ],
  ['adds as many new pods as it may surge', SURGE, ['old!', 'old!'], { remove: [], surge: ['a'] }],
  ['waits while a surging pod is unavailable', SURGE, ['new+ old!', 'old!'], { remove: [], surge: [] }],
  ['goes on when a new pod has replaced the old one', SURGE, ['new!', 'old!'], { remove: [], surge: ['b'] }],
  [
    'adds a pod wherever the old one is unavailable',
    SURGE,
    ['old', 'old', 'old!'],
    { remove: [], surge: ['a', 'b', 'c'] },
  ],
  ['changes nothing for OnDelete', daemonSet({}, 'OnDelete'), ['old', 'old!'], { remove: [], surge: [] }],
])('%s', (_what, set, nodes, expected) => {
  expect(plan(set, ...nodes)).toEqual(expected);
});
