import type { SupergraphManager } from '@apollo/gateway';
import type { Gateway } from '../gateway/server.js';
import type { Log } from '../kernel/log.js';

/**
 * Starts a gateway with the supergraph of a manager and reloads it with each update, in order. An invalid supergraph is
 * logged and the current one stays active. Rejects when the manager has no supergraph at the start.
 */
export async function startManagedGateway(
  manager: SupergraphManager,
  start: (supergraphSdl: string) => Promise<Gateway>,
  log: Log,
): Promise<Gateway> {
  let gateway: Gateway | undefined;
  let served: string | undefined;
  let latest: string | undefined;
  let reloads = Promise.resolve();
  const reload = async () => {
    const sdl = latest;
    if (!gateway || sdl === undefined || sdl === served) return;
    try {
      await gateway.reload(sdl);
      served = sdl;
    } catch (err) {
      log.error({ err }, 'supergraph reload failed; keeping the current supergraph');
    }
  };
  const update = (sdl: string) => {
    latest = sdl;
    reloads = reloads.then(reload);
  };
  const { supergraphSdl, cleanup } = await manager.initialize({
    update,
    // The gateway's own readiness check covers every subgraph.
    healthCheck: () => Promise.resolve(),
    getDataSource: () => {
      throw new Error('a supergraph manager of this process brings its own data sources');
    },
  });
  served = supergraphSdl;
  try {
    gateway = await start(supergraphSdl);
  } catch (error) {
    await cleanup?.();
    throw error;
  }
  const running = gateway;
  await reload();
  return {
    ...running,
    [Symbol.asyncDispose]: async () => {
      await cleanup?.();
      await running[Symbol.asyncDispose]();
    },
  };
}
