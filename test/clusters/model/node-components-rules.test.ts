import { describe, expect, test } from 'vitest';
import {
  imageVersion,
  nodeComponents,
  type NodeFacts,
  type NodeReport,
} from '../../../subgraphs/clusters/model/node-components.rules.js';

const ready = { type: 'Ready', status: 'True', message: 'kubelet is posting ready status' };
const agent = (daemonSet: string, isReady = true) => ({
  daemonSet,
  ready: isReady,
  phase: 'Running',
  version: '1.34.3',
});
const healthy: NodeReport = {
  conditions: [ready],
  kubelet: 'v1.34.3',
  runtime: 'containerd://1.6.36',
  agents: [agent('kube-proxy-worker'), agent('kube-flannel-ds')],
};
const facts = (report: NodeReport | undefined): NodeFacts => ({
  name: 'node',
  role: 'WORKER',
  networkPlugin: 'FLANNEL',
  clusterVersion: '1.34.3',
  report,
  replicas: [],
});
/** kubelet, kube-proxy, container runtime, network plugin. */
const standings = (report: NodeReport | undefined) =>
  nodeComponents(facts(report)).map(({ status }) => status);

describe('components of a node', () => {
  test.each<[string, NodeReport | undefined, string[]]>([
    ['all work', healthy, ['RUNNING', 'RUNNING', 'RUNNING', 'RUNNING']],
    ['Kubernetes does not know the node', undefined, ['UNKNOWN', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN']],
    [
      'the kubelet is silent',
      { ...healthy, conditions: [{ type: 'Ready', status: 'Unknown' }] },
      ['NOT_READY', 'UNKNOWN', 'UNKNOWN', 'UNKNOWN'],
    ],
    [
      'the pod of kube-proxy is not ready',
      { ...healthy, agents: [agent('kube-proxy-worker', false), agent('kube-flannel-ds')] },
      ['RUNNING', 'NOT_READY', 'RUNNING', 'RUNNING'],
    ],
    [
      'the network plugin has no pod on the node',
      { ...healthy, agents: [agent('kube-proxy-worker')] },
      ['RUNNING', 'RUNNING', 'RUNNING', 'NOT_READY'],
    ],
    [
      'the network of the node is interrupted',
      {
        ...healthy,
        conditions: [ready, { type: 'NetworkUnavailable', status: 'True', message: 'no route' }],
      },
      ['RUNNING', 'RUNNING', 'RUNNING', 'NOT_READY'],
    ],
    [
      'the kubelet reports that the container runtime is down',
      {
        ...healthy,
        conditions: [{ type: 'Ready', status: 'False', message: '[container runtime is down]' }],
      },
      ['RUNNING', 'RUNNING', 'NOT_READY', 'RUNNING'],
    ],
    [
      'the node is not Ready for another reason',
      { ...healthy, conditions: [{ type: 'Ready', status: 'False', message: 'PLEG is not healthy' }] },
      ['RUNNING', 'RUNNING', 'RUNNING', 'RUNNING'],
    ],
  ])('%s', (_, report, expected) => {
    expect(standings(report)).toEqual(expected);
  });

  test('a DaemonSet of the account with a similar name is not a component', () => {
    const own = [agent('aaa-kube-proxy-exporter', false), agent('flannel-monitor', false)];
    const report = { ...healthy, agents: [...own, ...healthy.agents] };
    expect(standings(report)).toEqual(['RUNNING', 'RUNNING', 'RUNNING', 'RUNNING']);
    expect(standings({ ...healthy, agents: own })).toEqual(['RUNNING', 'NOT_READY', 'RUNNING', 'NOT_READY']);
  });

  test('a failed component has the message of Kubernetes as reason if there is one', () => {
    const report = {
      ...healthy,
      conditions: [ready, { type: 'NetworkUnavailable', status: 'True', message: 'no route' }],
      agents: [agent('kube-proxy-worker', false), agent('kube-flannel-ds')],
    };
    expect(nodeComponents(facts(report)).map(({ message }) => message)).toEqual([
      null,
      'Its pod is Running and not ready.',
      null,
      'no route',
    ]);
  });
});

test.each([
  ['registry.example.com:5000/acs/kube-proxy:v1.34.3', '1.34.3'],
  ['kube-proxy:v1.34.3@sha256:0a1b', '1.34.3'],
  ['kube-proxy@sha256:0a1b', null],
  ['registry.example.com:5000/kube-proxy', null],
  ['', null],
])('the image "%s" has the version %s', (image, version) => {
  expect(imageVersion(image)).toBe(version);
});
