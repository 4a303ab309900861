import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../../access/audit/audit-entry.js';
import { AuditLog } from '../../../access/audit/audit-log.js';
import { changeAccess } from '../../../access/store/access-version.js';
import { newId } from '../../../kernel/ids.js';
import { testActor } from '../../kit/actor.js';
import { askSubgraphAs } from '../../kit/ask-subgraph.js';
import { startObservability, type ObservabilityWorld } from './kit.js';

interface AuditEvents {
  readonly auditEvents: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly action: string; readonly sequence: string }[];
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  };
}

const LIST = `query ($filter: AuditEventFilter, $first: Int, $after: String) {
  auditEvents(filter: $filter, first: $first, after: $after) {
    totalCount nodes { action sequence } pageInfo { endCursor hasNextPage } } }`;

describe('the list of audit events', () => {
  let world: ObservabilityWorld;
  beforeAll(async () => {
    world = await startObservability();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const write = async (account: string, ...entries: readonly Partial<AuditEntry>[]) => {
    const log = new AuditLog(world.platform);
    for (const entry of entries)
      await log.write({
        id: newId('auditEvent'),
        account,
        at: world.clock.now(),
        actor: testActor(account),
        action: 'createCluster',
        outcome: 'SUCCEEDED',
        requestId: 'r1',
        ...entry,
      });
  };
  const list = async (account: string, variables = {}) =>
    (await world.ask<AuditEvents>(account, LIST, variables)).data.auditEvents;

  test('returns entries newest first, page by page', async () => {
    await write('pages', { action: 'a' }, { action: 'b' }, { action: 'c' });
    const first = await list('pages', { first: 2 });
    expect(first).toMatchObject({ totalCount: 3, nodes: [{ action: 'c' }, { action: 'b' }] });
    const rest = await list('pages', { first: 2, after: first.pageInfo.endCursor });
    expect(rest).toMatchObject({ nodes: [{ action: 'a', sequence: '1' }], pageInfo: { hasNextPage: false } });
  });

  test('filters by subject, action, outcome, object, cluster and time', async () => {
    const actor = testActor('filters', { subject: 'eve' });
    const at = new Date('2020-05-01T00:00:00Z');
    await write(
      'filters',
      { action: 'plain' },
      { action: 'who', actor },
      { action: 'refused', outcome: 'REFUSED' },
      { action: 'object', objectId: 'vpc_1' },
      { action: 'cluster', clusterId: 'cluster_1' },
      { action: 'time', at },
    );
    const found = async (filter: object) =>
      (await list('filters', { filter })).nodes.map(({ action }) => action);
    expect(await found({ subject: 'eve' })).toEqual(['who']);
    expect(await found({ actions: ['plain', 'object'] })).toEqual(['object', 'plain']);
    expect(await found({ outcomes: ['REFUSED'] })).toEqual(['refused']);
    expect(await found({ objectId: 'vpc_1' })).toEqual(['object']);
    expect(await found({ clusterId: 'cluster_1' })).toEqual(['cluster']);
    expect(await found({ from: '2020-01-01T00:00:00Z', to: '2020-06-01T00:00:00Z' })).toEqual(['time']);
  });

  test('shows nothing of another account', async () => {
    await write('owner', { action: 'secretive' });
    const { pageInfo } = await list('owner');
    expect(await list('stranger')).toMatchObject({ totalCount: 0, nodes: [] });
    expect(await list('stranger', { after: pageInfo.endCursor })).toMatchObject({ nodes: [] });
  });

  test('rejects a token without the scope fleet:audit', async () => {
    const ask = askSubgraphAs(world.subgraph);
    const { errors } = await ask(testActor('owner', { scopes: ['fleet:write'] }), LIST);
    expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  test('is refused to a caller without the permission auditEvents.read, whatever the scopes of its token', async () => {
    await world.kit.database.prisma.$transaction((tx) => changeAccess(tx, 'guarded', world.clock.now()));
    await world.kit.database.prisma.permission.deleteMany({ where: { account: 'guarded' } });
    await write('guarded', { action: 'secretive' });
    const { data, errors } = await world.ask('guarded', LIST);
    expect(data).toBeNull();
    expect(errors.map(({ extensions }) => extensions)).toMatchObject([
      { code: 'FORBIDDEN', verb: 'auditEvents.read' },
    ]);
  });

  test('runs one statement for a page of any size, and one for the total', async () => {
    await write('many', ...Array.from({ length: 30 }, () => ({})));
    // Reads the rights of the caller, which are kept.
    await list('many');
    const statements = (first: number) => world.kit.statements(() => list('many', { first }));
    expect((await statements(1)).length).toBe(2);
    expect((await statements(30)).length).toBe(2);
  });
});
