import { expect, test } from 'vitest';
import { startFixture } from '../../fixtures/gateway.js';
import { openSocket } from '../../fixtures/socket.js';

test('the graphql-ws client runs several operations on one socket and closes cleanly', async () => {
  await using fixture = await startFixture();
  const socket = openSocket(fixture.url);
  const results = await Promise.all(
    ['c1', 'c2'].map(async (id) => {
      const all = [];
      for await (const result of socket.client.iterate({ query: `{ cluster(id: "${id}") { name } }` }))
        all.push(result.data);
      return all;
    }),
  );
  expect(results).toEqual([[{ cluster: { name: 'one' } }], [{ cluster: { name: 'two' } }]]);
  await socket.client.dispose();
  expect(await socket.closed).toMatchObject({ code: 1000 });
});
