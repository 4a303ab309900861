import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../engine/engine.js';
import type { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { enqueue } from '../../../engine/queue.js';
import { ended, startWorld, type World, wishCluster } from '../../engine/world.js';
import { eventually } from '../../kit/eventually.js';
import { type Ask, clientOf, componentsSettled, graphOf, runningCluster } from '../upgrade/upgrade-kit.js';

let world: World;
let engine: Engine;
let ask: Ask;
let clusterId: string;
let client: KubernetesClient;
beforeAll(async () => {
  world = await startWorld({ speed: 500 });
  await world.limit('payg-vcpu', 1_000);
  engine = await world.engine();
  ask = await graphOf(world);
  ({ clusterId, client } = await runningCluster(world, '1.34.3', 2));
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

interface Payload {
  payload: {
    cluster: { id: string } | null;
    userErrors: { code: string; message: string; path: string[] }[];
  };
}
type Target = {
  clusterId: string;
  operation: string;
  nodeId?: string;
  service?: string;
  acknowledgeRisk?: boolean;
};
const change = async (mutation: 'perform' | 'mend', input: Target) => {
  const query = `mutation ($input: HighRiskOperationInput!) {
    payload: ${mutation}HighRiskOperation(input: $input) { cluster { id } userErrors { code message path } } }`;
  return (await ask<Payload>(query, { input })).payload;
};
async function done(mutation: 'perform' | 'mend', input: Target): Promise<void> {
  expect((await change(mutation, input)).userErrors).toEqual([]);
}

interface Findings {
  cluster: {
    state: string;
    conditions: { type: string; status: string }[];
    highRiskFindings: {
      operation: { id: string; impact: string };
      node: { id: string } | null;
      service: string | null;
      since: string;
    }[];
  };
}
const view = async (id: string) =>
  (
    await ask<Findings>(
      `query ($id: ID!) { cluster(id: $id) { state conditions { type status }
         highRiskFindings { since service operation { id impact recovery } node { id name } } } }`,
      { id },
    )
  ).cluster;
const health = async (id: string) =>
  (await view(id)).conditions.find(({ type }) => type === 'ControlPlaneHealthy')?.status;
const findings = async (id: string) => (await view(id)).highRiskFindings.map(({ operation }) => operation.id);

const workers = (id: string) =>
  world.prisma.node.findMany({
    where: { clusterId: id, role: 'WORKER', state: 'running' },
    orderBy: { id: 'asc' },
  });
const statusOf = async (id: string) => (await world.prisma.node.findUnique({ where: { id } }))?.status;

interface NodeView {
  status: { conditions: { type: string; status: string; message: string }[] };
}

describe('the list of high-risk operations', () => {
  it('has 47 rows and says of each whether and to what it is acted out', async () => {
    const { highRiskOperations } = await ask<{
      highRiskOperations: { id: string; actedOut: string | null }[];
    }>(`{ highRiskOperations { id actedOut } }`);
    expect(highRiskOperations).toHaveLength(47);
    const counts = Map.groupBy(highRiskOperations, ({ actedOut }) => actedOut);
    expect(Object.fromEntries([...counts].map(([target, rows]) => [String(target), rows.length]))).toEqual({
      CLUSTER: 3,
      DEDICATED_CLUSTER: 3,
      WORKER_NODE: 12,
      MASTER_NODE: 6,
      SERVICE: 3,
      KUBERNETES_API: 2,
      null: 18,
    });
  });

  it('refuses to act out what is not, and what is done to something else', async () => {
    expect((await change('perform', { clusterId, operation: 'storage.nas.1' })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', path: ['input', 'operation'] },
    ]);
    expect((await change('perform', { clusterId, operation: 'nothing' })).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    expect(
      (await change('perform', { clusterId, operation: 'cluster.worker-node.4' })).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'nodeId'] }]);
    const [node] = await workers(clusterId);
    const master = { clusterId, operation: 'cluster.master-node.6', nodeId: node!.id };
    expect((await change('perform', master)).userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
    expect(
      (
        await change('perform', {
          clusterId,
          operation: 'network.load-balancer.1',
          service: 'default/kubernetes',
        })
      ).userErrors,
    ).toMatchObject([{ code: 'INVALID_INPUT' }]);
  });
});

describe('on a worker node', { timeout: 200_000 }, () => {
  it.each([
    'cluster.api-server.2',
    'cluster.worker-node.2',
    'cluster.worker-node.3',
    'cluster.worker-node.4',
    'cluster.worker-node.5',
    'cluster.worker-node.6',
  ])('%s makes it NotReady, and its recovery makes it Ready', async (operation) => {
    const [node] = await workers(clusterId);
    const target = { clusterId, operation, nodeId: node!.id };
    await done('perform', target);
    await eventually(async () => (await statusOf(node!.id)) === 'NotReady', { what: 'NotReady' });
    await eventually(async () => (await findings(clusterId)).join() === operation, { what: 'the finding' });
    await done('mend', target);
    await eventually(async () => (await statusOf(node!.id)) === 'Ready', { what: 'Ready' });
    await eventually(async () => (await findings(clusterId)).length === 0);
  });

  it.each(['network.kernel.1', 'network.kernel.2', 'network.kernel.4', 'network.kernel.5', 'network.node.1'])(
    '%s interrupts its network, and its recovery mends it',
    async (operation) => {
      const [node] = await workers(clusterId);
      const network = async () => {
        const { status } = await client.get<NodeView>(`/api/v1/nodes/${node!.name}`);
        return status.conditions.find(({ type }) => type === 'NetworkUnavailable');
      };
      await done('perform', { clusterId, operation, nodeId: node!.id });
      expect(await network()).toMatchObject({
        status: 'True',
        message: expect.stringContaining(operation) as string,
      });
      await done('mend', { clusterId, operation, nodeId: node!.id });
      expect(await network()).toMatchObject({ status: 'False' });
    },
  );

  it('kernel parameters that break the network are refused unless acknowledged, and good ones mend it', async () => {
    const [node] = await workers(clusterId);
    const set = async (sysctls: [string, string][], acknowledgeRisk = false) => {
      const query = `mutation ($input: SetNodeSysctlsInput!) {
        payload: setNodeSysctls(input: $input) { cluster { id } userErrors { code message path } } }`;
      const pairs = sysctls.map(([name, value]) => ({ name, value }));
      const input = { nodeId: node!.id, sysctls: pairs, acknowledgeRisk };
      return (await ask<Payload>(query, { input })).payload.userErrors;
    };
    const good: [string, string][] = [
      ['net.ipv4.ip_forward', '1'],
      ['net.ipv4.conf.all.rp_filter', '0'],
      ['net.ipv4.conf.eth0.rp_filter', '0'],
      ['net.ipv4.tcp_tw_reuse', '0'],
      ['net.ipv4.tcp_tw_recycle', '0'],
      ['net.ipv4.ip_local_port_range', '32768 60999'],
    ];
    expect(await set(good)).toEqual([]);
    for (const [name, value] of [
      ['net.ipv4.ip_forward', '0'],
      ['net.ipv4.conf.all.rp_filter', '1'],
      ['net.ipv4.conf.eth3.rp_filter', '2'],
      ['net.ipv4.tcp_tw_reuse', '1'],
      ['net.ipv4.tcp_tw_recycle', '1'],
      ['net.ipv4.ip_local_port_range', '1024 65535'],
    ] as [string, string][]) {
      expect(await set([[name, value]]), name).toMatchObject([
        { code: 'RISK_NOT_ACKNOWLEDGED', path: ['input', 'sysctls', '0', 'value'] },
      ]);
    }
    expect(await set([['vm.swappiness', '10']])).toMatchObject([{ code: 'INVALID_INPUT' }]);
    // Nothing acts out what breaks health checks, so it is not set at all.
    expect(await set([['net.ipv4.tcp_tw_reuse', '1']], true)).toMatchObject([
      { code: 'RISK_NOT_ACKNOWLEDGED' },
    ]);
    expect(await set([['net.ipv4.ip_forward', '0']], true)).toEqual([]);
    await eventually(async () => (await findings(clusterId)).includes('network.kernel.1'));
    expect(await set(good)).toEqual([]);
    await eventually(async () => (await findings(clusterId)).length === 0);
  });
});

describe('what was done to a node', { timeout: 200_000 }, () => {
  it('is found once for each time that it was done, and no more when the node has left', async () => {
    const { clusterId: id } = await runningCluster(world, '1.34.3', 2);
    const [node] = await workers(id);
    const target = { clusterId: id, operation: 'cluster.worker-node.4', nodeId: node!.id };
    await done('perform', target);
    await eventually(async () => (await findings(id)).length === 1, { what: 'a finding' });
    const since = (await view(id)).highRiskFindings[0]?.since;
    await done('mend', target);
    await done('perform', target);
    await eventually(
      async () => {
        const [finding] = (await view(id)).highRiskFindings;
        return finding !== undefined && finding.since !== since;
      },
      { what: 'another finding' },
    );
    const remove = `mutation ($input: RemoveNodesInput!) { removeNodes(input: $input) { operation { id } userErrors { code message } } }`;
    type Removed = { removeNodes: { operation: { id: string } | null; userErrors: unknown[] } };
    const { removeNodes } = await ask<Removed>(remove, {
      input: { nodePoolId: node!.nodePoolId, nodeIds: [node!.id], drain: false },
    });
    expect(removeNodes.userErrors).toEqual([]);
    await ended(world, removeNodes.operation!.id);
    await eventually(async () => (await findings(id)).length === 0, { what: 'no finding' });
  });
});

describe('on the load balancers of Services', { timeout: 200_000 }, () => {
  const path = (name: string) => `/api/v1/namespaces/default/services/${name}`;
  type Service = {
    status?: { loadBalancer?: { ingress?: unknown[] } };
    metadata: { annotations?: Record<string, string> };
  };
  const hasAddress = async (name: string) =>
    ((await client.get<Service>(path(name))).status?.loadBalancer?.ingress ?? []).length > 0;
  const grantAll = async () => {
    const claims = await world.platform.provider.cloudClaims();
    const granted = claims.filter((claim) => claim.clusterId === clusterId).map(({ id }) => id);
    await world.platform.provider.answerClaims(clusterId, { granted, refused: [] });
  };
  const service = (name: string, annotations = {}) =>
    client.create('/api/v1/namespaces/default/services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default', annotations },
      spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80 }] },
    });
  const addressed = (name: string) =>
    eventually(
      async () => {
        await grantAll();
        return hasAddress(name);
      },
      { what: `an address of ${name}` },
    );

  it.each([1, 2, 4])(
    'network.load-balancer.%i makes it abnormal, and its recovery gives it back',
    async (number) => {
      const name = `web-${number}`;
      await service(name);
      await addressed(name);
      const target = { clusterId, operation: `network.load-balancer.${number}`, service: `default/${name}` };
      await done('perform', target);
      await eventually(async () => !(await hasAddress(name)), { what: 'the loss of the address' });
      await eventually(async () =>
        (await view(clusterId)).highRiskFindings.some((one) => one.service === `default/${name}`),
      );
      await done('mend', target);
      await addressed(name);
      await client.delete(path(name));
    },
  );

  it('network.load-balancer.3: a Service that loses the annotation of the one it reuses is broken until it is back', async () => {
    const annotation = 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id';
    await service('reusing', { [annotation]: 'lb-1' });
    await addressed('reusing');
    const annotate = (value: string | null) =>
      client.patch(
        path('reusing'),
        { metadata: { annotations: { [annotation]: value } } },
        'application/merge-patch+json',
      );
    await annotate(null);
    await eventually(async () => !(await hasAddress('reusing')), { what: 'the loss of the address' });
    await annotate('lb-1');
    await addressed('reusing');
  });

  it('cluster.access.1 lets no load balancer be made until the permissions are back', async () => {
    await done('perform', { clusterId, operation: 'cluster.access.1' });
    await service('later');
    await grantAll();
    await eventually(async () => {
      const { items } = await client.list<{ reason: string; involvedObject: { name: string } }>(
        '/api/v1/namespaces/default/events',
      );
      return items.some(
        ({ reason, involvedObject }) =>
          reason === 'SyncLoadBalancerFailed' && involvedObject.name === 'later',
      );
    });
    expect(await hasAddress('later')).toBe(false);
    await done('mend', { clusterId, operation: 'cluster.access.1' });
    await addressed('later');
  });

  it('network.load-balancer.5: nginx-ingress-lb cannot be deleted while the controller is installed, and is restored from its manifest', async () => {
    const lb = '/api/v1/namespaces/kube-system/services/nginx-ingress-lb';
    const install = `mutation ($input: InstallComponentInput!) { installComponent(input: $input) { component { id } operation { id } userErrors { code } } }`;
    type Installed = { installComponent: { component: { id: string }; operation: { id: string } } };
    const { installComponent } = await ask<Installed>(install, {
      input: { clusterId, name: 'nginx-ingress-controller' },
    });
    await ended(world, installComponent.operation.id);
    await expect(client.delete(lb)).rejects.toMatchObject({ status: 403 });
    expect(await client.get(lb)).toMatchObject({
      metadata: { labels: { app: 'nginx-ingress-lb' } },
      spec: {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        selector: { app: 'ingress-nginx' },
        ports: [{ port: 80 }, { port: 443 }],
      },
    });
    // Without the Deployment nothing protects it; restoring the component brings back both.
    await client.delete('/apis/apps/v1/namespaces/kube-system/deployments/nginx-ingress-controller');
    await client.delete(lb);
    const restore = `mutation ($id: ID!) { restoreComponent(input: { id: $id }) { operation { id } userErrors { code } } }`;
    type Restored = { restoreComponent: { operation: { id: string } } };
    const { restoreComponent } = await ask<Restored>(restore, { id: installComponent.component.id });
    expect(await ended(world, restoreComponent.operation.id)).toMatchObject({ state: 'SUCCEEDED' });
    expect(await client.get(lb)).toMatchObject({ spec: { selector: { app: 'ingress-nginx' } } });
  });
});

describe('on the cluster', { timeout: 200_000 }, () => {
  it('network.node.2 stops the DNS: its condition is False, and True when UDP 53 is open again', async () => {
    const dns = async () =>
      (await view(clusterId)).conditions.find(({ type }) => type === 'DnsHealthy')?.status ?? 'True';
    const subsets = async () =>
      (
        await client.get<{ subsets?: { addresses?: unknown[] }[] }>(
          '/api/v1/namespaces/kube-system/endpoints/kube-dns',
        )
      ).subsets ?? [];
    await eventually(async () => (await subsets()).some(({ addresses = [] }) => addresses.length > 0), {
      what: 'DNS',
    });
    await done('perform', { clusterId, operation: 'network.node.2' });
    await eventually(async () => {
      await enqueue(world.prisma, 'high-risk', clusterId);
      return (await dns()) === 'False';
    });
    await done('mend', { clusterId, operation: 'network.node.2' });
    await eventually(async () => (await dns()) === 'True');
  });

  it('cluster.worker-node.1 needs an acknowledgement, takes the node away and cannot be mended', async () => {
    const { clusterId: id, client: api } = await runningCluster(world, '1.34.3', 1);
    const [node] = await workers(id);
    const target = { clusterId: id, operation: 'cluster.worker-node.1', nodeId: node!.id };
    expect((await change('perform', target)).userErrors).toMatchObject([
      { code: 'RISK_NOT_ACKNOWLEDGED', path: ['input', 'acknowledgeRisk'] },
    ]);
    await done('perform', { ...target, acknowledgeRisk: true });
    await eventually(async () => {
      const { items } = await api.list<{ metadata: { name: string } }>('/api/v1/nodes');
      return items.every(({ metadata }) => metadata.name !== node!.name);
    });
    const { userErrors } = await change('mend', target);
    expect(userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['input', 'operation'] }]);
  });

  it('cluster.api-server.1 needs an acknowledgement and makes the cluster UNAVAILABLE for good', async () => {
    const { clusterId: id } = await runningCluster(world, '1.34.3', 1);
    const target = { clusterId: id, operation: 'cluster.api-server.1' };
    expect((await change('perform', target)).userErrors).toMatchObject([{ code: 'RISK_NOT_ACKNOWLEDGED' }]);
    await done('perform', { ...target, acknowledgeRisk: true });
    await eventually(async () => (await view(id)).state === 'UNAVAILABLE', { what: 'UNAVAILABLE' });
    expect((await change('mend', target)).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    await expect((await clientOf(world, id)).get('/version')).rejects.toMatchObject({
      name: 'KubernetesUnavailable',
    });
    const events = await world.platform.events.read('acme', {
      after: 0n,
      limit: 200,
      filter: { clusterId: id },
    });
    const told = events.filter(({ type }) => type === 'HIGH_RISK_OPERATION_FOUND');
    expect(told).toMatchObject([{ level: 'WARNING', data: { operation: 'cluster.api-server.1' } }]);
    expect(told[0]?.message).toContain('Not recoverable');
  });
});

describe('on a dedicated cluster', { timeout: 200_000 }, () => {
  async function dedicated() {
    const { clusterId: id, operationId } = await wishCluster(world, 1, { type: 'KUBERNETES', spec: null });
    expect(await ended(world, operationId)).toMatchObject({ state: 'SUCCEEDED' });
    await componentsSettled(world, id);
    const masters = await world.prisma.node.findMany({
      where: { clusterId: id, role: 'MASTER' },
      orderBy: { id: 'asc' },
    });
    return { id, masters };
  }
  const master = (id: string, number: number, nodeId?: string): Target => ({
    ...{ clusterId: id, operation: `cluster.master-node.${number}` },
    ...(nodeId !== undefined && { nodeId }),
  });
  const becomes = (id: string, state: string) =>
    eventually(async () => (await view(id)).state === state, { what: state });
  const doneForGood = async (target: Target) => {
    expect((await change('perform', target)).userErrors).toMatchObject([{ code: 'RISK_NOT_ACKNOWLEDGED' }]);
    await done('perform', { ...target, acknowledgeRisk: true });
    expect((await change('mend', target)).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
  };

  it('what is done to one master makes it unavailable and the control plane degraded, until it is mended', async () => {
    const { id, masters } = await dedicated();
    expect(masters).toHaveLength(3);
    for (const number of [1, 6, 7]) {
      const nodeId = masters[0]!.id;
      await done('perform', master(id, number, nodeId));
      await eventually(async () => (await statusOf(nodeId)) === 'NotReady', {
        what: `NotReady by ${number}`,
      });
      await eventually(async () => (await health(id)) === 'False', { what: `degraded by ${number}` });
      expect((await view(id)).state).toBe('RUNNING');
      await done('mend', master(id, number, nodeId));
      await eventually(async () => (await statusOf(nodeId)) === 'Ready', { what: `Ready after ${number}` });
      await eventually(async () => (await health(id)) === 'True', { what: `whole after ${number}` });
    }
    // Of two masters no quorum is left; and own versions of their components stop the API at once.
    const two = masters.slice(0, 2).map((one) => master(id, 6, one.id));
    for (const target of two) await done('perform', target);
    await becomes(id, 'UNAVAILABLE');
    for (const target of two) await done('mend', target);
    await becomes(id, 'RUNNING');
    await done('perform', master(id, 4));
    await becomes(id, 'UNAVAILABLE');
    await done('mend', master(id, 4));
    await becomes(id, 'RUNNING');
    // Two that nothing brings back.
    await doneForGood(master(id, 2, masters[0]!.id));
    await eventually(async () => (await statusOf(masters[0]!.id)) === 'NotReady', {
      what: 'an expired master',
    });
    expect((await view(id)).state).toBe('RUNNING');
    await doneForGood(master(id, 3, masters[1]!.id));
    await becomes(id, 'UNAVAILABLE');
  });

  it('a master without its core directories is unavailable for good', async () => {
    const { id, masters } = await dedicated();
    await doneForGood(master(id, 5, masters[2]!.id));
    await eventually(async () => (await statusOf(masters[2]!.id)) === 'NotReady', { what: 'a lost master' });
    expect((await view(id)).state).toBe('RUNNING');
    await doneForGood(master(id, 8));
    await becomes(id, 'UNAVAILABLE');
  });

  it('masters added or removed on one’s own make it unusable for good', async () => {
    const { id } = await dedicated();
    await doneForGood(master(id, 9));
    await becomes(id, 'UNAVAILABLE');
  });

  it('is the only kind to whose masters anything can be done', async () => {
    for (const number of [4, 8, 9]) {
      const target = { ...master(clusterId, number), acknowledgeRisk: true };
      expect((await change('perform', target)).userErrors).toMatchObject([
        { code: 'UNSUPPORTED_BY_KIND', path: ['input', 'clusterId'] },
      ]);
    }
  });
});
