import { expect, test } from 'vitest';
import { eventually } from '../kit/eventually.js';
import { startSimulator } from './simulator.js';

test('removes an event an hour after its last change', async () => {
  await using simulator = await startSimulator();
  const cluster = await simulator.cluster('events');
  const path = '/api/v1/namespaces/default/events';
  const create = async (name: string) => {
    const involvedObject = { kind: 'Pod', name: 'web', namespace: 'default' };
    expect((await cluster.api('POST', path, { metadata: { name }, involvedObject })).status).toBe(201);
  };
  const names = async () =>
    (await (await simulator.access('events')).api('GET', path)).body.items
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.startsWith('mine'));
  await create('mine-a');
  await create('mine-b');
  simulator.clock.advance(1_800_000);
  await simulator.restart();
  const restarted = await simulator.access('events');
  const patch = { 'content-type': 'application/merge-patch+json' };
  expect((await restarted.api('PATCH', `${path}/mine-b`, { count: 2 }, patch)).status).toBe(200);
  expect(await names()).toEqual(['mine-a', 'mine-b']);
  simulator.clock.advance(1_801_000);
  await eventually(async () => (await names()).join() === 'mine-b');
  simulator.clock.advance(1_800_000);
  await eventually(async () => (await names()).length === 0);
});
