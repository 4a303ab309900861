import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtControlPlane } from '../../kit/control-plane.js';
import { eventually } from '../../kit/eventually.js';
import { builtThirdParty } from '../../kit/third-party.js';
import { type ClusterUnderTest, controlPlanes, openCluster } from './cluster-under-test.js';

const programs = builtThirdParty('the tests of an operator');
const assets = builtControlPlane('the tests of an operator with a real control plane');
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const CHAOS_PODS = '/apis/chaosapps.metamagical.io/v1/namespaces/default/chaospods';
const POD = '/api/v1/namespaces/default/pods/unlucky';

describe.each(controlPlanes(assets).filter(({ skipped }) => programs && !skipped))(
  'an operator of controller-runtime on $target',
  { timeout: 120_000 },
  ({ assets: folder }) => {
    let under: ClusterUnderTest;
    let operator: ChildProcess;

    const api = (method: string, path: string, body?: unknown) => under.cluster.api(method, path, body);
    const uid = async () => (await api('GET', POD)).body.metadata.uid;

    beforeAll(async () => {
      under = await openCluster('operator', folder);
      await api('POST', DEFINITIONS, definition);
      await eventually(async () => (await api('GET', CHAOS_PODS)).status === 200);
      operator = under.start(programs?.operator ?? '', []);
    }, 120_000);
    afterAll(async () => {
      operator.kill();
      if (operator.exitCode === null && operator.signalCode === null) await once(operator, 'exit');
      await under[Symbol.asyncDispose]();
    });

    test('creates the pod of a custom resource and owns it', async () => {
      const { status } = await api('POST', CHAOS_PODS, chaosPod);
      expect(status).toBe(201);
      // The operator deletes the pod from time to time: one response must show both.
      await eventually(async () => {
        const { body } = await api('GET', POD);
        return body.status['phase'] === 'Running' && isOwned(body.metadata as unknown as OwnedMetadata);
      });
    });

    test('replaces a deleted pod', async () => {
      const before = await uid();
      await api('DELETE', POD);
      await eventually(async () => {
        const after = await uid();
        return after !== undefined && after !== before;
      });
    });

    test('loses the pod with its custom resource', async () => {
      await api('DELETE', `${CHAOS_PODS}/unlucky`);
      await eventually(async () => (await api('GET', POD)).status === 404);
    });
  },
);
if (!programs) test.skip('the operator is not built', () => undefined);

interface OwnedMetadata {
  readonly ownerReferences?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly controller?: boolean;
  }[];
}

function isOwned({ ownerReferences = [] }: OwnedMetadata): boolean {
  return ownerReferences.some(
    ({ kind, name, controller }) => kind === 'ChaosPod' && name === 'unlucky' && controller === true,
  );
}

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'chaospods.chaosapps.metamagical.io' },
  spec: {
    group: 'chaosapps.metamagical.io',
    scope: 'Namespaced',
    names: { plural: 'chaospods', singular: 'chaospod', kind: 'ChaosPod', listKind: 'ChaosPodList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['template'],
                properties: {
                  template: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  nextStop: { type: 'string', format: 'date-time', nullable: true },
                },
              },
              status: {
                type: 'object',
                properties: { lastRun: { type: 'string', format: 'date-time', nullable: true } },
              },
            },
          },
        },
      },
    ],
  },
};

const chaosPod = {
  apiVersion: 'chaosapps.metamagical.io/v1',
  kind: 'ChaosPod',
  metadata: { name: 'unlucky', namespace: 'default' },
  spec: {
    template: {
      metadata: { labels: { app: 'unlucky' } },
      spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] },
    },
    nextStop: null,
  },
};
