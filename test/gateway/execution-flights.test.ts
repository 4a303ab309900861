import { OperationTypeNode } from 'graphql';
import { expect, test } from 'vitest';
import type { CallContext } from '../../gateway/execute/call-context.js';
import type { CancelSignal } from '../../gateway/execute/cancellation.js';
import { Flights } from '../../gateway/execute/sources/flights.js';
import { entitiesAt, parsePath, placesAt } from '../../gateway/execute/plan-path.js';
import type { SubgraphResult } from '../../kernel/graph/wire.js';

interface Started {
  readonly signal: CancelSignal;
  readonly answer: (result: SubgraphResult) => void;
}

/** A subgraph that answers when told to. */
function subgraph() {
  const started: Started[] = [];
  const start = (signal: CancelSignal) =>
    new Promise<SubgraphResult>((answer) => started.push({ signal, answer }));
  return { started, start };
}

function call({
  account = 'acme',
  subject = 'ann',
  kind = OperationTypeNode.QUERY,
  signal = new AbortController().signal,
  atLeast = undefined as string | undefined,
} = {}): CallContext {
  return { actor: { account, subject }, requestId: 'flights', kind, signal, atLeast };
}

test('the same query of the same actor goes to the subgraph once, and each gets an answer of its own', async () => {
  const { started, start } = subgraph();
  const flights = new Flights();
  const both = [call(), call()].map(async (one) => flights.share(one, () => 'q', start));
  expect(started).toHaveLength(1);
  started[0]?.answer({ data: { a: { b: 1 } } });
  const [first, second] = await Promise.all(both);
  expect(first).toEqual({ data: { a: { b: 1 } } });
  expect(second).toEqual(first);
  expect(second?.data?.['a']).not.toBe(first?.data?.['a']);
});

test('other actors, other requests, later requests and mutations go on their own', async () => {
  const { started, start } = subgraph();
  const flights = new Flights();
  const first = flights.share(call(), () => 'q', start);
  const others = [
    flights.share(call({ account: 'other' }), () => 'q', start),
    flights.share(call({ subject: 'bob' }), () => 'q', start),
    flights.share(call(), () => 'r', start),
    flights.share(call({ kind: OperationTypeNode.MUTATION }), () => 'm', start),
    flights.share(call({ kind: OperationTypeNode.MUTATION }), () => 'm', start),
  ];
  expect(started).toHaveLength(6);
  for (const { answer } of started) answer({ data: {} });
  await Promise.all([first, ...others]);
  void flights.share(call(), () => 'q', start);
  expect(started).toHaveLength(7);
});

test('after a mutation or an event nobody gets what was asked for before', async () => {
  const { started, start } = subgraph();
  const flights = new Flights();
  void flights.share(call(), () => 'q', start);
  const mutation = flights.share(call({ kind: OperationTypeNode.MUTATION }), () => 'm', start);
  started[1]?.answer({ data: {} });
  await mutation;
  void flights.share(call(), () => 'q', start);
  expect(started).toHaveLength(3);
  flights.forget('acme');
  void flights.share(call(), () => 'q', start);
  expect(started).toHaveLength(4);
});

test('who must not see less than an event goes with those who wait for the same, and nobody joins what was asked for before', async () => {
  const { started, start } = subgraph();
  const flights = new Flights();
  void flights.share(call(), () => 'q', start);
  const both = ['one', 'one'].map(async (atLeast) => flights.share(call({ atLeast }), () => 'q', start));
  void flights.share(call({ atLeast: 'two' }), () => 'q', start);
  expect(started).toHaveLength(3);
  started[1]?.answer({ data: {} });
  await Promise.all(both);
  void flights.share(call(), () => 'q', start);
  expect(started).toHaveLength(4);
});

test('a subgraph is told when the last one who waits has left, not before', () => {
  const { started, start } = subgraph();
  const flights = new Flights();
  const [one, two] = [new AbortController(), new AbortController()];
  void flights.share(call({ signal: one.signal }), () => 'q', start);
  void flights.share(call({ signal: two.signal }), () => 'q', start);
  one.abort();
  expect(started[0]?.signal.aborted).toBe(false);
  two.abort();
  expect(started[0]?.signal.aborted).toBe(true);
  void flights.share(call(), () => 'q', start);
  expect(started).toHaveLength(2);
});

test('paths of a plan lead through lists and by types, and give places in the same order', () => {
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
  expect(placesAt(root, all)).toEqual([
    ['a', 0, 0, 'maker'],
    ['a', 1, 0, 'maker'],
    ['a', 1, 1, 'maker'],
  ]);
  const books = parsePath(['a', '@', '@|[Book,Disc]', 'maker']);
  expect(entitiesAt(root, books)).toEqual([{ id: 1 }, { id: 1 }]);
  expect(placesAt(root, books)).toEqual([
    ['a', 0, 0, 'maker'],
    ['a', 1, 1, 'maker'],
  ]);
  expect(entitiesAt(root, parsePath(['b|[Film]', 'maker']))).toEqual([]);
});
