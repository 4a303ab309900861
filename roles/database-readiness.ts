import type { DatabaseProbe } from '../kernel/postgres/database-probe.js';
import type { Readiness } from './role.js';

/** Readiness of a role that only depends on its database: ready while it accepts reads and writes. */
export function databaseReadiness(probe: DatabaseProbe): () => Promise<Readiness> {
  return async () => {
    const database = await probe.state();
    return { ready: database === 'ok', database };
  };
}
