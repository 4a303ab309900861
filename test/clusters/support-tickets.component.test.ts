import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClustersKit, openClusters } from './kit.js';
import { runningCluster } from './running-cluster.js';

let clusters: ClustersKit;
beforeAll(async () => {
  clusters = await openClusters();
});
afterAll(() => clusters[Symbol.asyncDispose]());

interface Ticket {
  readonly id: string;
  readonly state: string;
  readonly version: string;
  readonly versionUnsupported: boolean;
  readonly cluster: { readonly id: string };
}
interface Payload {
  readonly ticket: Ticket | null;
  readonly userErrors: { readonly code: string; readonly path: string[] }[];
}
const TICKET = 'id kind title text state version openedBy closedAt versionUnsupported cluster { id }';
async function mutate(name: string, input: Record<string, unknown>, account = 'acme'): Promise<Payload> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { payload: ${name}(input: $input) {
    ticket: supportTicket { ${TICKET} } userErrors { code path } } }`;
  return (await clusters.run<{ payload: Payload }>(query, { input }, account)).data.payload;
}
const open = (clusterId: string, more: Record<string, unknown> = {}, account = 'acme') => {
  const request = { kind: 'TROUBLESHOOTING', title: 'DNS', text: 'Names are not found.', ...more };
  return mutate('openSupportTicket', { clusterId, ...request }, account);
};
const ofVersion = async (name: string, version: string): Promise<string> => {
  const { id } = await runningCluster(clusters, 'acme', { name });
  await clusters.platform.database.prisma.cluster.update({ where: { id }, data: { version } });
  return id;
};
const eventsOf = (clusterId: string, type: string) =>
  clusters.platform.database.prisma.event.findMany({ where: { clusterId, type } });

test.each([
  ['1.34.3', false],
  ['1.32.1', false],
  ['1.30.12', false],
  ['1.28.15', true],
  ['1.24.17', true],
])('a ticket of a cluster of %s has versionUnsupported: %s', async (version, versionUnsupported) => {
  const id = await ofVersion(`of-${version.replaceAll('.', '-')}`, version);
  const { ticket, userErrors } = await open(id);
  expect(userErrors).toEqual([]);
  const shown = { state: 'OPEN', kind: 'TROUBLESHOOTING', version, versionUnsupported, closedAt: null };
  expect(ticket).toMatchObject({ ...shown, openedBy: 'acme-tester', cluster: { id } });
  expect(await eventsOf(id, 'SUPPORT_TICKET_OPENED')).toMatchObject([
    { level: versionUnsupported ? 'WARNING' : 'INFO', data: { ticketId: ticket?.id, versionUnsupported } },
  ]);
  // `versionUnsupported` follows the cluster's current version: an upgrade clears it, a new minor version may set it.
  const now = versionUnsupported ? '1.30.12' : '1.28.15';
  await clusters.platform.database.prisma.cluster.update({ where: { id }, data: { version: now } });
  const query = `query ($id: ID!) { supportTicket(id: $id) { version versionUnsupported } }`;
  expect((await clusters.run(query, { id: ticket?.id })).data).toEqual({
    supportTicket: { version, versionUnsupported: !versionUnsupported },
  });
});

test('tickets of a cluster are listed newest first, and closed once', async () => {
  const id = await ofVersion('listed', '1.34.3');
  const [first, second] = [await open(id, { title: 'one' }), await open(id, { title: 'two' })];
  const again = await open(id, { title: 'three', clientToken: 'three' });
  expect(await open(id, { title: 'three', clientToken: 'three' })).toEqual(again);
  const closed = await mutate('closeSupportTicket', { id: first.ticket?.id });
  expect(closed).toMatchObject({ ticket: { state: 'CLOSED' }, userErrors: [] });
  expect((await mutate('closeSupportTicket', { id: first.ticket?.id })).userErrors).toEqual([
    { code: 'INVALID_STATE', path: ['input', 'id'] },
  ]);
  const query = `query ($id: ID!) { cluster(id: $id) { supportTickets(first: 2) { totalCount pageInfo { hasNextPage }
    nodes { id state } } } }`;
  expect((await clusters.run(query, { id })).data).toEqual({
    cluster: {
      supportTickets: {
        totalCount: 3,
        pageInfo: { hasNextPage: true },
        nodes: [
          { id: again.ticket?.id, state: 'OPEN' },
          { id: second.ticket?.id, state: 'OPEN' },
        ],
      },
    },
  });
  expect(await eventsOf(id, 'SUPPORT_TICKET_CLOSED')).toMatchObject([
    { data: { ticketId: first.ticket?.id } },
  ]);
});

test('rejects an empty question, and cluster and ticket of another account', async () => {
  const id = await ofVersion('rejected', '1.34.3');
  const codes = async (payload: Promise<Payload>) =>
    (await payload).userErrors.map(({ code, path }) => [code, path.at(-1)]);
  expect(await codes(open(id, { title: ' ', text: 'x'.repeat(10_001) }))).toEqual([
    ['INVALID_INPUT', 'title'],
    ['INVALID_INPUT', 'text'],
  ]);
  expect(await codes(open(id, {}, 'globex'))).toEqual([['NOT_FOUND', 'clusterId']]);
  const { ticket } = await open(id);
  expect(await codes(mutate('closeSupportTicket', { id: ticket?.id }, 'globex'))).toEqual([
    ['NOT_FOUND', 'id'],
  ]);
  const query = 'query ($id: ID!) { supportTicket(id: $id) { id } }';
  expect((await clusters.run(query, { id: ticket?.id }, 'globex')).data).toEqual({ supportTicket: null });
});

test('a cluster has at most 100 open tickets', async () => {
  const id = await ofVersion('asking', '1.34.3');
  for (let count = 0; count < 99; count++) await open(id);
  const last = await open(id);
  expect(last.userErrors).toEqual([]);
  expect((await open(id)).userErrors).toEqual([{ code: 'INVALID_STATE', path: ['input', 'clusterId'] }]);
  await mutate('closeSupportTicket', { id: last.ticket?.id });
  expect((await open(id)).userErrors).toEqual([]);
});
