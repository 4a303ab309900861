import { expect } from 'vitest';
import type { Area } from '../contract-case.js';
import { container, deployment, pod, podTemplate } from '../manifests.js';
import { appsOf, deploymentsOf, podsOf } from '../paths.js';
import { becomeReady, items, nowhere, ownerOf, workload } from './controllers.js';

/** How Deployments are rolled out. */
export const deployments: Area = {
  name: 'deployments',
  cases: {
    async 'makes a ReplicaSet with a hash of the template for a deployment'(context) {
      const { api, namespace } = context;
      const made = await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      const [replicaSet] = await items(context, appsOf(namespace, 'replicasets'), 1);
      const hash = replicaSet?.metadata.labels?.['pod-template-hash'];
      expect(hash).toMatch(/^[a-z0-9]+$/);
      expect(replicaSet?.metadata).toMatchObject({ name: `web-${hash}`, labels: { app: 'web' } });
      expect(replicaSet?.metadata.annotations).toEqual({
        'deployment.kubernetes.io/desired-replicas': '0',
        'deployment.kubernetes.io/max-replicas': '0',
        'deployment.kubernetes.io/revision': '1',
      });
      expect(replicaSet && ownerOf(replicaSet)).toEqual({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: 'web',
        uid: made.body.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      });
    },

    async 'numbers the revisions of a deployment and goes back to an older ReplicaSet'(context) {
      const { api, namespace, eventually } = context;
      const path = `${deploymentsOf(namespace)}/web`;
      const image = (tag: string) => ({
        spec: { template: { spec: { containers: [{ name: 'main', image: `nginx:${tag}` }] } } },
      });
      const revision = (number: string) =>
        eventually(async () => {
          const { annotations } = (await api.get(path)).body.metadata;
          return annotations?.['deployment.kubernetes.io/revision'] === number;
        });
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      await revision('1');
      await api.patch(path, 'strategic', image('1.28'));
      await revision('2');
      await api.patch(path, 'strategic', image('1.27'));
      await revision('3');
      const sets = await items(context, appsOf(namespace, 'replicasets'), 2);
      const annotations = sets.map(({ metadata }) => metadata.annotations ?? {});
      const name = (key: string) => `deployment.kubernetes.io/${key}`;
      const numbers = annotations.map((each) => [each[name('revision')], each[name('revision-history')]]);
      expect(numbers.toSorted()).toEqual([
        ['2', undefined],
        ['3', '1'],
      ]);
    },

    async 'says that a ReplicaSet was created as long as a quota refuses its pods'(context) {
      const { api, namespace, eventually } = context;
      await api.post(`/api/v1/namespaces/${namespace}/resourcequotas`, {
        metadata: { name: 'none' },
        spec: { hard: { pods: '0' } },
      });
      await eventually(async () => (await api.post(podsOf(namespace), pod('web', nowhere))).status === 403);
      await api.post(deploymentsOf(namespace), deployment('web'));
      const { status } = await eventually(async () => {
        const { body } = await api.get(`${deploymentsOf(namespace)}/web`);
        const all = body.status['conditions'] as { type: string }[] | undefined;
        return all?.some(({ type }) => type === 'ReplicaFailure') && body;
      });
      const [set] = await items(context, appsOf(namespace, 'replicasets'), 1);
      expect(status).toEqual({
        observedGeneration: 1,
        terminatingReplicas: 0,
        unavailableReplicas: 1,
        conditions: expect.arrayContaining([
          expect.objectContaining({
            type: 'Progressing',
            status: 'True',
            reason: 'NewReplicaSetCreated',
            message: `Created new replica set "${set?.metadata.name}"`,
          }),
        ]),
      });
    },

    async 'keeps a rollout complete while the deployment is scaled'(context) {
      const { api, namespace, eventually } = context;
      const path = `${deploymentsOf(namespace)}/web`;
      const template = podTemplate('web', nowhere);
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0, template }));
      const progress = (replicas: number) =>
        eventually(async () => {
          const { status } = (await api.get(path)).body;
          const all = status['conditions'] as { type: string; reason: string }[] | undefined;
          const condition = all?.find(({ type }) => type === 'Progressing');
          return (status['replicas'] ?? 0) === replicas && condition?.reason;
        });
      await eventually(async () => (await progress(0)) === 'NewReplicaSetAvailable');
      await api.patch(path, 'merge', { spec: { replicas: 2 } });
      expect(await progress(2)).toBe('NewReplicaSetAvailable');
    },

    async 'does not roll out a paused deployment'(context) {
      const { api, namespace, eventually } = context;
      const path = `${deploymentsOf(namespace)}/web`;
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0, paused: true }));
      const status = await eventually(async () => {
        const { status: seen } = (await api.get(path)).body;
        return seen['observedGeneration'] === 1 && seen;
      });
      expect(status['conditions']).toContainEqual(
        expect.objectContaining({ type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused' }),
      );
      expect((await api.get(appsOf(namespace, 'replicasets'))).body.items).toEqual([]);
    },

    async 'reports a deployment without replicas as available'(context) {
      const { api, namespace, eventually } = context;
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      const conditions = await eventually(async () => {
        const { status } = (await api.get(`${deploymentsOf(namespace)}/web`)).body;
        const all = status['conditions'] as { type: string; reason: string }[] | undefined;
        return all?.some(({ reason }) => reason === 'NewReplicaSetAvailable') && all;
      });
      expect(conditions).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' }),
          expect.objectContaining({ type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' }),
        ]),
      );
    },

    async 'replaces all pods of a Recreate deployment at once'(context) {
      const { api, namespace, eventually } = context;
      const strategy = { type: 'Recreate' };
      const template = podTemplate('web', nowhere);
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 2, strategy, template }));
      await items(context, podsOf(namespace), 2);
      const changed = { spec: { template: { spec: { containers: [container({ image: 'nginx:1.28' })] } } } };
      await api.patch(`${deploymentsOf(namespace)}/web`, 'strategic', changed);
      await eventually(async () => {
        const pods = (await api.get(podsOf(namespace))).body.items;
        const images = pods.map(({ spec }) => (spec['containers'] as { image: string }[])[0]?.image);
        return images.length === 2 && images.every((image) => image === 'nginx:1.28');
      });
    },

    async 'adopts a ReplicaSet that a deployment selects and counts on from its revision'(context) {
      const { api, namespace, eventually } = context;
      const { spec } = workload('old', { replicas: 0 });
      const labels = { app: 'web', part: 'old' };
      const metadata = {
        name: 'old',
        labels,
        annotations: { 'deployment.kubernetes.io/revision': '3546343826724305832' },
      };
      const template = { ...spec.template, metadata: { labels } };
      const set = { metadata, spec: { ...spec, selector: { matchLabels: labels }, template } };
      await api.post(appsOf(namespace, 'replicasets'), set);
      const made = await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      await eventually(async () => {
        const { annotations } = (await api.get(`${deploymentsOf(namespace)}/web`)).body.metadata;
        return annotations?.['deployment.kubernetes.io/revision'] === '3546343826724305833';
      });
      const adopted = (await api.get(`${appsOf(namespace, 'replicasets')}/old`)).body;
      expect(ownerOf(adopted)).toMatchObject({ uid: made.body.metadata.uid, controller: true });
    },

    async 'scales a deployment in the middle of a rollout in proportion'(context) {
      const { api, namespace, eventually } = context;
      const path = `${deploymentsOf(namespace)}/web`;
      const rollingUpdate = { maxSurge: 3, maxUnavailable: 2 };
      const template = podTemplate('web', nowhere);
      const strategy = { type: 'RollingUpdate', rollingUpdate };
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 10, strategy, template }));
      for (const [index, { metadata }] of (await items(context, podsOf(namespace), 10)).entries())
        await becomeReady(context, metadata.name, `10.64.0.${index + 1}`);
      const sizes = async () => {
        const sets = (await api.get(appsOf(namespace, 'replicasets'))).body.items;
        return sets
          .map((set) => Number(set.spec['replicas']))
          .sort((a, b) => a - b)
          .join();
      };
      await eventually(async () => (await api.get(path)).body['status'].availableReplicas === 10);
      const changed = { spec: { template: { spec: { containers: [container({ image: 'nginx:1.28' })] } } } };
      await api.patch(path, 'strategic', changed);
      await eventually(async () => (await sizes()) === '5,8');
      await api.patch(path, 'merge', { spec: { replicas: 30 } });
      await eventually(async () => (await sizes()) === '13,20');
    },
  },
};
