import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TypeID } from 'typeid-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { subscriberRights } from '../../roles/gateway-settings.js';
import { decodeWorkloadId, encodeWorkloadId } from '../../engine/kubernetes/workload-ref.js';
import { packageRoot } from '../../kernel/package-root.js';
import { restrictAccount } from '../kit/account-permissions.js';
import { type GraphSession, queryGraph } from '../kit/cluster-lifecycle.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { type AccountResources, createAccountResources } from './isolation/account-resources.js';
import type { Attempt } from './isolation/attempt.js';
import {
  type AttemptResult,
  clientSchema,
  IsolationClient,
  type Root,
  rootFields,
} from './isolation/isolation-client.js';
import { minimalVariables } from './isolation/minimal-variables.js';
import { mutationAttempts } from './isolation/mutation-attempts.js';
import { queryAttempts } from './isolation/query-attempts.js';
import { subscriptionAttempts } from './isolation/subscription-attempts.js';
import { WITHOUT_FOREIGN_IDS } from './isolation/without-foreign-ids.js';

/** Who tries every root field on the objects of a cluster in cn-hangzhou. */
const principals = {
  nobody: 'without permissions',
  reader: 'read-only in the account',
  neighbour: 'administrator of another cluster',
  regional: 'administrator of another region',
  tenant: 'administrator of another namespace of the cluster',
  foreigner: 'administrator of another account',
} as const;
type Principal = keyof typeof principals;
const names = Object.keys(principals) as Principal[];
/** Principals that see nothing of the cluster and its objects. */
const BLIND: readonly Principal[] = ['nobody', 'neighbour', 'regional', 'foreigner'];

const attempts: Readonly<Record<Root, readonly Attempt[]>> = {
  Query: queryAttempts,
  Mutation: mutationAttempts,
  Subscription: subscriptionAttempts,
};
const roots = Object.keys(attempts) as Root[];

/** What an answer is: the object or the change, FORBIDDEN or another refusal of the caller, or the answer for an absent object. */
type Outcome = 'allowed' | 'refused' | 'hidden';
const counts = new Map<string, Record<Outcome, number>>();

let platform: TestPlatform;
let theirs: AccountResources;
/** Ids that no account has, of the form of those of `theirs`. */
let absent: AccountResources;
const own = {} as Record<Principal, AccountResources>;
const clients = {} as Record<Principal, IsolationClient>;
const schema = await clientSchema();

beforeAll(async () => {
  platform = await startTestPlatform({ gateway: { subscriberRights } });
  const { url } = platform;
  const session: GraphSession = { url, account: 'acme', subject: 'root' };
  theirs = await createAccountResources(session);
  absent = mapped(theirs, absentId);
  const mine = await otherCluster(session);
  const inAcme = await restrictAccount(url, 'acme');
  const clusterId = theirs.cluster;
  await inAcme.grant({ to: 'reader', role: 'read-only' });
  await inAcme.grant({ to: 'neighbour', role: 'administrator', scope: { clusterId: mine.cluster } });
  await inAcme.grant({ to: 'regional', role: 'administrator', scope: { regionId: 'cn-beijing' } });
  await inAcme.grant({ to: 'tenant', role: 'administrator', scope: { clusterId, namespaces: ['other'] } });
  const foreign: GraphSession = { url, account: 'globex', subject: 'root' };
  await restrictAccount(url, 'globex');
  const foreignMine = { ...(await otherCluster(foreign)), eventCursor: await anyCursor(foreign) };
  for (const name of names) {
    const isForeign = name === 'foreigner';
    const who = isForeign ? foreign : { ...session, subject: name };
    clients[name] = new IsolationClient(schema, who);
    own[name] = isForeign
      ? { ...absent, ...foreignMine }
      : { ...absent, ...mine, eventCursor: theirs.eventCursor, watchCursor: theirs.watchCursor };
  }
});
afterAll(() => platform[Symbol.asyncDispose]());

/** A cluster with a node pool in another region. */
async function otherCluster(session: GraphSession): Promise<{ cluster: string; nodePool: string }> {
  const { createCluster } = await queryGraph<{
    createCluster: { cluster: { id: string; nodePools: { nodes: { id: string }[] } } };
  }>(
    session,
    `mutation ($input: CreateClusterInput!) { createCluster(input: $input) { cluster { id nodePools { nodes { id } } } } }`,
    {
      input: {
        ...{ name: 'other', regionId: 'cn-beijing', type: 'MANAGED_KUBERNETES', spec: 'PRO' },
        nodePools: [{ name: 'p', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }],
      },
    },
  );
  const { id, nodePools } = createCluster.cluster;
  return { cluster: id, nodePool: nodePools.nodes[0]!.id };
}

async function anyCursor(session: GraphSession): Promise<string> {
  const { events } = await queryGraph<{ events: { nodes: { cursor: string }[] } }>(
    session,
    '{ events { nodes { cursor } } }',
  );
  return events.nodes.at(-1)!.cursor;
}

function mapped(resources: AccountResources, change: (id: string) => string): AccountResources {
  const entries = Object.entries(resources) as [keyof AccountResources, string][];
  return Object.fromEntries(
    entries.map(([name, id]) => [name, name.endsWith('Cursor') ? id : change(id)]),
  ) as unknown as AccountResources;
}

function absentId(id: string): string {
  const workload = decodeWorkloadId(id);
  if (workload) return encodeWorkloadId({ ...workload, clusterId: absentId(workload.clusterId) });
  const typed = id.replaceAll(/([a-z]+)_[0-9a-hjkmnp-tv-z]{26}/g, (_, prefix: string) =>
    new TypeID(prefix).toString(),
  );
  return typed === id ? id.replace(/[0-9a-z]{4}$/, 'zzzz') : typed;
}

/** Attempts on the ids of `theirs`, and root fields without one, with minimal arguments. */
function casesOf(root: Root): (readonly [string, Attempt])[] {
  const tried = attempts[root];
  const others = rootFields(schema, root)
    .filter(({ name }) => `${root}.${name}` in WITHOUT_FOREIGN_IDS)
    .map((field): Attempt => ({ field: field.name, with: () => minimalVariables(field.args) }));
  return [...tried, ...others].map((attempt, index) => [`${attempt.field} ${index}`, attempt] as const);
}

async function answer(name: Principal, root: Root, attempt: Attempt, to: AccountResources) {
  const args = inRegion(name, attempt.with(own[name], to));
  const client = clients[name];
  const sent = { ...attempt, reportedByOperation: false };
  if (root === 'Query') return client.query(sent, args);
  if (root === 'Subscription') return client.subscription(sent, args);
  return client.mutation(sent, args).catch(async (): Promise<AttemptResult> => {
    const codes = await client.rejection(sent, args);
    return { codes, holdsNothing: true, response: codes };
  });
}

/** Requests for a new cluster are in a region in which the principal may create it. */
function inRegion(name: Principal, args: Record<string, unknown>): Record<string, unknown> {
  if (name !== 'regional') return args;
  return JSON.parse(JSON.stringify(args).replaceAll('"cn-hangzhou"', '"cn-beijing"')) as typeof args;
}

/** The answer without the ids that were sent, and without cursors, which contain a digest of the arguments. */
function textOf({ response }: AttemptResult, name: Principal): string {
  const text = JSON.stringify(response).replaceAll(
    /[0-9a-f]{8}\.[0-9a-z]+\.[\w-]*\.[\w-]+\.[\w-]{22}/g,
    'CURSOR',
  );
  const ids = [theirs, absent, own[name]].flatMap((resources) => Object.values(resources) as string[]);
  return ids.reduce((rest, id) => rest.replaceAll(id, 'ID'), text);
}

const REFUSALS = ['FORBIDDEN', 'UNAUTHORIZED_FIELD_OR_TYPE'];

describe.each(roots)('each field of %s', (root) => {
  describe.each(names)('tried by %s', (name) => {
    const total: Record<Outcome, number> = { allowed: 0, refused: 0, hidden: 0 };
    counts.set(`${root} ${name}`, total);

    test.each(casesOf(root))('%s', async (_, attempt) => {
      const hasNoId = `${root}.${attempt.field}` in WITHOUT_FOREIGN_IDS;
      const tried = await answer(name, root, attempt, theirs);
      const text = textOf(tried, name);
      const other = hasNoId ? undefined : textOf(await answer(name, root, attempt, absent), name);
      // What a reader of the account asks for may be empty, as that of an absent object, until the engine has made it.
      const isHidden = text === other && !(name === 'reader' && root !== 'Mutation');
      const outcome = outcomeOf(tried, isHidden);
      total[outcome] += 1;
      if (BLIND.includes(name)) expect(text).not.toContain('secret');
      if (BLIND.includes(name) && !hasNoId) expect(text).toBe(other);
      if (root === 'Mutation' && changesNothing(name, hasNoId)) expect(outcome, text).not.toBe('allowed');
    });
  });
});

function outcomeOf({ codes }: AttemptResult, isHidden: boolean): Outcome {
  if (codes.some((code) => REFUSALS.includes(code))) return 'refused';
  return isHidden ? 'hidden' : 'allowed';
}

function changesNothing(name: Principal, hasNoId: boolean): boolean {
  return name === 'nobody' || name === 'reader' || (name === 'tenant' && !hasNoId);
}

test('docs/access.md has the counts of these attempts', async () => {
  const page = await readFile(join(packageRoot, 'docs/access.md'), 'utf8');
  const rows = names.map((name) =>
    [
      principals[name],
      ...roots.map((root) => {
        const { allowed, refused, hidden } = counts.get(`${root} ${name}`)!;
        return `${allowed}, ${refused}, ${hidden}`;
      }),
    ].join(' | '),
  );
  const shown = page.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' ').replace(/^\| (.*?) \|$/, '$1'));
  expect(shown).toEqual(expect.arrayContaining(rows));
});
