import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOUD_RESOURCE_REQUESTS } from '../../../engine/providers/cloud-resource-provider.js';
import { enqueue } from '../../../engine/jobs/queue.js';
import { waitForOperation } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { type HighRisk, openHighRisk, type UserError } from './high-risk-kit.js';

let risks: HighRisk;
beforeAll(async () => {
  risks = await openHighRisk();
});
afterAll(() => risks[Symbol.asyncDispose]());

const PODS = '/api/v1/namespaces/default/pods';
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const DISK = { storageClassName: 'alicloud-disk-essd', accessModes: ['ReadWriteOnce'] };
const NAS = { storageClassName: 'alicloud-nas-subpath', accessModes: ['ReadWriteMany'] };

interface PodView {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly phase: string; readonly conditions?: { type: string; status: string }[] };
}

interface EventView {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly uid: string };
}

const podSpec = (claim: string, more: object = {}) => ({
  containers: [
    {
      name: 'app',
      image: 'app:1',
      readinessProbe: { tcpSocket: { port: 80 } },
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    },
  ],
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
  ...more,
});

async function claim(name: string, spec: object): Promise<void> {
  const requests = { storage: '20Gi' };
  await risks.client.create(CLAIMS, { metadata: { name }, spec: { ...spec, resources: { requests } } });
  await enqueue(risks.world.prisma, CLOUD_RESOURCE_REQUESTS, 'all');
}

/** Creates a Deployment with one pod that mounts the claim of the same name. */
async function mounted(name: string, spec: object): Promise<void> {
  await claim(name, spec);
  const labels = { app: name };
  await risks.client.create(DEPLOYMENTS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(name) },
    },
  });
  await eventually(async () => (await readyPod(name)) !== undefined, { what: `a pod that has ${name}` });
}

async function podsOf(name: string): Promise<readonly PodView[]> {
  const { items } = await risks.client.list<PodView>(PODS, { labelSelector: `app=${name}` });
  return items;
}

const isReady = ({ status }: PodView) =>
  !!status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');

async function readyPod(name: string): Promise<PodView | undefined> {
  return (await podsOf(name)).find(isReady);
}

async function eventsOf(uid: string, reason: string): Promise<string[]> {
  const { items } = await risks.client.get<{ items: EventView[] }>('/api/v1/namespaces/default/events');
  return items
    .filter((event) => event.involvedObject.uid === uid && event.reason === reason)
    .map(({ message }) => message);
}

const logOf = (pod: string) => risks.client.text(`${PODS}/${pod}/log`);
const noFinding = () =>
  eventually(async () => (await risks.findings(risks.clusterId)).length === 0, { what: 'no finding' });

async function perform(operation: string, name: string): Promise<void> {
  await risks.done('perform', { clusterId: risks.clusterId, operation, volumeClaim: `default/${name}` });
  await eventually(async () => (await risks.findings(risks.clusterId)).includes(operation), {
    what: 'the finding',
  });
}

describe('high-risk operations on volumes', { timeout: 200_000 }, () => {
  it.each([
    ['storage.disk.1', DISK, 'input/output error'],
    ['storage.disk.2', DISK, 'local disk'],
    ['storage.nas.1', NAS, 'input/output error'],
  ])('pods that mount the volume report %s until they are restarted', async (operation, kind, says) => {
    const name = `data-${operation.replaceAll('.', '-')}`;
    await mounted(name, kind);
    const sick = (await readyPod(name))!;
    await perform(operation, name);
    expect((await risks.view(risks.clusterId)).highRiskFindings).toMatchObject([
      { volumeClaim: `default/${name}`, service: null, node: null },
    ]);
    expect((await eventsOf(sick.metadata.uid, 'VolumeConditionAbnormal'))[0]).toContain(says);
    await eventually(async () => (await logOf(sick.metadata.name)).includes(says), { what: 'a log of it' });
    const remediation = { clusterId: risks.clusterId, operation, volumeClaim: `default/${name}` };
    if (operation === 'storage.nas.1') await risks.client.delete(`${PODS}/${sick.metadata.name}`);
    else await risks.done('remediate', remediation);
    await noFinding();
    const well = await eventually(async () => {
      const pod = await readyPod(name);
      return pod && pod.metadata.uid !== sick.metadata.uid ? pod : false;
    });
    expect(await logOf(well.metadata.name)).not.toContain(says);
    expect(await eventsOf(well.metadata.uid, 'VolumeConditionAbnormal')).toEqual([]);
    await risks.client.delete(`${DEPLOYMENTS}/${name}`);
  });

  it('storage.disk.3 needs an acknowledgement and cannot be remediated; deleting the volume claim deletes the disk', async () => {
    await mounted('edited', DISK);
    const target = {
      clusterId: risks.clusterId,
      operation: 'storage.disk.3',
      volumeClaim: 'default/edited',
    };
    const codes = ({ userErrors }: { userErrors: UserError[] }) => userErrors.map(({ code }) => code);
    expect(codes(await risks.change('perform', target))).toEqual(['RISK_NOT_ACKNOWLEDGED']);
    await risks.done('perform', { ...target, acknowledgeRisk: true });
    const sick = (await readyPod('edited'))!;
    expect((await eventsOf(sick.metadata.uid, 'VolumeConditionAbnormal'))[0]).toContain('local disk');
    expect(codes(await risks.change('remediate', target))).toEqual(['INVALID_STATE']);
    await risks.client.delete(`${DEPLOYMENTS}/edited`);
    await eventually(async () => (await podsOf('edited')).length === 0, { what: 'no pod' });
    expect((await risks.world.platform.provider.highRiskOperationRecords(risks.clusterId)).length).toBe(1);
    await risks.client.delete(`${CLAIMS}/edited`);
    expect(await risks.world.platform.provider.highRiskOperationRecords(risks.clusterId)).toEqual([]);
  });

  it('storage.disk.4: a disk in use cannot be attached to a second pod on another node until the first pod is deleted', async () => {
    await claim('single', DISK);
    const [first, other] = await risks.workers(risks.clusterId);
    const create = (name: string, nodeName: string) =>
      risks.client.create(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels: { app: name } },
        spec: podSpec('single', { nodeName }),
      });
    await create('first', first!.name);
    await eventually(async () => (await readyPod('first')) !== undefined, { what: 'the first pod' });
    await create('second', other!.name);
    const uid = (await podsOf('second'))[0]!.metadata.uid;
    await eventually(async () => (await eventsOf(uid, 'FailedAttachVolume')).length > 0, {
      what: 'a rejection',
    });
    expect((await eventsOf(uid, 'FailedAttachVolume'))[0]).toContain('Multi-Attach error');
    expect((await podsOf('second'))[0]?.status.phase).toBe('Pending');
    const target = { clusterId: risks.clusterId, operation: 'storage.disk.4', volumeClaim: 'default/single' };
    expect((await risks.change('perform', target)).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'highRiskOperationId'] },
    ]);
    await risks.client.delete(`${PODS}/first`);
    await eventually(async () => (await readyPod('second')) !== undefined, { what: 'the second pod' });
    await risks.client.delete(`${PODS}/second`);
  });

  it('storage.nas.2 makes pods hang until their node is restarted', async () => {
    await mounted('shared', NAS);
    await perform('storage.nas.2', 'shared');
    await eventually(async () => (await readyPod('shared')) === undefined, {
      what: 'a pod that is not ready',
    });
    await risks.done('remediate', {
      clusterId: risks.clusterId,
      operation: 'storage.nas.2',
      volumeClaim: 'default/shared',
    });
    await noFinding();
    await eventually(async () => (await readyPod('shared')) !== undefined, { what: 'a ready pod' });
    await risks.client.delete(`${DEPLOYMENTS}/shared`);
  });

  it('rejects a volume claim that does not exist, has another kind, or is mounted by no pod', async () => {
    await claim('idle', DISK);
    await claim('files', NAS);
    const tried = async (operation: string, volumeClaim?: string) => {
      const target = { clusterId: risks.clusterId, operation, ...(volumeClaim && { volumeClaim }) };
      return (await risks.change('perform', target)).userErrors.map(({ code }) => code);
    };
    expect(await tried('storage.disk.1')).toEqual(['INVALID_INPUT']);
    expect(await tried('storage.disk.1', 'default/none')).toEqual(['INVALID_INPUT']);
    expect(await tried('storage.disk.1', 'default/files')).toEqual(['INVALID_INPUT']);
    await eventually(async () => (await tried('storage.disk.1', 'default/idle'))[0] === 'INVALID_STATE', {
      what: 'a bound disk',
    });
  });
});

describe('high-risk operations on log collection', { timeout: 200_000 }, () => {
  it('logging.collector.4: no log is collected without the DaemonSet; restoring the component recreates it', async () => {
    const { ask, client, clusterId, world } = risks;
    interface MutationData {
      payload: {
        component: { id: string } | null;
        operation: { id: string } | null;
        userErrors: UserError[];
      };
    }
    const change = async (mutation: 'install' | 'restore', input: object) => {
      const type = `${mutation === 'install' ? 'Install' : 'Restore'}ComponentInput`;
      const query = `mutation ($input: ${type}!) { payload: ${mutation}Component(input: $input) {
        component { id } operation { id } userErrors { code message path } } }`;
      const { payload } = await ask<MutationData>(query, { input });
      expect(payload.userErrors).toEqual([]);
      expect(await waitForOperation(world, payload.operation!.id)).toMatchObject({ state: 'SUCCEEDED' });
      return payload.component!.id;
    };
    const path = '/apis/apps/v1/namespaces/kube-system/daemonsets/logtail-ds';
    const collectors = async () => {
      const { items } = await client.get<{ items: PodView[] }>('/api/v1/namespaces/kube-system/pods');
      return items.filter(({ metadata }) => metadata.name.startsWith('logtail-ds')).filter(isReady).length;
    };
    const id = await change('install', { clusterId, name: 'logtail-ds' });
    await eventually(async () => (await collectors()) === 2, { what: 'a collector on each node' });
    await client.delete(path);
    await eventually(async () => (await collectors()) === 0, { what: 'no collector' });
    await change('restore', { id, timing: 'IMMEDIATE' });
    await eventually(async () => (await collectors()) === 2, { what: 'a collector on each node again' });
  });
});
