import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noFaultInjection } from '../../../engine/contract.js';
import { type KubernetesClient, MERGE_PATCH } from '../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../engine/kubernetes/kubernetes-error.js';
import { componentDriftSchedule } from '../../../subgraphs/clusters/controllers/component/component-drift.schedule.js';
import { movableClock } from '../../kit/clock.js';
import { eventually } from '../../kit/eventually.js';
import { reconcilesIdle } from '../../engine/reconcile-idle.js';
import { waitForOperation, type EngineFixture } from '../../engine/engine-fixture.js';
import { type Ask, type GraphWithEngine, openGraphWithEngine } from '../graph-with-engine.js';
import { runningCluster } from '../upgrade/upgrade-kit.js';

let setup: GraphWithEngine;
let world: EngineFixture;
let ask: Ask;
let clusterId: string;
let client: KubernetesClient;
/** The platform's clock, which a test moves. */
const clock = movableClock();
beforeAll(async () => {
  setup = await openGraphWithEngine({ speed: 500, clock });
  ({ world, ask } = setup);
  ({ clusterId, client } = await runningCluster(world, '1.32.6', 2));
});
afterAll(() => setup[Symbol.asyncDispose]());

interface ComponentView {
  id: string;
  name: string;
  version: string;
  state: string;
  nextVersion: string | null;
  parameters: Record<string, unknown>;
  error: { message: string } | null;
  drift: { object: string; path: string; expected: unknown; actual: unknown }[];
  recommendations: { parameter: string; current: unknown; recommended: unknown }[];
}
const FIELDS = `id name version state nextVersion parameters error { message } drift { object path expected actual }
  recommendations { parameter current recommended reason }`;

async function components(): Promise<ComponentView[]> {
  const query = `query ($id: ID!) { cluster(id: $id) { components(first: 50) { totalCount nodes { ${FIELDS} } } } }`;
  const { cluster } = await ask<{ cluster: { components: { nodes: ComponentView[] } } }>(query, {
    id: clusterId,
  });
  return cluster.components.nodes;
}
const componentOf = async (name: string) =>
  (await components()).find((component) => component.name === name)!;

interface Payload {
  payload: {
    component: ComponentView | null;
    operation: { id: string; type: string } | null;
    userErrors: { code: string; message: string; path: string[] }[];
  };
}
async function change(mutation: string, input: Record<string, unknown>): Promise<Payload['payload']> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { payload: ${mutation}(input: $input) {
    component { ${FIELDS} } operation { id type } userErrors { code message path } } }`;
  return (await ask<Payload>(query, { input })).payload;
}
async function changed(mutation: string, input: Record<string, unknown>): Promise<void> {
  const { operation, userErrors } = await change(mutation, input);
  expect(userErrors).toEqual([]);
  expect(await waitForOperation(world, operation!.id)).toMatchObject({
    state: 'SUCCEEDED',
    stages: [{ state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }],
  });
}

const kube = (kind: string, name: string) =>
  client.get<{ spec: Record<string, unknown>; data: Record<string, string> }>(
    `/${kind === 'configmaps' || kind === 'services' ? 'api/v1' : 'apis/apps/v1'}/namespaces/kube-system/${kind}/${name}`,
  );
const imageOf = async (kind: string, name: string) => {
  const { spec } = await kube(kind, name);
  return (spec['template'] as { spec: { containers: { image: string }[] } }).spec.containers[0]!.image;
};

describe('new cluster', () => {
  it('contains the components of its product in the graph and in Kubernetes', async () => {
    const found = await components();
    expect(found.map(({ name }) => name).sort()).toEqual([
      'ack-node-problem-detector',
      'cloud-controller-manager',
      'coredns',
      'csi-plugin',
      'csi-provisioner',
      'kube-flannel-ds',
      'kube-proxy-worker',
      'metrics-server',
    ]);
    expect(new Set(found.map(({ state }) => state))).toEqual(new Set(['ACTIVE']));
    expect(await imageOf('daemonsets', 'kube-proxy-worker')).toMatch(/kube-proxy:v1\.32\.6$/);
    expect(await imageOf('deployments', 'coredns')).toMatch(/coredns:v1\.11\.3$/);
    expect((await kube('configmaps', 'coredns')).data['Corefile']).toContain('cache 30');
  });
});

describe('components of a cluster', { timeout: 200_000 }, () => {
  it('installs, configures with validated parameters, upgrades and uninstalls components as operations', async () => {
    const name = 'nginx-ingress-controller';
    const wrong = await change('installComponent', {
      clusterId,
      name,
      parameters: { replicas: 0, colour: 'red' },
    });
    expect(wrong.userErrors.map(({ code, path }) => [code, path.join('.')])).toEqual(
      expect.arrayContaining([
        ['INVALID_INPUT', 'input.parameters'],
        ['INVALID_INPUT', 'input.parameters.replicas'],
      ]),
    );
    const unknown = await change('installComponent', { clusterId, name, version: 'v0.0.1' });
    expect(unknown.userErrors).toMatchObject([{ code: 'UNKNOWN_VERSION', path: ['input', 'version'] }]);
    await changed('installComponent', {
      clusterId,
      name,
      version: 'v1.9.3-aliyun.1',
      parameters: { replicas: 3 },
    });
    expect((await kube('deployments', name)).spec['replicas']).toBe(3);
    expect((await kube('services', 'nginx-ingress-lb')).spec).toMatchObject({ type: 'LoadBalancer' });
    expect((await change('installComponent', { clusterId, name })).userErrors).toMatchObject([
      { code: 'DUPLICATE_NAME' },
    ]);

    const installed = await componentOf(name);
    expect(installed).toMatchObject({
      state: 'ACTIVE',
      nextVersion: 'v1.11.5-aliyun.1',
      parameters: { replicas: 3, keepAliveSeconds: 75 },
    });
    await changed('configureComponent', {
      id: installed.id,
      parameters: { replicas: null, keepAliveSeconds: 10 },
    });
    expect((await kube('deployments', name)).spec['replicas']).toBe(2);
    expect((await kube('configmaps', `${name}-config`)).data['keepAliveSeconds']).toBe('10');
    await changed('upgradeComponent', { id: installed.id });
    expect(await imageOf('deployments', name)).toMatch(/:v1\.11\.5-aliyun\.1$/);
    const older = await change('upgradeComponent', { id: installed.id, version: 'v1.9.3-aliyun.1' });
    expect(older.userErrors).toMatchObject([{ code: 'UPGRADE_NOT_ALLOWED' }]);
    await changed('uninstallComponent', { id: installed.id });
    expect(await componentOf(name)).toBeUndefined();
    await expect(kube('deployments', name)).rejects.toSatisfy(isNotFound);
    await expect(kube('services', 'nginx-ingress-lb')).rejects.toSatisfy(isNotFound);
    const events = await world.platform.events.read('acme', { after: 0n, limit: 500, filter: { clusterId } });
    const eventTypes = events.filter(({ data }) => data['name'] === name).map(({ type }) => type);
    expect(eventTypes).toEqual([
      'COMPONENT_INSTALLED',
      'COMPONENT_CONFIGURED',
      'COMPONENT_UPGRADED',
      'COMPONENT_UNINSTALLED',
    ]);
  });

  it('rejects uninstalling required components', async () => {
    const { id } = await componentOf('coredns');
    const { userErrors } = await change('uninstallComponent', { id });
    expect(userErrors).toMatchObject([{ code: 'COMPONENT_REQUIRED', path: ['input', 'id'] }]);
  });

  it('rejects installing unknown and incompatible components, and does not find those of other accounts', async () => {
    const terway = await change('installComponent', { clusterId, name: 'terway-eniip' });
    expect(terway.userErrors).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'name'] }]);
    const unknown = await change('installComponent', { clusterId, name: 'magic' });
    expect(unknown.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'name'] }]);
    const { id } = await componentOf('coredns');
    const foreign = await ask<{ component: unknown }>(
      `query ($id: ID!) { component(id: $id) { id } }`,
      { id },
      { account: 'other' },
    );
    expect(foreign.component).toBeNull();
  });

  it('reports drift after changes with kubectl once, and restores the component', async () => {
    const { id } = await componentOf('coredns');
    const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
    await client.patch(path, { spec: { replicas: 1 } }, MERGE_PATCH);
    const check = `mutation ($id: ID!) { checkComponents(input: { clusterId: $id }) {
      components { name drift { object path expected actual } } userErrors { code } } }`;
    type Check = { checkComponents: { components: ComponentView[]; userErrors: unknown[] } };
    const { checkComponents } = await ask<Check>(check, { id: clusterId });
    const drifted = checkComponents.components.filter(({ drift }) => drift.length > 0);
    expect(drifted).toEqual([
      {
        name: 'coredns',
        drift: [{ object: 'Deployment coredns', path: 'spec.replicas', expected: 2, actual: 1 }],
      },
    ]);
    // A second scheduled run finds no change and appends no event.
    const { database, clock, log, kubernetes } = world.platform;
    const scope = {
      database: database.prisma,
      clock,
      log,
      faults: noFaultInjection,
      signal: new AbortController().signal,
    };
    await componentDriftSchedule({ kubernetes }).run(scope);
    const events = await world.platform.events.read('acme', { after: 0n, limit: 500, filter: { clusterId } });
    expect(events.filter(({ type }) => type === 'COMPONENT_DRIFTED')).toHaveLength(1);
    await changed('restoreComponent', { id });
    expect((await kube('deployments', 'coredns')).spec['replicas']).toBe(2);
    expect((await componentOf('coredns')).drift).toEqual([]);
  });

  it('detects added fields and a deleted Service as drift; restoration removes the fields and recreates the Service', async () => {
    const { id } = await componentOf('coredns');
    const dns = '/api/v1/namespaces/kube-system/services/kube-dns';
    const spec = {
      hostNetwork: true,
      nodeSelector: { zone: 'a' },
      containers: [
        { name: 'coredns', args: ['-conf', '/other'], env: [{ name: 'DEBUG', value: '1' }] },
        { name: 'sidecar', image: 'busybox:1.36' },
      ],
    };
    const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
    await client.patch(path, { spec: { template: { spec } } }, 'application/strategic-merge-patch+json');
    await client.delete(dns);
    const check = `mutation ($id: ID!) { checkComponents(input: { clusterId: $id }) {
      components { name drift { object path expected actual } } userErrors { code } } }`;
    type Check = { checkComponents: { components: ComponentView[] } };
    const found = async () => {
      const { checkComponents } = await ask<Check>(check, { id: clusterId });
      const { drift } = checkComponents.components.find(({ name }) => name === 'coredns')!;
      return drift.map((item) => `${item.object} ${item.path}`.trim()).sort();
    };
    const pod = 'Deployment coredns spec.template.spec';
    expect(await found()).toEqual([
      `${pod}.containers.coredns.args`,
      `${pod}.containers.coredns.env`,
      `${pod}.containers.sidecar`,
      `${pod}.hostNetwork`,
      `${pod}.nodeSelector`,
      'Service kube-dns',
    ]);
    await changed('restoreComponent', { id });
    expect(await found()).toEqual([]);
    const { template } = (await kube('deployments', 'coredns')).spec as {
      template: { spec: { hostNetwork?: boolean; nodeSelector?: object; containers: { name: string }[] } };
    };
    expect(template.spec.containers.map(({ name }) => name)).toEqual(['coredns']);
    expect([template.spec.hostNetwork, template.spec.nodeSelector]).toEqual([undefined, undefined]);
    expect(await client.get(dns)).toMatchObject({ spec: { selector: { 'k8s-app': 'kube-dns' } } });
  });

  it('detects an exposed or redirected Service and changed rollouts as drift', async () => {
    const { id } = await componentOf('coredns');
    const dns = '/api/v1/namespaces/kube-system/services/kube-dns';
    const ports = [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      { name: 'metrics', port: 9153, protocol: 'TCP' },
    ];
    const spec = {
      externalIPs: ['203.0.113.7'],
      sessionAffinity: 'ClientIP',
      selector: { tier: 'x' },
      ports,
    };
    await client.patch(dns, { spec }, MERGE_PATCH);
    const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
    const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };
    await client.patch(
      path,
      { spec: { paused: true, template: { metadata: { annotations } } } },
      MERGE_PATCH,
    );
    const check = `mutation ($id: ID!) { checkComponents(input: { clusterId: $id }) {
      components { name drift { object path } } userErrors { code } } }`;
    type Check = { checkComponents: { components: ComponentView[] } };
    const found = async () => {
      const { checkComponents } = await ask<Check>(check, { id: clusterId });
      return checkComponents.components
        .flatMap(({ drift }) => drift.map((item) => `${item.object} ${item.path}`))
        .sort();
    };
    expect(await found()).toEqual([
      'Deployment coredns spec.paused',
      'Service kube-dns spec.externalIPs',
      'Service kube-dns spec.ports.dns.targetPort',
      'Service kube-dns spec.ports.metrics',
      'Service kube-dns spec.selector.tier',
      'Service kube-dns spec.sessionAffinity',
      'Service kube-dns spec.sessionAffinityConfig',
    ]);
    await changed('restoreComponent', { id });
    expect(await found()).toEqual([]);
    const { spec: restored } = await client.get<{ spec: { ports: object[]; externalIPs?: string[] } }>(dns);
    expect(restored.ports).toHaveLength(2);
    expect(restored.externalIPs).toBeUndefined();
  });

  it('applies each change once, fails it with the number of ready pods after the deadline, and recovers with the next change', async () => {
    const name = 'nginx-ingress-controller';
    const path = `/apis/apps/v1/namespaces/kube-system/deployments/${name}`;
    const parameters = { replicas: 2, cpuRequest: '64' };
    const { component, operation, userErrors } = await change('installComponent', {
      clusterId,
      name,
      parameters,
    });
    expect(userErrors).toEqual([]);
    const row = (id: string) => world.prisma.operation.findUniqueOrThrow({ where: { id } });
    await eventually(async () => (await row(operation!.id)).state === 'RUNNING');
    // Changes made during the operation stay: the manifest is not applied again at each reconcile.
    await client.patch(path, { spec: { replicas: 1 } }, MERGE_PATCH);
    await eventually(
      async () => (await client.get<{ status?: { replicas?: number } }>(path)).status?.replicas === 1,
    );
    // No reconcile that has read the earlier state is still running.
    await reconcilesIdle(world, 'component', component!.id);
    clock.advance(11 * 60_000);
    expect(await waitForOperation(world, operation!.id)).toMatchObject({
      state: 'FAILED',
      error: { code: 'COMPONENT_NOT_READY' },
      stages: [{ state: 'SUCCEEDED' }, { state: 'FAILED' }],
    });
    clock.reset();
    const failed = await componentOf(name);
    expect(failed).toMatchObject({
      state: 'FAILED',
      error: { message: expect.stringContaining(`0 of 1 pods of Deployment ${name} are new and ready`) },
    });
    await changed('configureComponent', { id: failed.id, parameters: { cpuRequest: null } });
    expect(await componentOf(name)).toMatchObject({ state: 'ACTIVE', error: null });
    await changed('uninstallComponent', { id: failed.id });
  });

  it('recommends parameters for the size of the cluster', async () => {
    expect((await componentOf('coredns')).recommendations).toEqual([]);
    const { nodePools } = (
      await ask<{ cluster: { nodePools: { nodes: { id: string }[] } } }>(
        `query ($id: ID!) { cluster(id: $id) { nodePools { nodes { id } } } }`,
        { id: clusterId },
      )
    ).cluster;
    await world.prisma.node.createMany({
      data: Array.from({ length: 40 }, (_, index) => ({
        id: `node_advice-${index}`,
        account: 'acme',
        clusterId,
        nodePoolId: nodePools.nodes[0]!.id,
        name: `advice-${index}`,
        state: 'running',
        status: 'Ready',
        zoneId: 'cn-hangzhou-b',
        instanceType: 'ecs.g7.xlarge',
        vcpus: 0,
        version: '1.32.6',
        createdAt: new Date(),
      })),
    });
    expect((await componentOf('coredns')).recommendations).toMatchObject([
      { parameter: 'replicas', current: 2, recommended: 6 },
    ]);
    await world.prisma.node.deleteMany({ where: { id: { startsWith: 'node_advice-' } } });
  });

  it('the catalog lists components with JSON Schemas, and links open-source projects to their components', async () => {
    const { componentDefinitions, openSourceProjects } = await ask<{
      componentDefinitions: { name: string; parameters: { type: string }; system: boolean }[];
      openSourceProjects: { name: string; component: { name: string } | null }[];
    }>(`{ componentDefinitions { name parameters system versions { version minKubernetes changes } }
          openSourceProjects { name component { name } } }`);
    expect(componentDefinitions.every(({ parameters }) => parameters.type === 'object')).toBe(true);
    expect(openSourceProjects).toHaveLength(27);
    const without = openSourceProjects.filter(({ component }) => component === null).map(({ name }) => name);
    expect(without).toEqual([
      'Derrick',
      'Image Build Specification of Alibaba Cloud Container Service for Kubernetes (ACK)',
      'Open Application Model Specification',
    ]);
    expect(openSourceProjects.find(({ name }) => name === 'Terway CNI Network Plugin')?.component?.name).toBe(
      'terway-eniip',
    );
  });
});
