import { OperationTypeNode } from 'graphql';
import { expect, test } from 'vitest';
import type { CallContext } from '../../../gateway/upstream/call/call-context.js';
import type { AbortSignalLike } from '../../../gateway/upstream/call/light-abort-controller.js';
import { InFlightRequests } from '../../../gateway/upstream/call/in-flight-requests.js';
import { entitiesAt, parsePath, placesAt } from '../../../gateway/execution/data/plan-path.js';
import type { SubgraphResult } from '../../../protocol/wire.js';

interface Started {
  readonly signal: AbortSignalLike;
  readonly respond: (result: SubgraphResult) => void;
}

/** A subgraph whose responses the test controls. */
function subgraph() {
  const started: Started[] = [];
  const start = (signal: AbortSignalLike) =>
    new Promise<SubgraphResult>((respond) => started.push({ signal, respond }));
  return { started, start };
}

/** A request to the subgraph with a key. */
function request(key: string) {
  return { subgraph: 'clusters', key: () => key };
}

function call({
  account = 'acme',
  subject = 'ann',
  kind = OperationTypeNode.QUERY,
  signal = new AbortController().signal,
  minResourceVersion = undefined as string | undefined,
} = {}): CallContext {
  return { actor: { account, subject }, requestId: 'in-flight', kind, signal, minResourceVersion };
}

test('sends identical concurrent queries of one actor once and gives each caller its own result', async () => {
  const { started, start } = subgraph();
  const inFlight = new InFlightRequests();
  const results = [call(), call()].map(async (context) => inFlight.share(context, request('q'), start));
  expect(started).toHaveLength(1);
  started[0]?.respond({ data: { a: { b: 1 } } });
  const [first, second] = await Promise.all(results);
  expect(first).toEqual({ data: { a: { b: 1 } } });
  expect(second).toEqual(first);
  expect(second?.data?.['a']).not.toBe(first?.data?.['a']);
});

test('shares no request with other actors, other or later requests, or mutations', async () => {
  const { started, start } = subgraph();
  const inFlight = new InFlightRequests();
  const first = inFlight.share(call(), request('q'), start);
  const others = [
    inFlight.share(call({ account: 'other' }), request('q'), start),
    inFlight.share(call({ subject: 'bob' }), request('q'), start),
    inFlight.share(call(), request('r'), start),
    inFlight.share(call({ kind: OperationTypeNode.MUTATION }), request('m'), start),
    inFlight.share(call({ kind: OperationTypeNode.MUTATION }), request('m'), start),
  ];
  expect(started).toHaveLength(6);
  for (const { respond } of started) respond({ data: {} });
  await Promise.all([first, ...others]);
  void inFlight.share(call(), request('q'), start);
  expect(started).toHaveLength(7);
});

test('shares each of several concurrent queries of one actor with identical ones only', async () => {
  const { started, start } = subgraph();
  const inFlight = new InFlightRequests();
  const share = async (key: string) => inFlight.share(call(), request(key), start);
  const first = share('q');
  void inFlight.share(call(), { ...request('q'), subgraph: 'regions' }, start);
  const all = [first, share('r'), share('s'), share('q'), share('r'), share('s')];
  expect(started).toHaveLength(4);
  for (const { respond } of started) respond({ data: {} });
  await Promise.all(all);
  void share('q');
  expect(started).toHaveLength(5);
});

test('computes no key for a synchronous result when no other request is in flight', () => {
  const inFlight = new InFlightRequests();
  const key = () => {
    throw new Error('the key was computed');
  };
  const result = inFlight.share(call(), { subgraph: 'clusters', key }, () => ({ data: {} }));
  expect(result).toEqual({ data: {} });
});

test('shares no query that started before a mutation or an event', async () => {
  const { started, start } = subgraph();
  const inFlight = new InFlightRequests();
  void inFlight.share(call(), request('q'), start);
  const mutation = inFlight.share(call({ kind: OperationTypeNode.MUTATION }), request('m'), start);
  started[1]?.respond({ data: {} });
  await mutation;
  void inFlight.share(call(), request('q'), start);
  expect(started).toHaveLength(3);
  inFlight.invalidate('acme');
  void inFlight.share(call(), request('q'), start);
  expect(started).toHaveLength(4);
});

test('shares an in-flight query only between callers with the same minResourceVersion', async () => {
  const { started, start } = subgraph();
  const inFlight = new InFlightRequests();
  void inFlight.share(call(), request('q'), start);
  const results = ['one', 'one'].map(async (minResourceVersion) =>
    inFlight.share(call({ minResourceVersion }), request('q'), start),
  );
  void inFlight.share(call({ minResourceVersion: 'two' }), request('q'), start);
  expect(started).toHaveLength(3);
  started[1]?.respond({ data: {} });
  await Promise.all(results);
  void inFlight.share(call(), request('q'), start);
  expect(started).toHaveLength(4);
});

test('aborts a shared query only when its last caller disconnects', () => {
  const { started, start } = subgraph();
  const inFlight = new InFlightRequests();
  const [first, second] = [new AbortController(), new AbortController()];
  void inFlight.share(call({ signal: first.signal }), request('q'), start);
  void inFlight.share(call({ signal: second.signal }), request('q'), start);
  first.abort();
  expect(started[0]?.signal.aborted).toBe(false);
  second.abort();
  expect(started[0]?.signal.aborted).toBe(true);
  void inFlight.share(call(), request('q'), start);
  expect(started).toHaveLength(2);
});

test('follows paths of a plan through lists and type conditions in response order', () => {
  const book = { __typename: 'Book', maker: { id: 1 } };
  const film = { __typename: 'Film', maker: { id: 2 } };
  const root = {
    a: [
      [book, null],
      [film, book],
    ],
    b: book,
  };
  const all = parsePath(['a', '@', '@', 'maker']);
  expect(entitiesAt(root, all)).toEqual([{ id: 1 }, { id: 2 }, { id: 1 }]);
  const makers = new Set([book.maker, film.maker]);
  expect(placesAt(root, all, makers, 10)).toEqual([
    ['a', 0, 0, 'maker'],
    ['a', 1, 0, 'maker'],
    ['a', 1, 1, 'maker'],
  ]);
  expect(placesAt(root, all, new Set([film.maker]), 10)).toEqual([['a', 1, 0, 'maker']]);
  expect(placesAt(root, all, makers, 2)).toHaveLength(2);
  const books = parsePath(['a', '@', '@|[Book,Disc]', 'maker']);
  expect(entitiesAt(root, books)).toEqual([{ id: 1 }, { id: 1 }]);
  expect(placesAt(root, books, makers, 10)).toEqual([
    ['a', 0, 0, 'maker'],
    ['a', 1, 1, 'maker'],
  ]);
  expect(entitiesAt(root, parsePath(['b|[Film]', 'maker']))).toEqual([]);
});

test('visits an object once although it is in a million places of the response', () => {
  let reads = 0;
  const wide = (inner: object) => ({ list: Array.from({ length: 100 }, () => inner) });
  const last = {
    get id() {
      return (reads += 1);
    },
  };
  const root = wide(wide(wide(last)));
  const path = parsePath(['list', '@', 'list', '@', 'list', '@', 'id']);
  expect(entitiesAt(root, parsePath(['list', '@', 'list', '@', 'list', '@'])).length).toBeLessThan(257);
  reads = 0;
  expect(placesAt(root, path, new Set(), 100)).toEqual([]);
  expect(reads).toBe(1);
});
