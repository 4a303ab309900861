import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enqueue } from '../../../engine/jobs/queue.js';
import { waitForOperation } from '../../engine/engine-fixture.js';
import { eventually } from '../../kit/eventually.js';
import { clientOf, runningCluster } from '../upgrade/upgrade-kit.js';
import { type ConditionedView, type HighRisk, openHighRisk, type Payload } from './high-risk-kit.js';
import { MERGE_PATCH } from '../../../engine/kubernetes/client.js';

let risks: HighRisk;
beforeAll(async () => {
  risks = await openHighRisk();
});
afterAll(() => risks[Symbol.asyncDispose]());

describe('list of high-risk operations', () => {
  it('has 47 rows with the simulated target of each or the reason why it is not simulated', async () => {
    const { highRiskOperations } = await risks.ask<{
      highRiskOperations: { id: string; simulatedTarget: string | null; notSimulatedReason: string | null }[];
    }>(`{ highRiskOperations { id simulatedTarget notSimulatedReason } }`);
    expect(highRiskOperations).toHaveLength(47);
    const counts = Map.groupBy(highRiskOperations, ({ simulatedTarget }) => simulatedTarget);
    expect(Object.fromEntries([...counts].map(([target, rows]) => [String(target), rows.length]))).toEqual({
      CLUSTER: 3,
      DEDICATED_CLUSTER: 3,
      NODE_POOL: 2,
      WORKER_NODE: 14,
      MASTER_NODE: 6,
      SERVICE: 3,
      VOLUME_CLAIM: 5,
      KUBERNETES_API: 5,
      MUTATION: 3,
      null: 3,
    });
    for (const { simulatedTarget, notSimulatedReason } of highRiskOperations)
      expect(notSimulatedReason === null).toBe(simulatedTarget !== null);
  });

  it('rejects operations that are not simulated, or that have another target', async () => {
    expect(
      (await risks.change('perform', { clusterId: risks.clusterId, operation: 'logging.collector.1' }))
        .userErrors,
    ).toMatchObject([{ code: 'INVALID_INPUT', path: ['input', 'highRiskOperationId'] }]);
    expect(
      (await risks.change('perform', { clusterId: risks.clusterId, operation: 'nothing' })).userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(
      (await risks.change('perform', { clusterId: risks.clusterId, operation: 'cluster.worker-node.4' }))
        .userErrors,
    ).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'nodeId'] }]);
    const [node] = await risks.workers(risks.clusterId);
    const master = { clusterId: risks.clusterId, operation: 'cluster.master-node.6', nodeId: node!.id };
    expect((await risks.change('perform', master)).userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
    expect(
      (
        await risks.change('perform', {
          clusterId: risks.clusterId,
          operation: 'network.load-balancer.1',
          service: 'default/kubernetes',
        })
      ).userErrors,
    ).toMatchObject([{ code: 'INVALID_INPUT' }]);
  });
});

describe('high-risk operations on a worker node', { timeout: 200_000 }, () => {
  it.each([
    'cluster.api-server.2',
    'cluster.worker-node.2',
    'cluster.worker-node.3',
    'cluster.worker-node.4',
    'cluster.worker-node.5',
    'cluster.worker-node.6',
  ])('%s makes it NotReady, and its recovery makes it Ready', async (operation) => {
    const [node] = await risks.workers(risks.clusterId);
    const target = { clusterId: risks.clusterId, operation, nodeId: node!.id };
    await risks.done('perform', target);
    await risks.nodeBecomes(node!.id, 'NotReady');
    await eventually(async () => (await risks.findings(risks.clusterId)).join() === operation, {
      what: 'the finding',
    });
    await risks.done('remediate', target);
    await risks.nodeBecomes(node!.id, 'Ready');
    await eventually(async () => (await risks.findings(risks.clusterId)).length === 0);
  });

  it.each(['network.kernel.1', 'network.kernel.2', 'network.kernel.4', 'network.kernel.5', 'network.node.1'])(
    '%s interrupts its network, and its recovery restores it',
    async (operation) => {
      const [node] = await risks.workers(risks.clusterId);
      const network = async () => {
        const { status } = await risks.client.get<ConditionedView>(`/api/v1/nodes/${node!.name}`);
        return status.conditions?.find(({ type }) => type === 'NetworkUnavailable');
      };
      await risks.done('perform', { clusterId: risks.clusterId, operation, nodeId: node!.id });
      expect(await network()).toMatchObject({
        status: 'True',
        message: expect.stringContaining(operation) as string,
      });
      await risks.done('remediate', { clusterId: risks.clusterId, operation, nodeId: node!.id });
      expect(await network()).toMatchObject({ status: 'False' });
    },
  );

  it('kernel parameters that break the network are rejected unless acknowledged, and valid ones remediate it', async () => {
    const [node] = await risks.workers(risks.clusterId);
    const set = async (sysctls: [string, string][], acknowledgeRisk = false) => {
      const query = `mutation ($input: SetNodeSysctlsInput!) {
        payload: setNodeSysctls(input: $input) { cluster { id } userErrors { code message path } } }`;
      const pairs = sysctls.map(([name, value]) => ({ name, value }));
      const input = { nodeId: node!.id, sysctls: pairs, acknowledgeRisk };
      return (await risks.ask<Payload>(query, { input })).payload.userErrors;
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
    expect(
      await set(
        [
          ['net.ipv4.ip_forward', '0'],
          ['net.ipv4.tcp_tw_reuse', '1'],
        ],
        true,
      ),
    ).toEqual([]);
    const values = async () => {
      const query = `query ($id: ID!, $name: String!) { cluster(id: $id) { node(name: $name) {
        sysctls { name value recommendedValue } } } }`;
      type Read = {
        cluster: { node: { sysctls: { name: string; value: string; recommendedValue: string }[] } };
      };
      const read = await risks.ask<Read>(query, { id: risks.clusterId, name: node!.name });
      const different = read.cluster.node.sysctls.filter(
        (sysctl) => sysctl.value !== sysctl.recommendedValue,
      );
      return different.map(({ name, value }) => `${name}=${value}`);
    };
    expect(await values()).toEqual(['net.ipv4.ip_forward=0', 'net.ipv4.tcp_tw_reuse=1']);
    await eventually(
      async () => (await risks.findings(risks.clusterId)).join() === 'network.kernel.1,network.kernel.3',
    );
    expect(await set(good)).toEqual([]);
    await eventually(async () => (await risks.findings(risks.clusterId)).length === 0);
  });
});

describe('high-risk operations on load balancers of Services', { timeout: 200_000 }, () => {
  const path = (name: string) => `/api/v1/namespaces/default/services/${name}`;
  type Service = {
    status?: { loadBalancer?: { ingress?: unknown[] } };
    metadata: { annotations?: Record<string, string> };
  };
  const hasAddress = async (name: string) =>
    ((await risks.client.get<Service>(path(name))).status?.loadBalancer?.ingress ?? []).length > 0;
  const grantAll = async () => {
    const { requests } = await risks.world.platform.provider.cloudResourceRequests();
    const granted = requests.filter((claim) => claim.clusterId === risks.clusterId).map(({ id }) => id);
    await risks.world.platform.provider.decideCloudResourceRequests(risks.clusterId, {
      granted,
      refused: [],
    });
  };
  const service = (name: string, annotations = {}) =>
    risks.client.create('/api/v1/namespaces/default/services', {
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
    'network.load-balancer.%i makes the load balancer abnormal, and its remediation restores it',
    async (number) => {
      const name = `web-${number}`;
      await service(name);
      await addressed(name);
      const target = {
        clusterId: risks.clusterId,
        operation: `network.load-balancer.${number}`,
        service: `default/${name}`,
      };
      await risks.done('perform', target);
      await eventually(async () => !(await hasAddress(name)), { what: 'the loss of the address' });
      await eventually(async () =>
        (await risks.view(risks.clusterId)).highRiskFindings.some(
          (finding) => finding.service === `default/${name}`,
        ),
      );
      await risks.done('remediate', target);
      await addressed(name);
      await risks.client.delete(path(name));
    },
  );

  it('network.load-balancer.3: a Service that loses the annotation of its reused load balancer fails until it is restored', async () => {
    const annotation = 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id';
    await service('reusing', { [annotation]: 'lb-1' });
    await addressed('reusing');
    const annotate = (value: string | null) =>
      risks.client.patch(
        path('reusing'),
        { metadata: { annotations: { [annotation]: value } } },
        MERGE_PATCH,
      );
    await annotate(null);
    await eventually(async () => !(await hasAddress('reusing')), { what: 'the loss of the address' });
    await annotate('lb-1');
    await addressed('reusing');
  });

  it('cluster.access.1 prevents the creation of load balancers until the permissions are restored', async () => {
    await risks.done('perform', { clusterId: risks.clusterId, operation: 'cluster.access.1' });
    await service('later');
    await grantAll();
    await eventually(async () => {
      const { items } = await risks.client.list<{ reason: string; involvedObject: { name: string } }>(
        '/api/v1/namespaces/default/events',
      );
      return items.some(
        ({ reason, involvedObject }) =>
          reason === 'SyncLoadBalancerFailed' && involvedObject.name === 'later',
      );
    });
    expect(await hasAddress('later')).toBe(false);
    await risks.done('remediate', { clusterId: risks.clusterId, operation: 'cluster.access.1' });
    await addressed('later');
  });

  it('network.load-balancer.5: nginx-ingress-lb cannot be deleted while the controller is installed, and is restored from its manifest', async () => {
    const lb = '/api/v1/namespaces/kube-system/services/nginx-ingress-lb';
    const install = `mutation ($input: InstallComponentInput!) { installComponent(input: $input) { component { id } operation { id } userErrors { code } } }`;
    type Installed = { installComponent: { component: { id: string }; operation: { id: string } } };
    const { installComponent } = await risks.ask<Installed>(install, {
      input: { clusterId: risks.clusterId, name: 'nginx-ingress-controller' },
    });
    await waitForOperation(risks.world, installComponent.operation.id);
    await expect(risks.client.delete(lb)).rejects.toMatchObject({ status: 403 });
    expect(await risks.client.get(lb)).toMatchObject({
      metadata: { labels: { app: 'nginx-ingress-lb' } },
      spec: {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        selector: { app: 'ingress-nginx' },
        ports: [{ port: 80 }, { port: 443 }],
      },
    });
    // Deleting the Deployment removes the protection; restoring the component restores both.
    await risks.client.delete('/apis/apps/v1/namespaces/kube-system/deployments/nginx-ingress-controller');
    await risks.client.delete(lb);
    const restore = `mutation ($id: ID!) { restoreComponent(input: { id: $id }) { operation { id } userErrors { code } } }`;
    type Restored = { restoreComponent: { operation: { id: string } } };
    const { restoreComponent } = await risks.ask<Restored>(restore, { id: installComponent.component.id });
    expect(await waitForOperation(risks.world, restoreComponent.operation.id)).toMatchObject({
      state: 'SUCCEEDED',
    });
    expect(await risks.client.get(lb)).toMatchObject({ spec: { selector: { app: 'ingress-nginx' } } });
  });
});

describe('high-risk operations on a cluster', { timeout: 200_000 }, () => {
  it('network.node.2 stops DNS: the condition is False, and True after UDP 53 is opened again', async () => {
    const dns = async () =>
      (await risks.view(risks.clusterId)).conditions.find(({ type }) => type === 'DnsHealthy')?.status ??
      'True';
    const subsets = async () =>
      (
        await risks.client.get<{ subsets?: { addresses?: unknown[] }[] }>(
          '/api/v1/namespaces/kube-system/endpoints/kube-dns',
        )
      ).subsets ?? [];
    await eventually(async () => (await subsets()).some(({ addresses = [] }) => addresses.length > 0), {
      what: 'DNS',
    });
    await risks.done('perform', { clusterId: risks.clusterId, operation: 'network.node.2' });
    await eventually(async () => {
      await enqueue(risks.world.prisma, 'high-risk', risks.clusterId);
      return (await dns()) === 'False';
    });
    await risks.done('remediate', { clusterId: risks.clusterId, operation: 'network.node.2' });
    await eventually(async () => (await dns()) === 'True');
  });

  it('security group rules that block DNS need an acknowledgement, are listed as findings, and stop DNS', async () => {
    const { ask, world, clusterId: id } = risks;
    type Network = { cluster: { network: { podCidr: string; securityGroup: { id: string } } } };
    const { network } = (
      await ask<Network>(
        'query ($id: ID!) { cluster(id: $id) { network { podCidr securityGroup { id } } } }',
        { id },
      )
    ).cluster;
    const update = async (input: object) => {
      const query = `mutation ($input: UpdateSecurityGroupInput!) {
        payload: updateSecurityGroup(input: $input) { userErrors { code path } } }`;
      const all = { id: network.securityGroup.id, ...input };
      return (await ask<Payload>(query, { input: all })).payload.userErrors;
    };
    const found = async () => {
      await enqueue(world.prisma, 'high-risk', id);
      const query = `query ($id: ID!) { cluster(id: $id) { conditions { type status }
        highRiskFindings { highRiskOperation { id } securityGroup { id } } } }`;
      type Found = {
        cluster: {
          conditions: { type: string; status: string }[];
          highRiskFindings: { highRiskOperation: { id: string }; securityGroup: { id: string } | null }[];
        };
      };
      const { conditions, highRiskFindings } = (await ask<Found>(query, { id })).cluster;
      const finding = highRiskFindings.find(
        ({ highRiskOperation }) => highRiskOperation.id === 'network.node.2',
      );
      const dns = conditions.find(({ type }) => type === 'DnsHealthy')?.status ?? 'True';
      return [finding?.securityGroup?.id, dns].join();
    };
    const tcp = { protocol: 'TCP', fromPort: 443, cidr: '0.0.0.0/0' };
    for (const rules of [[], [tcp]])
      expect(await update({ rules })).toEqual([
        { code: 'RISK_NOT_ACKNOWLEDGED', path: ['input', 'acknowledgeRisk'] },
      ]);
    expect(await update({ rules: [], acknowledgeRisk: true })).toEqual([]);
    await eventually(async () => (await found()) === `${network.securityGroup.id},False`);
    const dns = { protocol: 'UDP', fromPort: 53, cidr: network.podCidr };
    expect(await update({ rules: [tcp, dns] })).toEqual([]);
    await eventually(async () => (await found()) === ',True');
  });

  it('cluster.worker-node.1 needs an acknowledgement, removes the node and cannot be remediated', async () => {
    const { clusterId: id, client: api } = await runningCluster(risks.world, '1.34.3', 1);
    const [node] = await risks.workers(id);
    const target = { clusterId: id, operation: 'cluster.worker-node.1', nodeId: node!.id };
    expect((await risks.change('perform', target)).userErrors).toMatchObject([
      { code: 'RISK_NOT_ACKNOWLEDGED', path: ['input', 'acknowledgeRisk'] },
    ]);
    await risks.done('perform', { ...target, acknowledgeRisk: true });
    await eventually(async () => {
      const { items } = await api.list<{ metadata: { name: string } }>('/api/v1/nodes');
      return items.every(({ metadata }) => metadata.name !== node!.name);
    });
    const { userErrors } = await risks.change('remediate', target);
    expect(userErrors).toMatchObject([{ code: 'INVALID_STATE', path: ['input', 'highRiskOperationId'] }]);
  });

  it('cluster.api-server.1 needs an acknowledgement and makes the cluster permanently UNAVAILABLE', async () => {
    const { clusterId: id } = await runningCluster(risks.world, '1.34.3', 1);
    const target = { clusterId: id, operation: 'cluster.api-server.1' };
    expect((await risks.change('perform', target)).userErrors).toMatchObject([
      { code: 'RISK_NOT_ACKNOWLEDGED' },
    ]);
    await risks.done('perform', { ...target, acknowledgeRisk: true });
    await eventually(async () => (await risks.view(id)).state === 'UNAVAILABLE', { what: 'UNAVAILABLE' });
    expect((await risks.change('remediate', target)).userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
    await expect((await clientOf(risks.world, id)).get('/version')).rejects.toMatchObject({
      name: 'KubernetesUnavailable',
    });
    const events = await risks.world.platform.events.read('acme', {
      after: 0n,
      limit: 200,
      filter: { clusterId: id },
    });
    const foundEvents = events.filter(({ type }) => type === 'HIGH_RISK_OPERATION_FOUND');
    expect(foundEvents).toMatchObject([{ level: 'WARNING', data: { operation: 'cluster.api-server.1' } }]);
    expect(foundEvents[0]?.message).toContain('Not recoverable');
  });
});
