import 'reflect-metadata';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCOUNT_GROUP } from '../../access/model/group-name.js';
import { groupKey, principalId } from '../../access/model/principal.js';
import { changeAccess, DEFAULT_PERMISSION } from '../../access/store/access-version.js';
import { KubernetesClient } from '../../engine/kubernetes/client.js';
import { clusterAccess } from '../../engine/kubernetes/cluster-access.js';
import { KubernetesApis } from '../../engine/kubernetes/kubernetes-apis.js';
import { type OpenDatabase, openDatabase, type Transaction } from '../../kernel/postgres/database.js';
import { findPrograms } from '../../kubesim/control-planes/programs.js';
import { createCluster, operationEnd } from '../kit/cluster-lifecycle.js';
import { builtControlPlane } from '../kit/control-plane.js';
import * as documents from '../kit/documents.js';
import { eventually } from '../kit/eventually.js';
import { graphqlRequest, startTestPlatform, type TestPlatform, testToken } from '../kit/platform.js';
import { publishVersion } from '../kit/publish-version.js';
import { temporaryFolder } from '../kit/temporary-files.js';

const assets = builtControlPlane('the scenarios of rights in clusters');
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';

describe.skipIf(!assets).each(['SIMULATED', 'REAL'] as const)(
  'rights in a cluster with a control plane that is %s',
  { timeout: 180_000 },
  (kind) => {
    let folder: string;
    let platform: TestPlatform;
    let id: string;
    let database: OpenDatabase;
    /** Calls the API server as the platform itself, whose rights no role limits. */
    let owner: KubernetesClient;
    const opened = new AsyncDisposableStack();

    beforeAll(async () => {
      folder = await mkdtemp(join(temporaryFolder(), 'fleetgraph-rights-'));
      opened.defer(() => rm(folder, { recursive: true, force: true }));
      const controlPlane = { kind, programs: assets, folder: join(folder, 'control-planes') };
      platform = opened.use(await startTestPlatform({ simulationSpeed: 50, controlPlane }));
      const [{ version }] = await findPrograms(assets);
      if (kind === 'REAL') await publishVersion(platform.url, version);
      const session = { url: platform.url, account: 'acme' };
      const created = await createCluster(session, 'rights', 1);
      expect(await operationEnd(session, created.operationId)).toMatchObject({ state: 'SUCCEEDED' });
      ({ id } = created);
      database = opened.use(openDatabase({ url: platform.kit.url, poolSize: 1 }));
      const access = (await clusterAccess(database.prisma, 'acme', [id])).get(id);
      if (!access) throw new Error('the cluster has no API');
      owner = new KubernetesClient(opened.use(new KubernetesApis(database)).of(access), { clusterId: id });
      await owner.create('/api/v1/namespaces', { metadata: { name: 'team' } });
    }, 180_000);
    afterAll(() => opened.disposeAsync());

    async function ask<T>(subject: string, query: string, variables: Record<string, unknown>): Promise<T> {
      const { data, errors } = await graphqlRequest<T>(platform.url, {
        query,
        variables,
        token: await testToken('acme', { subject }),
      });
      expect(errors).toBeUndefined();
      return data as T;
    }

    const manifest = (name: string, namespace: string) =>
      documents.deploymentYaml(name, 1).replace('namespace: default', `namespace: ${namespace}`);

    /** Applies a Deployment by the graph. */
    async function apply(subject: string, namespace: string) {
      const input = { clusterId: id, yaml: manifest('web', namespace) };
      const { applyManifest } = await ask<{
        applyManifest: {
          workload: { id: string } | null;
          userErrors: readonly { code: string; message: string }[];
        };
      }>(subject, documents.APPLY, { input });
      return applyManifest;
    }

    /** Runs kubectl with a kubeconfig of the subject; its exit code and output. */
    async function kubectl(subject: string, ...args: string[]) {
      const file = join(folder, subject);
      await writeFile(file, await kubeconfigOf(subject));
      return runKubectl(file, ...args);
    }

    async function kubeconfigOf(subject: string): Promise<string> {
      const { cluster } = await ask<{ cluster: { kubeconfig: { yaml: string } } }>(
        subject,
        documents.KUBECONFIG,
        { id },
      );
      return cluster.kubeconfig.yaml;
    }

    function runFleetgraph(...args: string[]) {
      const program = fileURLToPath(new URL('../../bin/fleetgraph.js', import.meta.url));
      return new Promise<string>((resolve, reject) =>
        execFile(process.execPath, [program, ...args], (error, stdout) =>
          error ? reject(error) : resolve(stdout),
        ),
      );
    }

    function runKubectl(file: string, ...args: string[]) {
      return new Promise<{ failed: boolean; output: string }>((resolve) => {
        const env = { KUBECONFIG: file, HOME: folder, PATH: process.env['PATH'] };
        execFile(join(assets ?? '', 'kubectl'), args, { env }, (error, stdout, stderr) =>
          resolve({ failed: error !== null, output: stdout + stderr }),
        );
      });
    }

    test('a developer of one namespace works there with kubectl until the permission is revoked', async () => {
      const now = new Date();
      const ann = principalId('acme', { kind: 'USER', issuer: '', name: 'ann' });
      const permission = { account: 'acme', id: 'permission_ann', principalId: ann, grantedAt: now };
      const change = (work: (tx: Transaction) => Promise<unknown>) =>
        database.prisma.$transaction(async (tx) => {
          await changeAccess(tx, 'acme', now);
          await work(tx);
        });
      await owner.create(`${RBAC}/namespaces/team/rolebindings`, {
        metadata: { name: 'foreign' },
        roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'view' },
        subjects: [{ apiGroup: GROUP, kind: 'User', name: 'acme:somebody' }],
      });
      await change(async (tx) => {
        await tx.principal.create({
          data: { id: ann, account: 'acme', kind: 'USER', name: 'ann', createdAt: now },
        });
        await tx.permission.create({
          data: { ...permission, roleId: 'role_developer', clusterId: id, namespaces: ['team'] },
        });
        await tx.permission.deleteMany({ where: { account: 'acme', id: DEFAULT_PERMISSION } });
      });
      const config = join(folder, 'ann');
      await writeFile(config, await kubeconfigOf('ann'));
      const asAnn = (...args: string[]) => runKubectl(config, ...args);
      // In this order: the first permission, which ends, allows the second one's requests, too.
      await eventually(async () => (await asAnn('get', 'pods', '-n', 'default')).failed, {
        what: 'the end of the first permission',
      });
      await eventually(async () => !(await asAnn('get', 'deployments', '-n', 'team')).failed, {
        what: 'the permission',
      });
      await writeFile(join(folder, 'web.yaml'), manifest('web', 'team'));
      expect((await asAnn('apply', '-f', join(folder, 'web.yaml'))).output).toContain('created');
      expect(
        (await asAnn('create', 'secret', 'generic', 's', '--from-literal=a=b', '-n', 'team')).failed,
      ).toBe(false);
      const forbidden = (verb: string, resource: string, where: string) => ({
        failed: true,
        output: expect.stringContaining(
          `User "acme:ann" cannot ${verb} resource "${resource}" in API group "" ${where}`,
        ) as string,
      });
      expect(await asAnn('get', 'pods', '-n', 'default')).toMatchObject(
        forbidden('list', 'pods', 'in the namespace "default"'),
      );
      expect(await asAnn('get', 'nodes')).toMatchObject(forbidden('list', 'nodes', 'at the cluster scope'));
      expect((await apply('ann', 'team')).userErrors).toEqual([]);
      expect((await apply('ann', 'default')).userErrors).toMatchObject([
        {
          code: 'FORBIDDEN',
          message: 'This needs the permission manifests.apply in the namespace default.',
        },
      ]);
      // A binding that is changed by hand is corrected.
      const bindings = `${RBAC}/namespaces/team/rolebindings`;
      const own = `fleetgraph:${ann}:edit`;
      expect(await owner.get(`${bindings}/${encodeURIComponent(own)}`)).toMatchObject({
        subjects: [{ kind: 'Group', name: `fleetgraph:${ann}` }],
      });
      await owner.delete(`${bindings}/${encodeURIComponent(own)}`);
      await change(() => Promise.resolve());
      await eventually(async () => !(await asAnn('get', 'pods', '-n', 'team')).failed, {
        what: 'the binding again',
      });
      await change((tx) => tx.permission.deleteMany({ where: { account: 'acme', id: 'permission_ann' } }));
      await eventually(async () => (await asAnn('get', 'pods', '-n', 'team')).failed, {
        what: 'the revocation',
      });
      expect(await asAnn('get', 'pods', '-n', 'team')).toMatchObject(
        forbidden('list', 'pods', 'in the namespace "team"'),
      );
      expect(await owner.get(`${bindings}/foreign`)).toMatchObject({ metadata: { name: 'foreign' } });
      // As all accounts are at first, for the other tests.
      await database.prisma.permission.deleteMany({ where: { account: 'acme' } });
      await change((tx) =>
        tx.permission.create({
          data: {
            ...{ account: 'acme', id: DEFAULT_PERMISSION, roleId: 'role_administrator', grantedAt: now },
            principalId: principalId('acme', groupKey(ACCOUNT_GROUP)),
          },
        }),
      );
      await eventually(async () => (await apply('dev', 'default')).userErrors.length === 0, {
        what: 'all permissions',
      });
      // Without it the engine does not keep the bindings of the account, which the other tests change by hand.
      await database.prisma.accessVersion.deleteMany({ where: { account: 'acme' } });
    });

    test('the graph does for callers what their roles in the cluster allow, and refuses the rest as kubectl does', async () => {
      expect((await apply('dev', 'default')).userErrors).toEqual([]);
      await owner.delete(`${RBAC}/clusterrolebindings/fleetgraph:writers`);
      await owner.create(`${RBAC}/namespaces/team/rolebindings`, {
        metadata: { name: 'developers' },
        roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'edit' },
        subjects: [{ apiGroup: GROUP, kind: 'User', name: 'acme:dev' }],
      });
      const applied = await eventually(
        async () => {
          const answer = await apply('dev', 'team');
          return answer.userErrors.length === 0 && answer;
        },
        { what: 'the rights of the role' },
      );
      const workloadId = applied.workload?.id ?? '';
      const scale = (subject: string) =>
        ask(subject, documents.SCALE_WORKLOAD, { input: { workloadId, replicas: 2 } });
      expect(await scale('dev')).toMatchObject({ scaleWorkload: { workload: { replicas: 2 } } });

      const refusal =
        'deployments.apps "web" is forbidden: User "acme:dev" cannot get resource "deployments" in API group "apps" in the namespace "default"';
      expect((await apply('dev', 'default')).userErrors).toMatchObject([
        { code: 'FORBIDDEN', message: refusal },
      ]);
      const byHand = await kubectl('dev', 'get', 'deployment', 'web');
      expect(byHand).toMatchObject({ failed: true, output: expect.stringContaining(refusal) as string });
      expect(await scale('other')).toMatchObject({
        scaleWorkload: {
          userErrors: [{ code: 'FORBIDDEN', message: expect.stringContaining('User "acme:other" cannot') }],
        },
      });
    });

    test('kubectl gets its tokens from the graph by `fleetgraph kubeconfig-token`', async () => {
      const tokenFile = join(folder, 'token');
      const flags = ['--cluster', id, '--url', platform.url, '--token-file', tokenFile];
      await writeFile(tokenFile, await testToken('acme', { subject: 'root' }));
      const file = join(folder, 'exec');
      await writeFile(file, await runFleetgraph('kubeconfig', ...flags));
      expect(await readFile(file, 'utf8')).not.toContain('token:');
      expect(await runKubectl(file, 'auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toEqual({
        failed: false,
        output: 'acme:root',
      });
      // Whose token it is decides, each time.
      await writeFile(tokenFile, await testToken('acme', { subject: 'carl' }));
      expect(await runKubectl(file, 'get', 'nodes')).toMatchObject({
        ...{ failed: true, output: expect.stringContaining('User "acme:carl" cannot list') as string },
      });
      await writeFile(tokenFile, 'forged');
      expect((await runKubectl(file, 'get', 'nodes')).failed).toBe(true);
    });

    test('the graph reads for callers what their roles in the cluster allow', async () => {
      const list = `query ($id: ID!, $namespace: String) { cluster(id: $id) {
        workloads(filter: { namespace: $namespace }) { nodes { namespace name } problems { code message } } } }`;
      const read = (namespace: string) => ask('dev', list, { id, namespace });
      expect(await read('team')).toMatchObject({
        cluster: { workloads: { nodes: [{ namespace: 'team', name: 'web' }], problems: [] } },
      });
      expect(await read('default')).toMatchObject({
        cluster: { workloads: { nodes: [], problems: [{ code: 'FORBIDDEN' }] } },
      });
      const nodes = 'query ($id: ID!) { cluster(id: $id) { nodes { nodes { id labels } } } }';
      const found = await ask<{ cluster: { nodes: { nodes: { id: string; labels: unknown }[] } } }>(
        'dev',
        nodes,
        { id },
      );
      expect(found.cluster.nodes.nodes).toMatchObject([{ labels: null }]);
      const update =
        'mutation ($input: UpdateNodeInput!) { updateNode(input: $input) { userErrors { code message } } }';
      const input = { id: found.cluster.nodes.nodes[0]?.id, labels: { tier: 'batch' } };
      expect(await ask('dev', update, { input })).toMatchObject({
        updateNode: { userErrors: [{ code: 'FORBIDDEN', message: expect.stringContaining('acme:dev') }] },
      });
    });

    test('kubeconfigs of the platform are rejected while the cluster authenticates users of Kubernetes only', async () => {
      const setMode = async (authenticationMode: string) => {
        const update = `mutation ($input: UpdateClusterInput!) { updateCluster(input: $input) {
          cluster { authenticationMode } userErrors { code message } } }`;
        expect(await ask('dev', update, { input: { id, authenticationMode } })).toEqual({
          updateCluster: { cluster: { authenticationMode }, userErrors: [] },
        });
      };
      const file = join(folder, 'platform');
      await writeFile(file, await kubeconfigOf('dev'));
      const whoAmI = () => runKubectl(file, 'auth', 'whoami');
      const accounts = '/api/v1/namespaces/team/serviceaccounts';
      const { status } = await owner.create<{ status: { token: string } }>(`${accounts}/default/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {},
      });
      const ofKubernetes = join(folder, 'service-account');
      await writeFile(
        ofKubernetes,
        (await readFile(file, 'utf8')).replace(/token: .*/, `token: ${status.token}`),
      );
      expect(await whoAmI()).toMatchObject({ failed: false });
      const args = ['get', 'deployments', '-n', 'team', '--watch', '-o', 'name'];
      const watch = spawn(join(assets ?? '', 'kubectl'), args, { env: { KUBECONFIG: file, HOME: folder } });
      opened.defer(() => void watch.kill());
      const ended = once(watch, 'exit');
      // The objects that exist: the watch runs.
      expect(String(await once(watch.stdout, 'data'))).toContain('web');
      expect(watch.exitCode).toBeNull();

      await setMode('KUBERNETES');
      await eventually(async () => (await whoAmI()).failed, { what: 'the rejection' });
      expect((await whoAmI()).output).toContain('Unauthorized');
      await ended;
      expect(await runKubectl(ofKubernetes, 'auth', 'whoami')).toMatchObject({
        failed: false,
        output: expect.stringContaining('system:serviceaccount:team:default') as string,
      });
      const token = await testToken('acme', { subject: 'dev' });
      const refused = await graphqlRequest(platform.url, {
        query: documents.KUBECONFIG,
        variables: { id },
        token,
      });
      expect(refused.errors).toMatchObject([{ extensions: { code: 'INVALID_STATE' } }]);
      // The platform itself acts for callers as before.
      expect((await apply('dev', 'team')).userErrors).toEqual([]);

      await setMode('PLATFORM');
      await eventually(async () => !(await whoAmI()).failed, { what: 'the same kubeconfig again' });
    });
  },
);
