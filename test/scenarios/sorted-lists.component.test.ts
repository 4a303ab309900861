import { type GraphQLObjectType, getNamedType, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queryGraph, type GraphSession } from '../kit/cluster-lifecycle.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';
import { clientSchema } from './isolation/isolation-client.js';
import { createAccountResources, type AccountResources } from './isolation/account-resources.js';

const schema = await clientSchema();

/** The query that contains a list, with `LIST` in its place. */
const ROOTS: Readonly<Record<string, string>> = {
  Query: '{ LIST }',
  Cluster: 'query ($cluster: ID!) { owner: cluster(id: $cluster) { LIST } }',
  Principal: '{ viewer { owner: principal { LIST } } }',
  NodePool: 'query ($nodePool: ID!) { owner: nodePool(id: $nodePool) { LIST } }',
  Region: '{ owner: region(id: "cn-hangzhou") { LIST } }',
};
/** Lists that only platform operators may read. */
const FOR_OPERATORS = ['undecidedQuotaApplications'];

interface Case {
  readonly type: string;
  readonly list: string;
  readonly field: string;
}

/** Every list with `orderBy`, with every field by which it can be sorted. */
const cases = Object.values(schema.getTypeMap())
  .filter((type): type is GraphQLObjectType => isObjectType(type))
  .flatMap((type) => Object.values(type.getFields()).map((list) => ({ type, list })))
  .filter(({ list }) => !FOR_OPERATORS.includes(list.name))
  .flatMap(({ type, list }): Case[] => {
    const order = getNamedType(list.args.find(({ name }) => name === 'orderBy')?.type);
    const field = isInputObjectType(order) && getNamedType(order.getFields()['field']?.type);
    if (!field || !isEnumType(field)) return [];
    return field.getValues().map(({ name }) => ({ type: type.name, list: list.name, field: name }));
  });

interface Item {
  readonly id: string;
  readonly value: string;
}
interface Page {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly Item[];
}

interface Found {
  readonly page?: Page;
  readonly owner?: { readonly page: Page };
  readonly viewer?: { readonly owner: { readonly page: Page } };
}

describe('list with orderBy', () => {
  let platform: TestPlatform;
  let session: GraphSession;
  let estate: AccountResources;

  beforeAll(async () => {
    platform = await startTestPlatform();
    session = { url: platform.url, account: 'acme' };
    estate = await createAccountResources(session);
    for (const name of ['b', 'a', 'c']) {
      await queryGraph(
        session,
        `mutation { createVpc(input: { regionId: "cn-hangzhou", name: "${name}", cidr: "10.0.0.0/8" }) { vpc { id } } }`,
      );
      await queryGraph(
        session,
        `mutation ($input: OpenSupportTicketInput!) { openSupportTicket(input: $input) { supportTicket { id } } }`,
        { input: { clusterId: estate.cluster, kind: 'QUESTION', title: name, text: name } },
      );
    }
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  /** Reads all items, two per page. */
  async function walk({ type, list, field }: Case, direction: string): Promise<Item[]> {
    const value = field.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const items: Item[] = [];
    let after: string | null = null;
    do {
      const page = `page: ${list}(first: 2, after: ${JSON.stringify(after)}, orderBy: { field: ${field}, direction: ${direction} }) {
        pageInfo { hasNextPage endCursor } nodes { id value: ${value} } }`;
      const {
        viewer,
        page: root,
        owner = viewer?.owner,
      } = await queryGraph<Found>(session, ROOTS[type]!.replace('LIST', page), {
        cluster: estate.cluster,
        nodePool: estate.nodePool,
      });
      const found: Page = (root ?? owner?.page)!;
      items.push(...found.nodes);
      after = found.pageInfo.hasNextPage ? found.pageInfo.endCursor : null;
    } while (after !== null);
    return items;
  }

  test.each(cases)(
    '$list of $type is sorted by $field in both directions, and its pages contain every item once',
    async (listCase) => {
      const up = await walk(listCase, 'ASC');
      expect(up).toEqual([...up].sort((a, b) => compare(a.value, b.value) || compare(a.id, b.id)));
      expect(new Set(up.map(({ id }) => id)).size).toBe(up.length);
      expect(await walk(listCase, 'DESC')).toEqual([...up].reverse());
    },
  );
});

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
