import {
  CoreV1Api,
  type Informer,
  makeInformer,
  type ObjectCache,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtControlPlane } from '../../kit/control-plane.js';
import { eventually } from '../../kit/eventually.js';
import { type ClusterUnderTest, controlPlanes, openCluster } from './cluster-under-test.js';

const assets = builtControlPlane('the tests of informers with a real control plane');
const NAMESPACE = 'default';

describe.each(controlPlanes(assets).filter(({ skipped }) => !skipped))(
  'an informer of @kubernetes/client-node on $target',
  { timeout: 120_000 },
  ({ assets: programs }) => {
    let under: ClusterUnderTest;
    let core: CoreV1Api;
    let informer: Informer<V1ConfigMap> & ObjectCache<V1ConfigMap>;
    const seen: string[] = [];

    const create = (name: string) =>
      core.createNamespacedConfigMap({ namespace: NAMESPACE, body: configMap(name) });
    const cached = (name: string) => informer.get(name, NAMESPACE);

    beforeAll(async () => {
      under = await openCluster('informers', programs);
      const { config } = under.cluster;
      core = config.makeApiClient(CoreV1Api);
      const selector = 'kind=watched';
      informer = makeInformer<V1ConfigMap>(
        config,
        `/api/v1/namespaces/${NAMESPACE}/configmaps`,
        () => core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: selector }),
        selector,
      );
      for (const verb of ['add', 'update', 'delete'] as const)
        informer.on(verb, ({ metadata }) => seen.push(`${verb} ${metadata?.name}`));
      // As its documentation says: an informer that lost its connection is started again.
      informer.on(
        'error',
        () =>
          void eventually(() =>
            informer.start().then(
              () => true,
              () => false,
            ),
          ),
      );
      await create('first');
      await informer.start();
    }, 120_000);
    afterAll(async () => {
      await informer.stop();
      await under[Symbol.asyncDispose]();
    });

    test('sees objects that exist, are created, changed and deleted', async () => {
      await create('second');
      const body = { ...configMap('second'), data: { text: 'new' } };
      await core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: 'second', body });
      await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name: 'second' });
      const expected = ['add first', 'add second', 'update second', 'delete second'];
      await eventually(() => seen.includes('delete second'));
      expect(seen).toEqual(expected);
    });

    test('has every object after the API server was killed', async () => {
      await create('before');
      await eventually(() => cached('before') !== undefined);
      await under.killApiServer();
      await eventually(() =>
        create('after').then(
          () => true,
          () => false,
        ),
      );
      await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name: 'before' });
      await eventually(() => cached('after') !== undefined && cached('before') === undefined);
      expect(
        informer
          .list()
          .map(({ metadata }) => metadata?.name)
          .sort(),
      ).toEqual(['after', 'first']);
    });
  },
);

function configMap(name: string): V1ConfigMap {
  return { metadata: { name, labels: { kind: 'watched' } }, data: { text: 'old' } };
}
