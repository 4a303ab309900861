import type { Product } from '../../../kernel/product.js';
import type { NetworkPlugin, StoragePlugin } from '../../../subgraphs/clusters/model/cluster-kind.enums.js';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  isPreinstalled,
  type ComponentEntry,
  nextVersion,
  versionsFor,
} from '../../../subgraphs/clusters/model/component-catalog.js';
import { componentDefinitions } from '../../../subgraphs/clusters/store/component-catalog.js';
import { driftOf } from '../../../subgraphs/clusters/model/component-drift.js';
import { manifestOf } from '../../../subgraphs/clusters/model/component-manifest.js';
import {
  recommendationsFor,
  changedParameters,
  parameterProblems,
} from '../../../subgraphs/clusters/model/component-parameters.js';
import { rolloutProblem } from '../../../subgraphs/clusters/model/rollout.js';
import { afterAction, type ComponentAction } from '../../../subgraphs/clusters/model/component.rules.js';

let entries: readonly ComponentEntry[];
beforeAll(async () => {
  entries = await componentDefinitions.entries();
});
const entryOf = (name: string) => entries.find((entry) => entry.name === name)!;

describe('catalog of components', () => {
  it('has a parameter schema for each component with valid defaults, and an oldest and a newest version', () => {
    for (const entry of entries) {
      expect(parameterProblems(entry, {}), entry.name).toEqual([]);
      const defaults = Object.entries(entry.parameters.properties).map(([key, { default: value }]) => [
        key,
        value,
      ]);
      expect(parameterProblems(entry, Object.fromEntries(defaults)), entry.name).toEqual([]);
      for (const { parameter } of entry.recommendations)
        expect(entry.parameters.properties).toHaveProperty(parameter);
      expect(versionsFor(entry, '1.34.3').length, entry.name).toBeGreaterThan(0);
    }
  });

  it('has the published versions of each project with their source', () => {
    for (const { name, versions, versionsSource } of entries) {
      expect(new URL(versionsSource).protocol, name).toBe('https:');
      expect(
        versions.map(({ version }) => version),
        name,
      ).not.toContain('v1.0.3');
      expect(
        versions.map(({ changes }) => changes),
        name,
      ).not.toContain('First version here.');
    }
    expect(versionsFor(entryOf('ack-scheduler-plugins'), '1.32.6')[0]).toBe('v0.32.7');
  });

  it('selects the network and storage components of the plugins of a cluster and no others', () => {
    const names = (product: Product, networkPlugin: NetworkPlugin, storagePlugin: StoragePlugin = 'CSI') =>
      entries
        .filter((entry) =>
          isPreinstalled(entry, { product, version: '1.34.3', networkPlugin, storagePlugin }),
        )
        .map(({ name }) => name);
    expect(names('ACK_PRO', 'FLANNEL')).toEqual([
      'coredns',
      'kube-proxy-worker',
      'kube-flannel-ds',
      'csi-plugin',
      'csi-provisioner',
      'metrics-server',
      'cloud-controller-manager',
      'ack-node-problem-detector',
    ]);
    expect(names('ACK_PRO', 'TERWAY')).toContain('terway-eniip');
    expect(names('ACK_PRO', 'TERWAY')).not.toContain('kube-flannel-ds');
    expect(names('ACK_PRO', 'FLANNEL', 'FLEXVOLUME')).toContain('flexvolume');
    expect(names('REGISTERED', 'FLANNEL')).toEqual([]);
  });

  it('lists versions that are compatible with the Kubernetes version, newest first', () => {
    expect(versionsFor(entryOf('coredns'), '1.26.15')).toEqual(['v1.9.3']);
    expect(versionsFor(entryOf('coredns'), '1.34.1')).toEqual(['v1.12.1', 'v1.11.3', 'v1.9.3']);
    expect(versionsFor(entryOf('kube-proxy-worker'), '1.34.1')).toEqual(['v1.34.1']);
    expect(nextVersion(entryOf('coredns'), 'v1.11.3', '1.32.6')).toBeNull();
    expect(nextVersion(entryOf('coredns'), 'v1.11.3', '1.34.1')).toBe('v1.12.1');
    expect(nextVersion(entryOf('kube-proxy-worker'), 'v1.32.6', '1.34.1')).toBe('v1.34.1');
  });
});

describe('parameters of components', () => {
  it.each([
    [{ replicas: 0 }, 'replicas'],
    [{ replicas: 51 }, 'replicas'],
    [{ replicas: '3' }, 'replicas'],
    [{ cpuRequest: 'much' }, 'cpuRequest'],
    [{ cacheSeconds: 3601 }, 'cacheSeconds'],
    [{ unheardOf: 1 }, undefined],
  ])('rejects %j of coredns with the path of the error', (parameters, name) => {
    const problems = parameterProblems(entryOf('coredns'), parameters);
    expect(problems).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'parameters', ...(name === undefined ? [] : [name])] },
    ]);
  });

  it('are set individually; null resets one', () => {
    expect(changedParameters({ replicas: 3, cacheSeconds: 5 }, { replicas: null, logLevel: 'warn' })).toEqual(
      {
        cacheSeconds: 5,
        logLevel: 'warn',
      },
    );
  });

  it.each([
    [0, {}, []],
    [16, {}, []],
    [17, {}, [3]],
    [400, {}, [50]],
    [400, { replicas: 50 }, []],
    [80, { replicas: 2 }, [10]],
  ])(
    'of coredns for a cluster of %i nodes are sufficient, or there is a recommendation',
    (nodes, set, expected) => {
      const recommendations = recommendationsFor(entryOf('coredns'), set, nodes);
      expect(recommendations.map(({ recommended }) => recommended)).toEqual(expected);
    },
  );

  it('of kube-proxy have a recommendation if iptables rules would be slow', () => {
    expect(recommendationsFor(entryOf('kube-proxy-worker'), { mode: 'iptables' }, 51)).toMatchObject([
      { recommended: 'ipvs' },
    ]);
    expect(recommendationsFor(entryOf('kube-proxy-worker'), { mode: 'iptables' }, 50)).toEqual([]);
  });
});

describe('transitions of component states', () => {
  const ACTIONS: ComponentAction[] = ['UPGRADE', 'CONFIGURE', 'RESTORE', 'UNINSTALL'];
  it.each([
    ['INSTALLING', [undefined, undefined, undefined, undefined]],
    ['ACTIVE', ['UPGRADING', 'UPDATING', 'UPDATING', 'UNINSTALLING']],
    ['UPGRADING', [undefined, undefined, undefined, undefined]],
    ['UPDATING', [undefined, undefined, undefined, undefined]],
    ['UNINSTALLING', [undefined, undefined, undefined, undefined]],
    ['FAILED', ['UPGRADING', 'UPDATING', 'UPDATING', 'UNINSTALLING']],
  ] as const)('%s leads exactly to the expected states', (state, next) => {
    expect(ACTIONS.map((action) => afterAction(state, action))).toEqual(next);
  });
});

describe('drift of an object', () => {
  const desired = () => {
    const objects = manifestOf({
      entry: entryOf('nginx-ingress-controller'),
      version: 'v1.9.3-aliyun.1',
      parameters: {},
    });
    return objects.find(({ object }) => object.kind === 'Deployment')!;
  };

  it('ignores fields that the API server or others have added', () => {
    const { object } = desired();
    const live = { ...structuredClone(object), status: { replicas: 2 } };
    live.metadata!.annotations = { 'deployment.kubernetes.io/revision': '3' };
    expect(driftOf(desired(), live)).toEqual([]);
  });

  it('lists each field that differs from the applied manifest, and list members by name', () => {
    const live = structuredClone(desired().object) as unknown as {
      spec: { replicas: number; template: { spec: { containers: { image: string }[] } } };
    };
    live.spec.replicas = 1;
    live.spec.template.spec.containers[0]!.image = 'evil:latest';
    live.spec.template.spec.containers.unshift({ image: 'sidecar:1' });
    expect(driftOf(desired(), live)).toEqual([
      { object: 'Deployment nginx-ingress-controller', path: 'spec.replicas', expected: 2, actual: 1 },
      {
        object: 'Deployment nginx-ingress-controller',
        path: 'spec.template.spec.containers.nginx-ingress-controller.image',
        expected: 'registry-vpc.aliyuncs.com/acs/aliyun-ingress-controller:v1.9.3-aliyun.1',
        actual: 'evil:latest',
      },
    ]);
  });

  it('is the whole object if it is deleted', () => {
    expect(driftOf(desired(), undefined)).toEqual([
      { object: 'Deployment nginx-ingress-controller', path: '', expected: 'present', actual: null },
    ]);
  });
});

describe('readiness of an applied object', () => {
  const deployment = (status: object, generation = 2) => ({
    kind: 'Deployment',
    metadata: { name: 'web', generation },
    spec: { replicas: 2 },
    status: { observedGeneration: 2, ...status },
  });
  const agents = (status: object) => ({
    kind: 'DaemonSet',
    metadata: { name: 'agent', generation: 1 },
    spec: {},
    status: { observedGeneration: 1, desiredNumberScheduled: 3, ...status },
  });
  const all = { open: 3, notReady: 0 };
  const whole = { replicas: 2, updatedReplicas: 2, readyReplicas: 2 };
  it.each([
    ['that is gone', undefined, all, 'an object that was applied is not there any more'],
    ['without pods', { kind: 'ConfigMap', metadata: { name: 'config' } }, all, undefined],
    [
      'that its controller has not observed',
      deployment(whole, 3),
      all,
      'Deployment web is not observed by its controller yet',
    ],
    ['whose pods are new and ready', deployment(whole), all, undefined],
    [
      'with an old pod left',
      deployment({ ...whole, replicas: 3 }),
      all,
      '2 of 2 pods of Deployment web are new and ready',
    ],
    [
      'with a pod that is not ready',
      deployment({ ...whole, readyReplicas: 1 }),
      all,
      '1 of 2 pods of Deployment web are new and ready',
    ],
    [
      'without a node for its pods',
      deployment({ replicas: 2, updatedReplicas: 2 }),
      { open: 0, notReady: 0 },
      undefined,
    ],
    ['on every node', agents({ updatedNumberScheduled: 3, numberReady: 3 }), all, undefined],
    [
      'that is old on a node',
      agents({ updatedNumberScheduled: 2, numberReady: 3 }),
      all,
      '2 of 3 pods of DaemonSet agent are new and ready',
    ],
    [
      'that is not ready on a node',
      agents({ updatedNumberScheduled: 3, numberReady: 2 }),
      all,
      '2 of 3 pods of DaemonSet agent are new and ready',
    ],
    [
      'that is not ready on a dead node',
      agents({ updatedNumberScheduled: 3, numberReady: 2 }),
      { open: 2, notReady: 1 },
      undefined,
    ],
  ])('evaluates an object %s', (_, live, nodes, text) => {
    expect(rolloutProblem(live, nodes)).toBe(text);
  });
});
