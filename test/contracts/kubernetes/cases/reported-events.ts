import { expect } from 'vitest';
import type { Body } from '../api-client.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectSuccess } from '../expectations.js';
import { configMap, container, deployment } from '../manifests.js';
import { configMapsOf, deploymentsOf } from '../paths.js';
import { createPod, runPod, script } from '../running-pods.js';

const eventsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/events`;

/** The fields of an event that cases compare. */
interface EventView extends Body {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
}

/** Waits for an event about an object of the namespace; `selector`: further field selectors. */
function eventOf(
  { api, namespace, eventually }: CaseContext,
  name: string,
  selector: string,
  holds: (event: EventView) => boolean = () => true,
): Promise<EventView> {
  return eventually(async () => {
    const path = `${eventsOf(namespace)}?fieldSelector=involvedObject.name=${name},${selector}`;
    const items = (await api.get(path)).body.items as unknown as readonly EventView[];
    return items.find(holds);
  });
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** What controllers report, without nodes. */
export const controllerEvents: Area = {
  name: 'events of controllers',
  cases: {
    async 'reports with an action and a time that a pod fits no node'(context) {
      await createPod(context, 'web', { nodeSelector: { nowhere: 'yes' } });
      expect(await eventOf(context, 'web', 'reason=FailedScheduling')).toMatchObject({
        involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: context.namespace },
        ...{ type: 'Warning', action: 'Scheduling', source: {}, firstTimestamp: null, lastTimestamp: null },
        eventTime: expect.stringMatching(TIME) as unknown,
        reportingComponent: 'default-scheduler',
        reportingInstance: expect.stringMatching(/^default-scheduler-./) as unknown,
      });
    },

    async 'reports the scaling of a Deployment and the pods of its ReplicaSet'(context) {
      const { api, namespace } = context;
      const path = deploymentsOf(namespace);
      const body = deployment('web', { replicas: 2 });
      await context.eventually(async () => (await api.post(path, body)).status === 201);
      const scaled = await eventOf(context, 'web', 'reason=ScalingReplicaSet');
      const [, set = ''] = /^Scaled up replica set (web-\w+) from 0 to 2$/.exec(scaled.message) ?? [];
      expect(scaled).toMatchObject({
        involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment' },
        ...{ type: 'Normal', count: 1, eventTime: null },
        source: { component: 'deployment-controller' },
        ...{ reportingComponent: 'deployment-controller', reportingInstance: '' },
      });
      expect(scaled.firstTimestamp).toBe(scaled.lastTimestamp);
      const created = await eventOf(context, set, 'reason=SuccessfulCreate,involvedObject.kind=ReplicaSet');
      expect(created.message).toMatch(new RegExp(`^Created pod: ${set}-\\w+$`));
      expectSuccess(await api.patch(`${path}/web`, 'merge', { spec: { replicas: 1 } }));
      await eventOf(
        context,
        'web',
        'reason=ScalingReplicaSet',
        ({ message }) =>
          message === `Scaled down replica set ${set} from 2 to 1` || message.startsWith('Scaled down'),
      );
      expect((await eventOf(context, set, 'reason=SuccessfulDelete')).message).toMatch(
        new RegExp(`^Deleted pod: ${set}-\\w+$`),
      );
    },

    async 'counts an event that a controller repeats'(context) {
      const { api, namespace } = context;
      const body = deployment('web', {
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { serviceAccountName: 'none', containers: [container()] },
        },
      });
      expectSuccess(await api.post(deploymentsOf(namespace), body), 201);
      const selector = 'reason=FailedCreate,type=Warning';
      const { items } = await context.eventually(async () => {
        const { body: list } = await api.get(`${eventsOf(namespace)}?fieldSelector=${selector}`);
        return (list.items as unknown as EventView[]).some(({ count }) => count >= 3) && list;
      });
      const [event] = items as unknown as EventView[];
      expect(items).toHaveLength(1);
      expect(event?.message).toContain('error looking up service account');
      expect(Date.parse(event?.lastTimestamp ?? '')).toBeGreaterThanOrEqual(
        Date.parse(event?.firstTimestamp ?? ''),
      );
      const served = await api.get(
        `/apis/events.k8s.io/v1/namespaces/${namespace}/events/${event?.metadata.name}`,
      );
      expect(expectSuccess(served)).toMatchObject({
        reportingController: 'replicaset-controller',
        deprecatedSource: { component: 'replicaset-controller' },
        deprecatedFirstTimestamp: event?.firstTimestamp,
      });
    },

    async 'selects events by every field of the object that they are about'({ api, namespace }) {
      const post = (name: string, involved: object, more: object = {}) =>
        api.post(eventsOf(namespace), {
          metadata: { name },
          involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace, ...involved },
          ...{ reason: 'Tried', message: 'tried it', type: 'Normal', ...more },
        });
      const about = { uid: 'uid-1', resourceVersion: '7', fieldPath: 'spec.containers{main}' };
      expectSuccess(
        await post('a', about, { source: { component: 'robot' }, reportingComponent: 'robot' }),
        201,
      );
      expectSuccess(await post('b', { uid: 'uid-2' }), 201);
      const selected = async (selector: string) => {
        const path = `${eventsOf(namespace)}?fieldSelector=${encodeURIComponent(selector)}`;
        return expectSuccess(await api.get(path)).items.map(({ metadata }) => metadata.name);
      };
      for (const [field, value] of Object.entries({ ...about, namespace, apiVersion: 'v1' }))
        expect(await selected(`involvedObject.${field}=${value},metadata.name=a`)).toEqual(['a']);
      expect(await selected('involvedObject.uid=uid-2')).toEqual(['b']);
      expect(await selected('source=robot')).toEqual(['a']);
      expect(await selected('reportingComponent=robot')).toEqual(['a']);
      expect(await selected('type!=Normal')).toEqual([]);
      expect((await api.get(`${eventsOf(namespace)}?fieldSelector=message=x`)).status).toBe(400);
    },
  },
};

/** What kubelets, which are kubesim's, and the scheduler report about pods. */
export const podEvents: Area = {
  name: 'events of pods',
  cases: {
    async 'reports the start and the end of a container'(context) {
      const { api, namespace } = context;
      const pod = await runPod(context, 'web');
      const { spec } = (await api.get(pod)).body;
      const node = String(spec['nodeName']);
      expect(await eventOf(context, 'web', 'reason=Scheduled')).toMatchObject({
        message: `Successfully assigned ${namespace}/web to ${node}`,
        ...{ type: 'Normal', action: 'Binding', source: {}, firstTimestamp: null },
        eventTime: expect.stringMatching(TIME) as unknown,
        reportingComponent: 'default-scheduler',
      });
      const texts = { Created: 'Container created', Started: 'Container started' };
      for (const [reason, message] of Object.entries(texts))
        expect(await eventOf(context, 'web', `reason=${reason}`)).toMatchObject({
          involvedObject: { kind: 'Pod', fieldPath: 'spec.containers{main}' },
          ...{ type: 'Normal', message, count: 1, source: { component: 'kubelet', host: node } },
          ...{ reportingComponent: 'kubelet', reportingInstance: node },
        });
      expectSuccess(await api.delete(pod, { gracePeriodSeconds: 30 }));
      expect(await eventOf(context, 'web', 'reason=Killing')).toMatchObject({
        ...{ type: 'Normal', message: 'Stopping container main' },
      });
    },

    async 'reports that an image is pulled, and that a node has it'(context) {
      const image = `example.com/${context.namespace}:1`;
      await runPod(context, 'first', { containers: [container({ image })] });
      expect((await eventOf(context, 'first', 'reason=Pulling')).message).toBe(`Pulling image "${image}"`);
      expect((await eventOf(context, 'first', 'reason=Pulled')).message).toMatch(
        /^Successfully pulled image "\S+" in \S+ \(\S+ including waiting\)\. Image size: \d+ bytes\.$/,
      );
      await runPod(context, 'second', { containers: [container({ image })] });
      expect((await eventOf(context, 'second', 'reason=Pulled')).message).toBe(
        `Container image "${image}" already present on machine and can be accessed by the pod`,
      );
    },

    async 'reports an image that cannot be pulled'(context) {
      const image = 'example.com/web:missing';
      await createPod(context, 'web', { containers: [container({ image })] });
      const failed = ({ message }: EventView) => message.startsWith(`Failed to pull image "${image}"`);
      await eventOf(context, 'web', 'reason=Failed,type=Warning', failed);
      await eventOf(context, 'web', 'reason=Failed', ({ message }) => message === 'Error: ErrImagePull');
      expect(await eventOf(context, 'web', 'reason=BackOff')).toMatchObject({
        ...{ type: 'Normal', message: `Back-off pulling image "${image}"` },
      });
    },

    async 'counts the restarts of a container that fails'(context) {
      const { api } = context;
      const pod = await createPod(context, 'web', { ...script('exit 1'), restartPolicy: 'Always' });
      const { uid } = (await api.get(pod)).body.metadata;
      expect(await eventOf(context, 'web', 'reason=BackOff')).toMatchObject({
        ...{ type: 'Warning' },
        message: `Back-off restarting failed container main in pod web_${context.namespace}(${uid})`,
      });
      const started = await eventOf(context, 'web', 'reason=Started', ({ count }) => count >= 3);
      expect(Date.parse(started.lastTimestamp)).toBeGreaterThanOrEqual(Date.parse(started.firstTimestamp));
    },

    async 'reports why a probe fails, and the restart that follows'(context) {
      const probe = { periodSeconds: 1, failureThreshold: 2 };
      const readinessProbe = { ...probe, httpGet: { path: '/none', port: 80 } };
      const livenessProbe = { ...probe, tcpSocket: { port: 8081 } };
      const image = 'registry.k8s.io/e2e-test-images/agnhost:2.63';
      const main = container({ image, args: ['test-webserver'], readinessProbe, livenessProbe });
      await createPod(context, 'web', { containers: [main] });
      const unhealthy = (text: RegExp) =>
        eventOf(context, 'web', 'reason=Unhealthy', ({ message }) => text.test(message));
      await unhealthy(/^Readiness probe failed: HTTP probe failed with statuscode: 404$/);
      await unhealthy(/^Liveness probe failed: dial tcp [\d.]+:8081: connect: connection refused$/);
      expect(await eventOf(context, 'web', 'reason=Killing')).toMatchObject({
        message: 'Container main failed liveness probe, will be restarted',
      });
    },

    async 'reports the output of a command that fails as a probe'(context) {
      const startupProbe = { exec: { command: ['cat', '/tmp/none'] }, periodSeconds: 1, failureThreshold: 1 };
      await createPod(context, 'web', script('sleep 100000', { startupProbe }));
      expect((await eventOf(context, 'web', 'reason=Unhealthy')).message).toContain(
        'Startup probe failed: cat: ',
      );
    },

    async 'reports a volume whose ConfigMap is missing until it is there'(context) {
      const { api, namespace } = context;
      const volumes = [{ name: 'config', configMap: { name: 'late' } }];
      const pod = await createPod(context, 'web', { containers: [container()], volumes });
      expect(await eventOf(context, 'web', 'reason=FailedMount')).toMatchObject({
        ...{
          type: 'Warning',
          message: 'MountVolume.SetUp failed for volume "config" : configmap "late" not found',
        },
      });
      expectSuccess(await api.post(configMapsOf(namespace), configMap('late')), 201);
      await context.eventually(async () => (await api.get(pod)).body.status['phase'] === 'Running');
    },
  },
};
