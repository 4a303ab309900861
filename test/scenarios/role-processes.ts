import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import { type SubgraphName, subgraphNames } from '../../subgraphs/runtime/subgraph.js';
import { AUTH_SECRET, PLATFORM_SECRET } from '../kit/platform.js';
import { type RoleProcess, startRole } from '../kit/role-process.js';

/** A role that can crash and restart. kubeconfigs contain the simulated cloud's port, which is a free one here. */
export type RoleName = 'gateway' | 'engine' | SubgraphName;

/** Every role of the platform in a separate process, on one database. */
export interface RoleFleet extends AsyncDisposable {
  /** Base URL of the gateway; the same after a crash. */
  readonly url: string;
  /** Kills a role's process and restarts it at the same address; resolves when it is ready. */
  crash(name: RoleName): Promise<void>;
}

/** Starts the roles; `settings` apply to all of them. */
export async function startRoleFleet(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RoleFleet> {
  const ports = new Map<RoleName, number>();
  for (const name of ['gateway', ...subgraphNames] as const) ports.set(name, await freePort());
  const env: Record<string, string> = {
    DATABASE_URL: databaseUrl,
    FLEETGRAPH_SECRET: PLATFORM_SECRET,
    AUTH_SECRET,
    SIMULATION_SPEED: '1000',
    DATABASE_POOL: '8',
    PORT: String(ports.get('gateway')),
    KUBESIM_PORT: '0',
    SUBGRAPH_URLS: subgraphNames
      .map((name) => `${name}=http://127.0.0.1:${ports.get(name)}/graphql`)
      .join(','),
    ...settings,
  };
  const isSubgraph = (name: RoleName): name is SubgraphName =>
    subgraphNames.some((subgraph) => subgraph === name);
  const start = (name: RoleName) =>
    startRole(isSubgraph(name) ? ['subgraph', name, '--port', String(ports.get(name))] : [name], env);
  const kubesim = await startRole(['kubesim'], env);
  const running = new Map<RoleName, RoleProcess>();
  const end = async () => {
    const processes = [...running.values(), kubesim];
    await Promise.all(processes.map((process) => process[Symbol.asyncDispose]()));
  };
  env.KUBESIM_URL = kubesim.url;
  try {
    await Promise.all(
      (['engine', ...subgraphNames] as const).map(async (name) => running.set(name, await start(name))),
    );
    running.set('gateway', await start('gateway'));
  } catch (error) {
    await end();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${ports.get('gateway')}`,
    async crash(name) {
      await running.get(name)?.kill();
      running.set(name, await start(name));
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}
