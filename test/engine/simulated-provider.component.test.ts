import { expect, it } from 'vitest';
import { createSimulatedProvider } from '../../engine/providers/simulated/simulated-provider.js';
import { newId } from '../../kernel/ids.js';
import { providerContract } from './provider-contract.js';
import { NODE_TYPE, startEngineFixture } from './engine-fixture.js';

const regionId = 'cn-hangzhou';

providerContract('simulated', async () => {
  const world = await startEngineFixture({ speed: 500 });
  const zones = await world.prisma.zone.findMany({ where: { regionId } });
  return {
    provider: world.platform.provider,
    regionId,
    zoneIds: zones.map(({ id }) => id),
    instanceType: NODE_TYPE,
    versions: ['1.32.6', '1.34.1'],
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
});

it('throws a TerminalError for a request that the simulated cloud rejects, and a retryable error when the cloud is unreachable', async () => {
  await using world = await startEngineFixture();
  const request = {
    clusterId: newId('cluster'),
    account: 'acme',
    regionId,
    zoneIds: ['nowhere-a'],
    version: '1.34.1',
    masters: 0,
  } as const;
  const problem = await world.platform.provider.ensureControlPlane(request).catch((error: unknown) => error);
  expect(problem).toMatchObject({ name: 'TerminalError', problem: { code: 'UNKNOWN_ZONE' } });
  await using unreachable = createSimulatedProvider({
    cloudUrl: 'http://127.0.0.1:1',
    token: world.token,
    timeoutMs: 5_000,
  });
  const failure = await unreachable.controlPlane(newId('cluster')).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toMatchObject({ name: 'TerminalError' });
});
