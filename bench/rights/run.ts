import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { accountScopes } from '../../access/scopes.js';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import { hostInfo } from '../host-info.js';
import { startDatabase } from '../platform/database.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { type GraphEndpoint, queryGraph, until } from '../platform/graph-endpoint.js';
import { operatorTokenOf } from '../platform/operator.js';
import { startPlatform } from '../platform/process.js';
import { raiseQuotas } from '../platform/quotas.js';
import { rightsReport } from './summary.js';
import { Subscribers } from './subscribers.js';

const ACCOUNT = 'rights';
const SETS = 10;
const EVENTS_OF_SET = 5;
const DEADLINE_SECONDS = 60;

const CREATE = `mutation ($input: CreateClusterInput!) { createCluster(input: $input) { cluster { id } userErrors { message } } }`;
const UPDATE = `mutation ($input: UpdateClusterInput!) { updateCluster(input: $input) { userErrors { message } } }`;
const GRANT = `mutation ($input: GrantPermissionsInput!) { grantPermissions(input: $input) { permissions { id } userErrors { message } } }`;
const REVOKE = `mutation ($input: RevokePermissionsInput!) { revokePermissions(input: $input) { userErrors { message } } }`;

/** Measures how many executions subscribers with few different rights share, and how fast a revoked right ends streams. */
export async function rightsBench(
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
  started: AsyncDisposableStack,
): Promise<void> {
  const machine = hostInfo();
  const subscribers = quick ? 100 : 1000;
  const database = await disposeOnExit(started, startDatabase(folder, true));
  const home = join(folder, 'home');
  const metricsPort = await freePort();
  const settings = { METRICS_PORT: String(metricsPort), CONNECTIONS_PER_ACCOUNT: '2000' };
  const platform = await disposeOnExit(started, startPlatform(home, database.url, 1_000, settings));
  const tokenOf = await tokens(home);
  const root: GraphEndpoint = {
    url: platform.url,
    token: await tokenOf('root', []),
    operator: await operatorTokenOf(home),
  };
  await raiseQuotas(root, { 'REGISTERED/clustersPerAccount': SETS });
  const clusters = await createClusters(root);
  const permissions = await grantSets(root);
  const readers = () => readersOf(`http://127.0.0.1:${metricsPort}/metrics`);
  const before = await readers();
  const streams = started.use(new Subscribers(platform.url));
  for (let index = 0; index < subscribers; index += 1) {
    const set = index % SETS;
    await streams.open(set, await tokenOf(`user-${index}`, [`team-${set}`]));
  }
  await until('executions', DEADLINE_SECONDS, async () => (await readers()) - before >= SETS);
  const executions = (await readers()) - before;
  for (let event = 0; event < EVENTS_OF_SET; event += 1)
    for (const [set, id] of clusters.entries())
      await queryGraph(root, UPDATE, { input: { id, name: `c-${set}-${event}` } });
  const expected = subscribers * EVENTS_OF_SET;
  await until('all messages', DEADLINE_SECONDS, () => Promise.resolve(streams.messages >= expected));
  const delivered = streams.messages;
  const revokedAt = performance.now();
  await queryGraph(root, REVOKE, { input: { permissionIds: [permissions[0]] } });
  const ofSet = subscribers / SETS;
  await until('the end of streams', DEADLINE_SECONDS, () =>
    Promise.resolve(streams.endsOf(0).length >= ofSet),
  );
  const ended = streams.endsOf(0).map((at) => at - revokedAt);
  const others = Array.from({ length: SETS - 1 }, (_, index) => streams.endsOf(index + 1).length);
  const disturbed = others.reduce((sum, count) => sum + count, 0);
  const events = EVENTS_OF_SET * SETS;
  const figures = { subscribers, sets: SETS, executions, events, delivered, expected, ended, disturbed };
  await rightsReport.publish({ machine, figures }, { quick });
}

/** Tokens of subjects with groups, signed with the secret of a state folder. */
async function tokens(home: string) {
  const { auth } = JSON.parse(await readFile(join(home, 'secrets.json'), 'utf8')) as { auth: string };
  const key = new TextEncoder().encode(auth);
  return (subject: string, groups: readonly string[]) =>
    new SignJWT({ account: ACCOUNT, scope: accountScopes.join(' '), groups })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime('2h')
      .sign(key);
}

/** A cluster for each set, with the label that its permission selects. */
async function createClusters(root: GraphEndpoint): Promise<string[]> {
  const ids: string[] = [];
  for (let set = 0; set < SETS; set += 1) {
    const input = {
      ...{ name: `c-${set}`, regionId: 'cn-hangzhou', type: 'EXTERNAL_KUBERNETES' },
      labels: { team: `t${set}` },
    };
    const { createCluster } = await queryGraph<{
      createCluster: { cluster: { id: string } | null; userErrors: readonly object[] };
    }>(root, CREATE, { input });
    if (!createCluster.cluster) throw new Error(JSON.stringify(createCluster.userErrors));
    ids.push(createCluster.cluster.id);
  }
  return ids;
}

/** Makes `root` the only administrator and gives each team its clusters; returns the permissions of the teams. */
async function grantSets(root: GraphEndpoint): Promise<string[]> {
  const teams = Array.from({ length: SETS }, (_, set) => ({
    principal: { kind: 'GROUP', name: `team-${set}` },
    roleId: 'role_read-only',
    scope: { clusterSelector: `team=t${set}` },
  }));
  const administrator = { principal: { kind: 'USER', name: 'root' }, roleId: 'role_administrator' };
  const { grantPermissions } = await queryGraph<{ grantPermissions: { permissions: { id: string }[] } }>(
    root,
    GRANT,
    { input: { permissions: [...teams, administrator] } },
  );
  await queryGraph(root, REVOKE, { input: { permissionIds: ['permission_default'] } });
  return grantPermissions.permissions.map(({ id }) => id);
}

async function readersOf(url: string): Promise<number> {
  const text = await (await fetch(url)).text();
  return Number(/^fleetgraph_event_log_readers (\d+)/m.exec(text)?.[1]);
}
