import 'reflect-metadata';
import { Ctx, Field, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scopeGuard } from '../../../../subgraphs/runtime/schema/scope-guard.js';
import { Requires } from '../../../../subgraphs/runtime/graph/requires.js';
import { ACTOR_HEADER, type Actor, signActor } from '../../../../kernel/actor.js';
import type { AuditEntry } from '../../../../access/audit/audit-entry.js';
import { withoutRules } from '../../../kit/access.js';
import { defineSubgraph } from '../../../../subgraphs/runtime/schema/define-subgraph.js';
import { type SubgraphServer, serveSubgraph } from '../../../../subgraphs/runtime/server/serve-subgraph.js';
import { createLog } from '../../../../kernel/log.js';
import { deriveKey } from '../../../../kernel/secret.js';
import type { RequestContext } from '../../../../subgraphs/runtime/subgraph.js';

const key = deriveKey('a secret of at least 32 characters, for tests', 'actor');

@ObjectType({ description: 'a box' })
class Box {
  @Field(() => String, { description: 'its label' })
  label: string;

  @Requires('issueKubeconfig')
  @Field(() => String, { nullable: true, description: 'its key' })
  key: string | null;
}

@Resolver()
class BoxResolver {
  @Query(() => Box, { description: 'the box' })
  box(@Ctx() { actor }: RequestContext): Box {
    return { label: actor.account, key: 'sesame' };
  }

  @Mutation(() => String, { nullable: true, description: 'opens it' })
  open(): string {
    return 'open';
  }
}

/** No gateway enforces the scopes: requests with a valid actor signature go directly to the subgraph. */
describe('subgraph called without the gateway', () => {
  let served: SubgraphServer;
  const audited: AuditEntry[] = [];
  beforeAll(async () => {
    const subgraph = await defineSubgraph({
      guard: scopeGuard,
      access: withoutRules,
      audit: { now: () => new Date(), write: async (entry) => void audited.push(entry) },
      name: 'clusters',
      resolvers: [new BoxResolver()],
    });
    served = await serveSubgraph(subgraph, {
      ...{ host: '127.0.0.1', port: 0 },
      ...{ actorKey: key, log: createLog('silent') },
    });
  });
  afterAll(() => served[Symbol.asyncDispose]());

  async function ask(query: string, header: string) {
    const response = await fetch(served.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [ACTOR_HEADER]: header },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, body: (await response.json()) as GraphQLResponse };
  }
  interface GraphQLResponse {
    readonly data?: unknown;
    readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  }
  const as = async (scopes: readonly string[] | undefined, query: string) => {
    const actor: Actor = { account: 'acme', subject: 'ann', ...(scopes && { scopes }) };
    const { body } = await ask(query, await signActor(actor, key));
    return { data: body.data, codes: body.errors?.map(({ extensions }) => extensions.code) };
  };
  const denied = ['UNAUTHORIZED_FIELD_OR_TYPE'];

  test('rejects a mutation of an actor without the scope fleet:write', async () => {
    for (const scopes of [undefined, [], ['fleet:introspect'], ['fleet:admin']])
      expect(await as(scopes, 'mutation { open }')).toEqual({ data: { open: null }, codes: denied });
    expect(await as(['fleet:write'], 'mutation { open }')).toEqual({ data: { open: 'open' } });
  });

  test('audits an allowed and a refused mutation', async () => {
    audited.length = 0;
    await as([], 'mutation { open }');
    await as(['fleet:write'], 'mutation { a: open }');
    await as(['fleet:write'], '{ box { label } }');
    expect(audited).toMatchObject([
      { action: 'open', outcome: 'REFUSED', errorCodes: denied, actor: { subject: 'ann' } },
      { action: 'open', outcome: 'SUCCEEDED' },
    ]);
  });

  test('rejects a restricted field under any alias and in any fragment, and answers the rest', async () => {
    const query = '{ box { label a: key ... on Box { b: key } ...F } } fragment F on Box { c: key }';
    const nothing = { label: 'acme', a: null, b: null, c: null };
    expect(await as(['fleet:write'], query)).toEqual({
      data: { box: nothing },
      codes: [...denied, ...denied, ...denied],
    });
    const all = { label: 'acme', a: 'sesame', b: 'sesame', c: 'sesame' };
    expect(await as(['fleet:kubeconfig'], query)).toEqual({ data: { box: all } });
  });

  test('rejects a query that was compiled for an actor with permission', async () => {
    const query = '{ box { key } }';
    for (let times = 0; times < 70; times += 1) await as(['fleet:kubeconfig'], query);
    expect(await as([], query)).toEqual({ data: { box: { key: null } }, codes: denied });
  });

  test('rejects a forged, a foreign or a missing signature', async () => {
    const other = deriveKey('another secret of at least 32 characters!!', 'actor');
    const forged = await signActor({ account: 'acme', subject: 'ann', scopes: ['fleet:write'] }, other);
    for (const header of [forged, 'x.y.z', ''])
      expect((await ask('mutation { open }', header)).status).toBe(401);
  });
});
